// A stopwatch for the call. Its times stay in this tab; only what it fills in becomes part of the answers.
import { clockOf } from "./fields.js";

export function startTimer(client, answered, canStamp) {
  const box = document.querySelector("[data-timer]");
  const name = `stopwatch:${client}`;
  const toggle = box.querySelector("[data-timer-toggle]");
  const pickedUp = box.querySelector("[data-timer-answered]");
  const state = box.querySelector("[data-timer-state]");
  const clock = box.querySelector("[data-timer-clock]");
  let times = JSON.parse(sessionStorage.getItem(name) ?? "{}");

  const timer = {
    get isRunning() { return Boolean(times.start && !times.end); },
    get seconds() { return times.start ? Math.floor(((times.end ?? Date.now()) - times.start) / 1000) : 0; },
  };

  function render() {
    const now = timer.isRunning ? "running" : times.end ? "stopped" : "idle";
    state.textContent = state.dataset[now];
    clock.textContent = clockOf(timer.seconds);
    toggle.textContent = { idle: toggle.dataset.start, running: toggle.dataset.stop, stopped: toggle.dataset.again }[now];
    pickedUp.hidden = !canStamp || now !== "running" || Boolean(times.answered);
  }

  function set(changed) {
    times = changed;
    sessionStorage.setItem(name, JSON.stringify(times));
    render();
  }

  toggle.addEventListener("click", () => {
    if (timer.isRunning) set({ ...times, end: Date.now() });
    else if (times.end) set({});
    else set({ start: Date.now() });
  });
  pickedUp.addEventListener("click", () => {
    answered(timer.seconds);
    set({ ...times, answered: true });
  });

  box.hidden = false;
  render();
  setInterval(() => { if (timer.isRunning) render(); }, 500);
  return timer;
}
