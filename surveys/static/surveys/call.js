// What the form and the check page share: this call's data, store, sender and saved state.
import { Press } from "./press.js";
import { Sender } from "./sender.js";
import { SavedState } from "./saved.js";
import { openStore } from "./store.js";

export const data = JSON.parse(document.getElementById("call-data").textContent);

// From the first look at it, the call opens on this device without a connection too.
async function keep(store) {
  const old = await store.call(data.user, data.client);
  if (old && old.revision > data.revision) return;
  const { client, call, version, state, revision, savedAt, answers, about } = data;
  const now = { client, call, version, state, revision, savedAt, answers, ...about };
  await store.keepCall(data.user, old?.submit ? { ...now, submit: old.submit } : now);
}

export async function openCall({ show = () => {}, changed = () => {} } = {}) {
  const store = await openStore();
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const press = new Press();
  const sender = new Sender({ data, store, token, show, tell });
  const saved = new SavedState({ data, sender, loginUrl: data.loginUrl, submittedUrl: data.submittedUrl });
  function tell() {
    press.show(draw);
  }
  function draw() {
    saved.render();
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = sender.token;
    changed();
  }
  if (data.about) await keep(store).catch(() => {});
  const kept = await store.call(data.user, data.client).catch(() => null);
  // Handed in, and still waiting here: nothing is changed behind its back.
  sender.queued = Boolean(kept?.submit && !kept.submit.refused);
  sender.takeBack = async () => { await store.patchCall(data.user, data.client, { submit: null }); sender.queued = false; tell(); };
  window.addEventListener("online", () => sender.resume());
  window.addEventListener("pageshow", (event) => { if (event.persisted) sender.resume(); });
  let seen = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") seen = Date.now();
    else if (Date.now() - seen > 1500 || sender.isStopped) sender.resume();
  });
  return { sender, saved };
}
