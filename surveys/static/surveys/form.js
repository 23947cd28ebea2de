// One section of the form: every answer is saved as it is given, questions come and go with the answers, and the next part
// opens without losing anything, also without a connection.
import { data, openCall } from "./call.js";
import { visible } from "./conditions.js";
import { addLine, clockOf, exclude, isTouched, read, remarkDue, secondsOf, write } from "./fields.js";
import { startKeys } from "./keys.js";
import { Parts } from "./parts.js";
import { focusOn } from "./saved.js";
import { startTimer } from "./timer.js";

// How long we wait for more typing before the server hears of it; this device hears of every letter.
const WAIT = { textarea: 800, entry: 4000 };
const MOST_WAIT = 2500;
const items = data.items.map(([code, section, required, condition]) => ({ code, section, required, condition }));

const itemOf = (code) => document.querySelector(`[data-item="${CSS.escape(code)}"]`);
const onPage = () => [...document.querySelectorAll("[data-item]")];

document.documentElement.classList.add("scripted");
const { sender, saved } = await openCall({ show, changed: render });
const parts = new Parts({ data, sender, saved, opened });
let timer = null;

// --- what the answers show

function show(code, answer) {
  const item = itemOf(code);
  if (item) write(item, answer);
}

function render() {
  const shown = visible(items, sender.answers, data.facts);
  for (const item of onPage()) {
    const { item: code } = item.dataset;
    item.hidden = false;
    item.toggleAttribute("data-off", !shown.has(code));
    markProblem(item, sender.pending.get(code)?.refused ?? "");
    markClash(item, sender.pending.get(code)?.clash);
    markRemark(item, sender.answers[code]);
  }
  parts.render(items, shown);
  const applies = onPage().some((item) => !item.hasAttribute("data-off"));
  document.querySelector("[data-nothing]").hidden = applies || parts.waits;
  document.querySelector("[data-waiting]").hidden = applies || !parts.waits;
  const closed = sender.queued || (sender.trouble ?? "").startsWith("closed");
  for (const part of document.querySelectorAll("[data-call-form], [data-timer]")) part.inert = closed;
  timer?.render();
}

function markProblem(item, problem) {
  const place = item.querySelector("[data-error]");
  if (problem || item.dataset.refused) {
    place.textContent = problem;
    place.hidden = !problem;
    item.classList.toggle("wrong", Boolean(problem));
    const control = item.matches("fieldset") ? item : item.querySelector(`[name="${CSS.escape(item.dataset.item)}"]`);
    if (problem) control.setAttribute("aria-describedby", place.id);
    else control.removeAttribute("aria-describedby");
    if (control !== item) control.setAttribute("aria-invalid", String(Boolean(problem)));
  }
  item.toggleAttribute("data-refused", Boolean(problem));
}

function markClash(item, clash) {
  const there = item.querySelector("[data-clash]");
  if (!clash || there) { if (!clash) there?.remove(); return; }
  const box = document.querySelector("[data-clash-template]").content.firstElementChild.cloneNode(true);
  box.querySelector("[data-other]").textContent = clash.text;
  item.querySelector("[data-error]").after(box);
}

function markRemark(item, answer) {
  const note = item.querySelector("[data-note]");
  if (!note || !item.dataset.remark) return;
  const due = remarkDue(item, answer) && !answer.comment && !answer.quote;
  note.classList.toggle("due", due);
  if (due && !note.dataset.opened) { note.open = true; note.dataset.opened = "yes"; }
}

// --- answers as they are given

function collect(item, wait = 150) {
  return sender.change(item.dataset.item, read(item), wait);
}

document.addEventListener("input", ({ target }) => {
  const item = target.closest("[data-item]");
  if (!item || target.matches("[type=radio], [type=checkbox]")) return;
  // A remark says something of an answer; anything else that is typed is one, in place of "not applicable" or "does not fit".
  const isRemark = /:(comment|quote|second|reason)$/.test(target.name);
  if (target.value && !isRemark) for (const other of item.querySelectorAll("[data-alone], [data-unfit-box]")) other.checked = false;
  stamp(target);
  collect(item, target.matches("textarea") ? WAIT.textarea : WAIT.entry);
});

