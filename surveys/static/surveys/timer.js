// One-tap marks of the call. They are saved like an answer, under one reserved code, so they survive a reload and a lost
// connection; every mark can be corrected afterwards.
import { clockOf, secondsOf } from "./fields.js";

const CODE = "@timeline";
const MOST = 200;
const NAMES = ["dialled", "answered", "hold", "back", "transferred", "ended"];
// What can happen next, by what happened last.
const NEXT = {
  idle: ["dialled"],
  ringing: ["answered", "ended"],
  talking: ["hold", "transferred", "ended"],
  held: ["back", "transferred", "ended"],
  ended: [],
};
const STATE = { dialled: "ringing", answered: "talking", back: "talking", hold: "held", ended: "ended" };
const tenth = (seconds) => Math.round(seconds * 10) / 10;

function stateOf(marks) {
  let state = "idle";
  for (const [name] of marks) state = STATE[name] ?? (state === "held" ? "held" : "talking");
  return state;
}

// Why these marks cannot be so, as the server sees it; only that they can is asked here.
function inOrder(marks) {
  const seconds = marks.map(([, second]) => second);
  const ended = marks.findIndex(([name]) => name === "ended");
  return seconds.every((second, place) => !place || second >= seconds[place - 1]) && (ended < 0 || ended === marks.length - 1)
    && marks.filter(([name]) => name === "dialled").length <= 1 && (marks.length === 0 || !marks.slice(1).some(([name]) => name === "dialled"));
}

const sorted = (marks) => marks.map((mark, place) => [mark, place]).sort(([one, a], [other, b]) => one[1] - other[1] || a - b).map(([mark]) => mark);

