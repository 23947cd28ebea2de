// The check page shows what the server has: what this device still holds is sent first, and submitting waits for it.
import { openCall } from "./call.js";

const { sender, saved } = await openCall();
const shown = sender.revision;

function blocked() {
  const count = sender.pending.size;
  saved.render(count ? saved.count("unsentOne", "unsentMany", count) : "");
  return count > 0;
}

async function bringUpToDate() {
  if (!sender.pending.size) return;
  await sender.flush();
  if (sender.revision !== shown) location.reload();
  else blocked();
}

document.querySelector("[data-submit]").addEventListener("submit", (event) => {
  if (!blocked()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  bringUpToDate();
}, true);

await sender.adopt();
await bringUpToDate();