document.addEventListener("change", ({ target }) => {
  const item = target.closest("[data-item]");
  if (!item) return;
  exclude(item, target);
  if (target.matches("[data-moment]")) target.value = clockOf(secondsOf(target.value));
  if (target.matches("[data-phrase]")) stamp(target);
  collect(item);
});

document.addEventListener("toggle", ({ target }) => {
  if (target.matches("[data-own]") && target.open && !target.nextElementSibling) addLine(target.closest("[data-item]"));
}, true);

document.addEventListener("click", ({ target }) => {
  const item = target.closest("[data-item]");
  if (item && target.closest("[data-keep]")) sender.choose(item.dataset.item, true);
  if (item && target.closest("[data-take]")) sender.choose(item.dataset.item, false);
});

// A usual deadline, counted from the call on the organisation's clock: "1 17:00" is the next day at five, "+24" so many hours.
document.addEventListener("click", ({ target }) => {
  const quick = target.closest("[data-quick]")?.dataset.quick;
  if (!quick) return;
  const moment = new Date(`${data.calledAt ?? data.start?.called_at}Z`);
  if (Number.isNaN(moment.getTime())) return;
  if (quick.startsWith("+")) moment.setUTCHours(moment.getUTCHours() + Number(quick));
  else {
    const [days, clock] = quick.split(" ");
    moment.setUTCDate(moment.getUTCDate() + Number(days));
    moment.setUTCHours(...clock.split(":").map(Number));
  }
  const control = target.closest("[data-item]").querySelector("input[type=datetime-local]");
  control.value = moment.toISOString().slice(0, 16);
  control.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") sender.send(); });

// --- the marks of the call fill in moments

timer = startTimer({ sender, answered });

// The question about the seconds follows the mark, unless somebody typed another number.
function answered(seconds, before) {
  const known = sender.answers[data.stamp];
  if (!data.stamp || (known && String(known.value ?? "") !== String(before ?? ""))) return;
  const answer = seconds === null ? null : { ...known, value: seconds };
  sender.change(data.stamp, answer);
  show(data.stamp, answer);
}

function stamp(control) {
  if (!timer.isRunning || !(control.checked || control.matches("textarea[name$='quote']"))) return;
  const place = control.closest(".phrase, [data-note]");
  const field = place?.querySelector("[data-moment]");
  if (field && !field.value) field.value = clockOf(timer.seconds);
}

// --- from part to part

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-call-form]")) return;
  event.preventDefault();
  const to = event.submitter?.value ?? "next";
  // On a slow line we go on: what was given is on this device, and is sent from the next part.
  const done = await Promise.race([sender.flush(), new Promise((late) => { setTimeout(late, MOST_WAIT, false); })]);
  const stuck = onPage().find((item) => !item.hasAttribute("data-off") && ["refused", "clash"].some((kind) => sender.pending.get(item.dataset.item)?.[kind]));
  if (stuck && (to === "next" || to === "list")) return focusOn(stuck);
  await parts.go(to, done || !sender.sendable.length);
});

// What was typed before signing in again stands in the page and nowhere else yet.
const typed = "typed" in document.querySelector("[data-call-form]").dataset;

// A part has come into view, at first or in place of another: its controls get what is known now.
function opened(isNew) {
  for (const item of onPage()) {
    if (!isNew && (typed || isTouched(item))) collect(item);
    else if (isNew || !item.classList.contains("wrong")) write(item, sender.answers[item.dataset.item] ?? null);
  }
  saved.render();
  keys.refresh();
  render();
}

const keys = startKeys();
if (matchMedia("(min-width: 1000px)").matches) document.querySelector("[data-brief]").open = true;
await sender.adopt();
opened(false);
document.documentElement.classList.add("ready");
const asked = location.hash && document.getElementById(location.hash.slice(1))?.closest("[data-item]");
if (asked) focusOn(asked);
sender.send();
