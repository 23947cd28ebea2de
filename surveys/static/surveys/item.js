// A question's form: rows that can be added and moved in place, a number only where one is asked for, the question as the
// evaluator will see it while one types, and a word before what was typed is lost.

const form = document.querySelector("[data-item-form]");
const asked = document.querySelector("[data-asked]");

// --- rows --------------------------------------------------------------------------------------------------------------

for (const button of form.querySelectorAll("[data-more]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    add(button.dataset.more);
  });
}

function add(prefix) {
  const total = form.elements[`${prefix}-TOTAL_FORMS`];
  const rows = form.querySelector(`[data-rows="${prefix}"]`);
  const made = document.createElement("div");
  made.innerHTML = form.querySelector(`[data-empty="${prefix}"]`).innerHTML.replaceAll("__prefix__", total.value);
  const row = made.firstElementChild;
  rows.append(row);
  total.value = Number(total.value) + 1;
  dress(row);
  number(rows);
  row.querySelector("input:not([type=hidden]), select, textarea").focus();
}

// The place of an answer is a number without script; with it, two buttons.
function dress(row) {
  const order = row.querySelector("[data-order]");
  if (order) {
    const moves = document.createElement("div");
    moves.className = "row-moves";
    for (const [step, sign] of [[-1, "↑"], [1, "↓"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "move";
      button.textContent = sign;
      button.setAttribute("aria-label", form.dataset[step < 0 ? "up" : "down"]);
      button.addEventListener("click", () => move(row, step, button));
      moves.append(button);
    }
    order.hidden = true;
    order.after(moves);
  }
  const test = row.querySelector("select[name$='-test']");
  if (test) {
    const box = row.querySelector("[data-number]");
    const fit = () => { box.hidden = !/\|(at_least|at_most|is)$/.test(test.value); };
    test.addEventListener("change", fit);
    fit();
  }
}

function move(row, step, button) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  number(row.parentElement);
  button.focus();
  changed();
}

function number(rows) {
  [...rows.children].forEach((row, place) => {
    const order = row.querySelector("input[name$='-ORDER']");
    if (order) order.value = place + 1;
  });
}

// The spare row is for pages without script; here a button adds one.
function dropSpare(rows) {
  const prefix = rows.dataset.rows;
  const last = rows.lastElementChild;
  const total = form.elements[`${prefix}-TOTAL_FORMS`];
  if (rows.children.length < 2 || Number(total.value) <= Number(form.elements[`${prefix}-INITIAL_FORMS`].value)) return;
  const said = [...last.querySelectorAll("input:not([type=hidden], [type=checkbox]), select[name$='-test']")]
    .some((each) => each.value && !each.name.endsWith("-ORDER"));
  if (said || (prefix === "options" && rows.children.length < 3)) return;
  last.remove();
  total.value = Number(total.value) - 1;
}

for (const rows of form.querySelectorAll("[data-rows]")) {
  dropSpare(rows);
  for (const row of rows.children) dress(row);
  number(rows);
}

// Conditions are only shown when there is one to choose.
const conditions = form.querySelector("[data-conditions]");
function fold() {
  conditions.hidden = ["always", "keep"].includes(form.elements.join.value);
}
form.addEventListener("change", (event) => { if (event.target.name === "join") fold(); });
fold();

// --- what the evaluator will see, and what is not saved yet ---------------------------------------------------------------

let dirty = false;
let waiting = 0;
let latest = 0;

function changed() {
  dirty = true;
  clearTimeout(waiting);
  waiting = setTimeout(look, 400);
}

async function look() {
  const turn = ++latest;
  const body = new FormData(form);
  body.set("preview", "yes");
  try {
    const answer = await fetch(location.href, { method: "POST", body });
    const text = await answer.text();
    // A form with a mistake in it comes back as a whole page: what is shown stays as it was.
    if (turn === latest && answer.ok && !text.includes("<html")) asked.innerHTML = text;
  } catch {
    // The preview waits; nothing that was typed depends on it.
  }
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", () => { dirty = false; });
window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
asked.addEventListener("submit", (event) => event.preventDefault());
document.documentElement.classList.add("scripted");
