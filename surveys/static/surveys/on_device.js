// In words: what waits on this device and why, and what the browser promises to keep.
import { isNew, isShared } from "./store.js";

const place = () => document.querySelector("[data-on-device]");
const REASONS = new Set(["incomplete", "clash", "moved", "unsent", "closed"]);
// Refusals that no answer can mend: the evaluator may give the call up.
const FINAL = new Set(["not_started", "notStarted", "unreadable", "closed", "not_now"]);

// What stands beside a call: [words, whether something has to be done].
export function stateOf({ call, kit, queue }) {
  const { submit, done, why } = call;
  if (done) {
    const word = done.status === "conflict" ? "sentKept" : done.state === "returned" ? "sentReturned" : "sentAt";
    return [kit.say(word, { time: kit.time(done.at, call.zone) }), false];
  }
  if (submit?.refused) return [`${kit.say("notSent")}: ${reasonOf(kit, submit.refused)}`, true];
  if (why) return [`${kit.say("notSent")}: ${reasonOf(kit, why)}`, true];
  if (submit) return [queue.running && !queue.trouble ? kit.say("sendingNow") : kit.say("toSubmit"), false];
  return [isNew(call) ? `${kit.say("newCall")}, ${kit.say("onDevice")}` : kit.say("onDevice"), false];
}

export function reasonOf(kit, { code, message, problems = {} }) {
  const told = REASONS.has(code) ? kit.say(code) : message;
  const [first] = Object.values(problems);
  return first && code !== "incomplete" ? `${told} ${first}` : told;
}

export function pageOf(call, part) {
  return `/calls/${call.call ?? call.client}/${part}`;
}

export function lineOf({ kit, call, note, wrong = false, word = "open", part = "form/" }) {
  const line = kit.frame("line");
  const fill = (name, text) => { line.querySelector(`[data-fill="${name}"]`).textContent = text; };
  fill("department", call.department ?? "");
  fill("reference", call.reference || call.done?.reference || "");
  fill("name", call.brief?.name ?? "");
  fill("moment", kit.moment(call));
  fill("note", note);
  if (wrong) line.querySelector('[data-fill="note"]').className = "quote harmful reason";
  const link = line.querySelector("a");
  link.href = pageOf(call, part);
  link.textContent = kit.say(word);
  return line;
}

function removal({ kit, store, user, call, again }) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn danger small", textContent: kit.say("remove") });
  button.addEventListener("click", async () => {
    if (!window.confirm(kit.say("removeSure"))) return;
    await store.wipe(user, call.client);
    again();
  });
  return button;
}

let shown = "";

export async function showOnDevice({ kit, store, queue, user }) {
  const box = place();
  if (!box || !kit) return;
  // On the page that stands in for the list: a token came, so there is a connection.
  const isBack = Boolean(queue.token) && !queue.trouble;
  for (const part of document.querySelectorAll("[data-without]")) part.hidden = isBack;
  for (const part of document.querySelectorAll("[data-with-again]")) part.hidden = !isBack;
  const calls = await store.calls(user);
  const unsent = await store.waiting(user);
  const known = new Set(calls.map((call) => call.client));
  const strays = Object.keys(unsent).filter((client) => !known.has(client)).map((client) => ({ client }));
  const waiting = [...calls, ...strays].filter((call) => call.submit || call.done || call.why || isNew(call) || unsent[call.client]);
  box.querySelector("[data-queue-state]").textContent = summary({ kit, queue, calls: waiting });
  const lines = waiting.map((call) => {
    const [note, wrong] = stateOf({ call, kit, queue });
    return { call: call.done ? { ...call, call: call.done.call } : call, note, wrong, part: call.done ? "submitted/" : call.submit ? "check/" : "form/" };
  });
  const now = JSON.stringify(lines.map(({ call, note }) => [call.client, note]));
  const again = () => showOnDevice({ kit, store, queue, user });
  if (now !== shown) {
    box.querySelector("[data-queue]").replaceChildren(...lines.map((line) => {
      const { call } = line;
      const shownLine = lineOf({ kit, ...line });
      if (FINAL.has(call.submit?.refused?.code ?? call.why?.code)) shownLine.querySelector(".go").append(removal({ kit, store, user, call, again }));
      return shownLine;
    }));
  }
  shown = now;
  const buttons = box.querySelector("[data-queue-buttons]");
  buttons.hidden = !waiting.some((call) => !call.done);
  buttons.querySelector("[data-send]").onclick = () => sendAgain({ queue, store, user, calls });
  box.hidden = !waiting.length && !queue.trouble;
  await promises({ kit, store, user });
}

// By hand, what was refused is tried once more.
async function sendAgain({ queue, store, user, calls }) {
  for (const call of calls.filter((each) => each.submit?.refused)) {
    await store.patchCall(user, call.client, { submit: { ...call.submit, refused: null } });
  }
  queue.failures = 0;
  await queue.flush();
}

function summary({ kit, queue, calls }) {
  const stuck = calls.filter((call) => call.submit?.refused || call.why).length;
  const count = calls.filter((call) => !call.done).length - stuck;
  if (stuck) return [kit.count("stuckOne", "stuckMany", stuck), count ? kit.count("waitingOne", "waitingMany", count) : ""].filter(Boolean).join(" · ");
  if (!count) return kit.say("allSent");
  if (queue.trouble === "signedOut" || queue.trouble === "otherUser") return kit.say(queue.trouble);
  if (queue.trouble === "server") return kit.say("server");
  return kit.count("waitingOne", "waitingMany", count);
}

async function promises({ kit, store, user }) {
  const box = document.querySelector("[data-keeps]");
  const kept = await store.kit(user);
  const form = isShared() ? kit.say("shared")
    : !navigator.serviceWorker ? kit.say("noWorker")
    : kept && navigator.serviceWorker.controller ? kit.say("ready", { time: kit.clock(kept.at, undefined, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }) })
    : kit.say("notReady");
  box.querySelector("[data-keeps-form]").textContent = form;
  const lasting = await navigator.storage?.persisted?.().catch(() => false);
  const unsent = box.querySelector("[data-keeps-unsent]");
  unsent.textContent = store.full ? kit.say("full") : !store.lasting ? "" : kit.say(lasting ? "persisted" : "notPersisted");
  unsent.hidden = !unsent.textContent;
  box.hidden = false;
}
