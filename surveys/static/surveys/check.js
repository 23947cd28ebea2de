// The check page shows what the server has: what this device still holds is sent first. Submitting puts the call in this
// device's queue, so that it is handed in once, whatever happens on the way.
import { data, openCall } from "./call.js";
import { queue, ready, store } from "./device.js";

const { sender, saved } = await openCall();
const shown = sender.revision;
const form = document.querySelector("[data-submit]");
// Answers that only a person can help: refused ones, and those that two devices gave differently.
const stuck = () => sender.count("refused") + sender.count("clash");

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

async function handIn() {
  await bringUpToDate();
  if (stuck() || sender.revision !== shown) return;
  const known = await store.call(data.user, data.client);
  const now = await queue.submit({ ...(known ?? draft()), revision: sender.revision });
  if (!now || now.done) location.assign(data.submittedUrl);
  else if (now.submit?.refused) await refused(now.submit.refused);
  else wait();
}

function draft() {
  const { client, call, version, answers, about } = data;
  return { client, call, version, answers, ...about };
}

// The server says what is wrong in its own page, with a link to each question.
async function refused({ code }) {
  await queue.takeBack(data.client);
  if (code === "clash" || code === "moved") location.reload();
  else form.submit();
}

function wait() {
  sender.queued = true;
  sender.takeBack = () => queue.takeBack(data.client).then(() => location.reload());
  const words = { server: "queuedServer", signedOut: "queuedOut", otherUser: "queuedOther" }[queue.trouble] ?? "queued";
  saved.render(saved.say(words));
  for (const button of form.querySelectorAll("button")) button.disabled = true;
}

form.addEventListener("submit", (event) => {
  // What is missing, the server's own page says best; without a connection we go on to say it here.
  if ("unfinished" in form.dataset && navigator.onLine && !sender.pending.size) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!stuck() || !blocked()) handIn();
}, true);

queue.told = async () => {
  const now = sender.queued ? await store.call(data.user, data.client) : null;
  if (now?.done) location.assign(data.submittedUrl);
  else if (now?.submit?.refused) location.reload();
};

await ready;
if (sender.queued) wait();
else {
  await sender.adopt();
  await bringUpToDate();
}
