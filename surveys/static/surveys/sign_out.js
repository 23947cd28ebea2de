// Signing out leaves nothing on the device but what could not be sent: that is sent first if it can be, and else its owner
// is asked. It stays for them alone; on a shared device, where nothing may stay, they are told that it would be lost.
for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.sure) return;
    event.preventDefault();
    const user = Number(form.dataset.user);
    const { isShared, openStore } = await import("./store.js");
    const store = await openStore();
    if (await waits(store, user)) {
      const { Queue } = await import("./queue.js");
      await new Queue({ user, store, callsUrl: form.dataset.calls }).flush().catch(() => {});
    }
    const lost = isShared() && !store.lasting;
    if ((await waits(store, user)) && !window.confirm(lost ? form.dataset.lost : form.dataset.unsent)) return;
    await store.leave(user).catch(() => {});
    sessionStorage.clear();
    form.dataset.sure = "yes";
    form.requestSubmit(event.submitter);
  });
}

function waits(store, user) {
  return store.unsent(user).catch(() => 0);
}
