// Signing out leaves nothing on the device. Answers that could not be sent yet are kept for their owner, who is told first.
for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.sure) return;
    event.preventDefault();
    const { openStore } = await import("./store.js");
    const store = await openStore();
    const unsent = await store.unsent(Number(form.dataset.user)).catch(() => 0);
    if (unsent && !window.confirm(form.dataset.unsent)) return;
    if (!unsent) await store.wipe(Number(form.dataset.user)).catch(() => {});
    sessionStorage.clear();
    form.dataset.sure = "yes";
    form.requestSubmit(event.submitter);
  });
}
