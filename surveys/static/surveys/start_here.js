// Opens a call on this device: its id is made here, once, and its facts travel with its first answers.
const CLOCK_AHEAD = 10 * 60_000;

// Not `randomUUID`: that one is missing where a site is reached without https.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// The clock of the organisation, as the browser's own control has it.
export function wallClock(at, zone) {
  const shape = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  const part = Object.fromEntries(new Intl.DateTimeFormat("en-GB", shape).formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

export const isDayOf = (days, moment) => Boolean(days) && days[0] <= moment.slice(0, 10) && moment.slice(0, 10) <= days[1];

export function startHere({ form, organisation, kit, store, user }) {
  const today = wallClock(Date.now(), organisation.zone);
  const wave = form.elements.namedItem("wave");
  // The newest that today is a day of: the list has the newest first, which the numbers of an object do not keep.
  const running = (wave.options ? [...wave.options].map((option) => option.value) : [wave.value])
    .find((key) => isDayOf(organisation.waves[key]?.days, today));
  const moment = form.elements.namedItem("called_at");
  if (running && !moment.value) {
    wave.value = running;
    moment.value = today;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const facts = Object.fromEntries(new FormData(form));
    delete facts.csrfmiddlewaretoken;
    const client = facts.client_id || newId();
    delete facts.client_id;
    const wrong = problems({ facts, organisation, kit });
    show(form, wrong);
    if (wrong.length) return;
    await store.keepCall(user, {
      client, call: null, reference: "", organisation: organisation.slug, zone: organisation.zone,
      version: organisation.waves[facts.wave].version, state: "unknown", revision: 0, savedAt: "", answers: {}, reason: "",
      start: { ...facts, organisation: organisation.slug },
      ...organisation.departments[facts.department], ...organisation.scenarios[facts.scenario],
    });
    location.assign(`/calls/${client}/form/`);
  }, true);
}

function problems({ facts, organisation, kit }) {
  const found = ["wave", "department", "scenario", "called_at"].filter((name) => !facts[name]).map((name) => [name, kit.say("choose")]);
  const wave = organisation.waves[facts.wave];
  if (!wave || !facts.called_at) return found;
  const day = facts.called_at.slice(0, 10);
  const [first, last] = wave.days;
  const say = (date) => kit.clock(`${date}T12:00Z`, "UTC", { day: "numeric", month: "long" });
  if (facts.called_at > wallClock(Date.now() + CLOCK_AHEAD, organisation.zone)) found.push(["called_at", kit.say("future")]);
  else if (day < first || day > last) found.push(["called_at", kit.say("outside", { first: say(first), last: say(last) })]);
  return found;
}

function show(form, wrong) {
  for (const note of form.querySelectorAll("[data-told]")) note.remove();
  for (const field of form.querySelectorAll(".field")) field.classList.remove("wrong");
  for (const [name, words] of wrong) {
    const note = document.createElement("p");
    note.className = "error";
    note.dataset.told = "";
    note.textContent = words;
    const field = form.querySelector(`#field-${name}`) ?? form;
    field.classList.add("wrong");
    (field.querySelector("legend, label") ?? field.firstElementChild).after(note);
  }
  if (wrong.length) form.querySelector(`[name="${wrong[0][0]}"]`)?.focus();
}
