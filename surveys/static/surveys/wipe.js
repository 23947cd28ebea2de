// The call has been submitted: what this device still holds of it goes to the server, which keeps it beside the call; then
// nothing of the call is left here.
import { Sender } from "./sender.js";
import { openStore } from "./store.js";

const { user, client, saveUrl } = document.querySelector("[data-leave-nothing]").dataset;
sessionStorage.removeItem(`stopwatch:${client}`);
const store = await openStore();
const data = { user: Number(user), client, saveUrl, revision: 0, answers: {} };
const sender = new Sender({ data, store, token: "", tell: () => {}, show: () => {} });
if (await sender.adopt()) {
  for (const change of sender.pending.values()) delete change.refused;
  if (await sender.look()) await sender.flush();
  if (sender.trouble === "closedKept") location.reload();
}
