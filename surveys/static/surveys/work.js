// The assignments that this device keeps: their list, the brief of one, and a call begun from it, all without a connection.
import { isDayOf, wallClock } from "./start_here.js";

function fillIn(root, work) {
  const values = { ...work.brief, department: work.department, state: work.state, window: work.window };
  for (const place of root.querySelectorAll("[data-fill]")) place.textContent = values[place.dataset.fill] ?? "";
  for (const link of root.querySelectorAll("[data-brief]")) link.href = `/assignments/${work.assignment}/`;
}

// Those of which no call was begun on this device.
export async function toBegin({ store, user }) {
  const begun = new Set((await store.calls(user)).map((call) => call.client));
  return (await store.work(user)).filter((work) => !begun.has(work.client));
}

export async function listWork(app, place) {
  const lines = (await toBegin(app)).map((work) => {
    const line = app.kit.frame("work");
    fillIn(line, work);
    return line;
  });
  place.querySelector("ul").append(...lines);
  place.hidden = !lines.length;
}

export function showWork(app, work) {
  const { kit } = app;
  const frame = kit.frame("assignment");
  fillIn(frame, work);
  const given = { ...work.brief, repeat: work.brief.attempt > 1 };
  for (const place of frame.querySelectorAll("[data-with]")) if (!given[place.dataset.with]) place.remove();
  frame.querySelector("[data-slot=numbers]").append(...work.numbers.map((number) => {
    const link = document.createElement("a");
    Object.assign(link, { className: "btn ghost", href: `tel:${number}`, textContent: number });
    return link;
  }));
  const main = app.plain(frame, work.department);
  const button = main.querySelector("[data-begin]");
  const why = whyNot(kit, work);
  Object.assign(main.querySelector("[data-not-now]"), { textContent: why, hidden: !why });
  button.hidden = Boolean(why);
  button.addEventListener("click", () => begin(app, work));
}

function whyNot(kit, work) {
  const say = (date) => kit.clock(`${date}T12:00Z`, "UTC", { day: "numeric", month: "long" });
  const [first, last] = work.days.map(say);
  if (!isDayOf(work.days, wallClock(Date.now(), work.zone))) return kit.say("outside", { first, last });
  if (new Date(work.startsAt) > Date.now() || new Date(work.until) <= Date.now()) return kit.say("notInWindow", { window: work.window });
  return work.mayStart && kit.data.versions[work.version] ? "" : kit.say("needsNet");
}

async function begin({ store, user }, work) {
  const { client, organisation, zone, version, department, numbers, brief, conditions, assignment, facts } = work;
  await store.keepCall(user, {
    client, call: null, reference: "", organisation, zone, version, department, numbers, brief, conditions,
    state: "unknown", revision: 0, savedAt: "", answers: {}, reason: "",
    start: { ...facts, organisation, assignment, called_at: wallClock(Date.now(), zone) },
  });
  location.assign(`/calls/${client}/form/`);
}