// `answered(seconds, before)` is told when it becomes known after how many seconds somebody answered.
export function startTimer({ sender, answered }) {
  const box = document.querySelector("[data-timer]");
  if (!box) return { isRunning: false, seconds: 0, render() {} };
  const words = Object.fromEntries(NAMES.map((name) => [name, box.dataset[name]]));
  const part = (name) => box.querySelector(`[data-timer-${name}]`);
  const saved = () => sender.answers[CODE] ?? null;
  const marks = () => saved()?.value ?? [];
  let drawn = "";

  const timer = {
    get isRunning() { return marks().length > 0 && stateOf(marks()) !== "ended"; },
    get seconds() { return Math.floor(elapsed()); },
    render,
  };

  // Since dialling, by the clock of the device; when the call has ended, its length.
  function elapsed() {
    const now = marks();
    if (!now.length) return 0;
    const last = now[now.length - 1];
    if (last[0] === "ended") return last[1];
    const dialled = Date.parse(saved().dialled_at ?? "");
    return Number.isNaN(dialled) ? last[1] : Math.max((Date.now() - dialled) / 1000, last[1]);
  }

  function put(changed, dialledAt = saved()?.dialled_at) {
    const before = marks().find(([name]) => name === "answered")?.[1];
    const value = changed.length ? { value: changed, ...(dialledAt ? { dialled_at: dialledAt } : {}) } : null;
    sender.change(CODE, value);
    const first = changed.find(([name]) => name === "answered")?.[1];
    if (first !== before) answered(first === undefined ? null : Math.floor(first), before === undefined ? null : Math.floor(before));
    render();
  }

  function tap(name) {
    const now = marks();
    if (name === "dialled") put([["dialled", 0]], new Date().toISOString());
    else if (now.length < MOST) put([...now, [name, Math.max(tenth(elapsed()), now[now.length - 1][1])]]);
    part("said").textContent = `${words[name]} ${clockOf(timer.seconds)}`;
    (part("marks").querySelector("button") ?? part("more")).focus({ preventScroll: true });
  }

  // --- the list: every mark's time can be corrected, marks removed and added

  function row(name, second, place) {
    const line = box.querySelector("[data-timer-row]").content.firstElementChild.cloneNode(true);
    const input = line.querySelector("input");
    const fill = (selector) => {
      const element = line.querySelector(selector);
      element.textContent = element.textContent.replace("{name}", words[name]);
      return element;
    };
    line.querySelector("[data-name]").textContent = words[name];
    input.id = `timer-mark-${place}`;
    fill("[data-label]").htmlFor = input.id;
    fill("[data-remove-words]");
    input.value = clockOf(Math.floor(second));
    input.readOnly = name === "dialled";
    line.querySelector("[data-remove]").hidden = name === "dialled";
    input.addEventListener("change", () => correct(input, place));
    line.querySelector("[data-remove]").addEventListener("click", () => {
      put(marks().filter((_mark, each) => each !== place));
      part("more").focus();
    });
    return line;
  }

  function correct(input, place) {
    const second = secondsOf(input.value);
    const changed = sorted(marks().map((mark, each) => (each === place ? [mark[0], second] : mark)));
    if (refuse(input, typeof second !== "number" || !inOrder(changed))) return;
    put(changed);
    box.querySelector(`#timer-mark-${changed.findIndex((mark) => mark[1] === second)}`)?.focus();
  }

  function refuse(input, isWrong) {
    input.setAttribute("aria-invalid", String(isWrong));
    const error = part("error");
    error.hidden = !isWrong;
    error.textContent = isWrong ? box.querySelector("[data-add]").dataset.wrong : "";
    return isWrong;
  }

  box.querySelector("[data-add]").addEventListener("click", () => {
    const time = box.querySelector("[data-add-time]");
    const second = secondsOf(time.value);
    const changed = sorted([...marks(), [box.querySelector("[data-add-name]").value, second]]);
    if (refuse(time, typeof second !== "number" || !inOrder(changed) || changed.length > MOST)) return;
    time.value = "";
    put(changed);
  });
  box.querySelector("[data-clear]").addEventListener("click", ({ target }) => {
    if (!window.confirm(target.dataset.confirm)) return;
    toggle(false);
    put([]);
    part("marks").querySelector("button")?.focus();
  });

  function toggle(open) {
    part("list").hidden = !open;
    part("more").setAttribute("aria-expanded", String(open));
  }

  part("more").addEventListener("click", () => toggle(part("list").hidden));
  part("keep").addEventListener("click", () => sender.choose(CODE, true));
  part("take").addEventListener("click", () => sender.choose(CODE, false));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || part("list").hidden) return;
    toggle(false);
    part("more").focus();
  });

  // --- what shows

  function button(name, isMain) {
    const control = document.createElement("button");
    control.type = "button";
    control.className = isMain ? "btn" : "btn ghost";
    control.dataset.mark = name;
    control.textContent = words[name];
    control.addEventListener("click", () => tap(name));
    return control;
  }

  function tick() {
    const text = clockOf(timer.seconds);
    const clock = part("clock");
    if (clock.textContent !== text) clock.textContent = text;
  }

  function render() {
    const now = marks();
    const state = stateOf(now);
    const pending = sender.pending.get(CODE);
    tick();
    const shape = JSON.stringify([now, pending?.refused ?? "", pending?.clash?.text ?? ""]);
    if (shape === drawn) return;
    drawn = shape;
    box.dataset.state = state;
    part("state").textContent = part("state").dataset[state];
    const held = part("marks").contains(document.activeElement);
    part("marks").replaceChildren(...NEXT[state].map((name, place) => button(name, !place)));
    if (held) part("marks").querySelector("button")?.focus({ preventScroll: true });
    part("more").hidden = !now.length;
    part("rows").replaceChildren(...now.map(([name, second], place) => row(name, second, place)));
    const select = box.querySelector("[data-add-name]");
    const possible = NAMES.filter((name) => name !== "dialled" && !(name === "ended" && state === "ended"));
    select.replaceChildren(...possible.map((name) => new Option(words[name], name)));
    part("clash").hidden = !pending?.clash;
    part("clash").querySelector("[data-other]").textContent = pending?.clash?.text ?? "";
    part("error").hidden = !pending?.refused;
    part("error").textContent = pending?.refused ?? "";
    if (pending?.clash || pending?.refused) toggle(true);
  }

  box.hidden = false;
  render();
  setInterval(() => { if (timer.isRunning) tick(); }, 500);
  return timer;
}
