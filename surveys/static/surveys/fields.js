// From an item's controls to its answer and back: the same names and rules as forms/posted.py.

const NA = ":na";
const CLOCK = /^(?:(\d{1,2})[:.,])?(\d{1,3})[:.,]([0-5]\d)$/;
const WHOLE = /^-?(0|[1-9]\d{0,11})$/;

const clean = (text) => text.replace(/\r\n?/g, "\n").trim();
const within = (item, name) => item.querySelector(`[name="${CSS.escape(name)}"]`);
const ticked = (control) => Boolean(control?.checked);

export function secondsOf(typed) {
  const text = typed.trim();
  if (!text) return null;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  const clock = CLOCK.exec(text);
  return clock ? Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]) : text;
}

export function clockOf(second) {
  if (typeof second !== "number") return second ?? "";
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(second / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${two(minutes % 60)}:${two(second % 60)}` : `${two(minutes)}:${two(second % 60)}`;
}

// --- reading

export function read(item) {
  const code = item.dataset.item;
  if (ticked(within(item, `${code}:unfit`))) {
    const reason = clean(within(item, `${code}:reason`).value);
    return reason ? { unfit: true, comment: reason } : { unfit: true };
  }
  const answer = {};
  const value = readValue(item, code);
  if (value === NA || ticked(within(item, `${code}:na`))) answer.na = true;
  if (value !== NA && value !== null) answer.value = value;
  for (const name of ["comment", "quote"]) {
    const words = clean(within(item, `${code}:${name}`)?.value ?? "");
    if (words) answer[name] = words;
  }
  const second = secondsOf(within(item, `${code}:second`)?.value ?? "");
  if (second !== null) answer.second = second;
  return Object.keys(answer).length ? answer : null;
}

function readValue(item, code) {
  const { kind } = item.dataset;
  if (kind === "multiple") {
    const values = [...item.querySelectorAll(`[name="${CSS.escape(code)}"]:checked`)].map((control) => control.value);
    return values.length ? values : ticked(within(item, `${code}:none`)) ? [] : null;
  }
  if (kind === "phrase") return readPhrases(item);
  const control = item.querySelector(`[type=radio][name="${CSS.escape(code)}"]`)
    ? item.querySelector(`[name="${CSS.escape(code)}"]:checked`)
    : within(item, code);
  const text = clean(control?.value ?? "");
  if (!text) return null;
  return kind === "number" && WHOLE.test(text) ? Number(text) : text;
}

function phraseLines(item) {
  return [...item.querySelectorAll("[name$='-quote']")].map((quote) => {
    const name = quote.name.slice(0, -"-quote".length);
    return { quote, code: within(item, `${name}-code`), second: within(item, `${name}-second`), place: quote.closest(".phrase") };
  });
}

function readPhrases(item) {
  const rows = [];
  for (const line of phraseLines(item)) {
    const row = { phrase: line.code?.value ?? "", quote: clean(line.quote.value), second: secondsOf(line.second.value) };
    if (line.code ? line.code.checked : row.quote || row.second !== null) rows.push(row);
  }
  rows.push(...(item.unshown ?? []));
  return rows.length ? rows : null;
}

// Whether a control was changed since the page came, for instance before the script did.
export function isTouched(item) {
  return [...item.querySelectorAll("input, textarea")].some((control) =>
    control.matches("[type=radio], [type=checkbox]") ? control.checked !== control.defaultChecked : control.value !== control.defaultValue);
}

// --- writing

export function write(item, answer) {
  const code = item.dataset.item;
  const value = answer?.value ?? null;
  writeValue(item, code, value, Boolean(answer?.na));
  set(within(item, `${code}:comment`), answer?.unfit ? "" : (answer?.comment ?? ""));
  set(within(item, `${code}:reason`), answer?.unfit ? (answer.comment ?? "") : "");
  tick(within(item, `${code}:unfit`), Boolean(answer?.unfit));
  if (answer?.unfit) item.querySelector("[data-unfit]")?.setAttribute("open", "");
  set(within(item, `${code}:quote`), answer?.quote ?? "");
  set(within(item, `${code}:second`), clockOf(answer?.second ?? null));
  tick(within(item, `${code}:na`), Boolean(answer?.na));
  tick(within(item, `${code}:none`), Array.isArray(value) && !value.length);
}

function writeValue(item, code, value, na) {
  const controls = [...item.querySelectorAll(`[name="${CSS.escape(code)}"]`)];
  if (item.dataset.kind === "phrase") writePhrases(item, value ?? []);
  else if (item.dataset.kind === "multiple") for (const control of controls) control.checked = (value ?? []).includes(control.value);
  else if (controls[0]?.type === "radio") for (const control of controls) control.checked = control.value === (na ? NA : (value ?? ""));
  else set(controls[0], value === null ? "" : String(value));
}

// Rows that this page has no line for (a phrase heard twice, one no longer in use) are kept as they are.
function writePhrases(item, rows) {
  const left = [...rows];
  const take = (fits) => { const at = left.findIndex(fits); return at < 0 ? null : left.splice(at, 1)[0]; };
  const own = rows.filter((row) => !row.phrase).length;
  while (own > item.querySelectorAll("[data-own]").length) addLine(item);
  for (const line of phraseLines(item)) {
    const row = take((each) => each.phrase === (line.code?.value ?? ""));
    tick(line.code, Boolean(row));
    set(line.quote, row?.quote ?? "");
    set(line.second, clockOf(row?.second ?? null));
    if (!line.code && row) line.place.open = true;
  }
  item.unshown = left;
}

// One more line for a phrase that is not in the bank.
export function addLine(item) {
  const lines = item.querySelectorAll("[data-own]");
  const line = lines[lines.length - 1].cloneNode(true);
  const number = phraseLines(item).length;
  line.open = false;
  for (const part of line.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for"]) {
      if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/([:-]p)\d+-/, `$1${number}-`));
    }
    if (part.matches("textarea, [data-moment]")) part.value = "";
  }
  lines[lines.length - 1].after(line);
}

function set(control, text) {
  if (control && control.value !== text) control.value = text;
}

function tick(control, on) {
  if (control) control.checked = on;
}

// --- what follows from an answer on the spot

// "None of these" and "not applicable" exclude the rest, and the other way round.
export function exclude(item, control) {
  const unfit = item.querySelector("[data-unfit-box]");
  if (control === unfit) {
    if (unfit.checked) for (const other of item.querySelectorAll(":checked")) other.checked = other === unfit;
    return;
  }
  if (unfit && control.checked) unfit.checked = false;
  if (!control.matches("[type=checkbox]") || !control.checked || control.matches("[data-phrase]")) return;
  const alone = control.matches("[data-alone]");
  for (const other of item.querySelectorAll("[type=checkbox]")) {
    if (other !== control && (alone || other.matches("[data-alone]"))) other.checked = false;
  }
  if (alone && ["number", "text", "datetime"].includes(item.dataset.kind)) set(within(item, item.dataset.item), "");
}

// Whether the checklist asks for a remark with this answer.
export function remarkDue(item, answer) {
  const when = item.dataset.remark;
  if (!when || answer?.value === undefined) return false;
  const chosen = [...item.querySelectorAll(`[name="${CSS.escape(item.dataset.item)}"]:checked`)];
  if (when === "always" || chosen.some((control) => "fails" in control.dataset)) return true;
  if (when !== "low") return false;
  const points = chosen.length ? chosen.reduce((sum, control) => sum + Number(control.dataset.points ?? 0), 0) : bandPoints(item, answer.value);
  return points !== null && points < 50;
}

function bandPoints(item, value) {
  const bands = within(item, item.dataset.item)?.dataset.bands?.trim().split(" ") ?? [];
  const number = Number(String(value).replace(",", "."));
  for (const [upTo, points] of bands.map((band) => band.split(":"))) {
    if (upTo === "" || number <= Number(upTo)) return Number(points);
  }
  return null;
}
