// Single keys for reviewers: j and k walk the queue, x and t tick, a, r and v decide, ? tells them all. A switch turns them
// off for good.
const STORED = "klankbord.shortcuts";
const bar = document.querySelector("[data-shortcuts]");
const toggle = bar?.querySelector("input");

function remembered() {
  try { return localStorage.getItem(STORED) !== "off"; } catch { return true; }
}

if (toggle) {
  bar.hidden = false;
  toggle.checked = remembered();
  toggle.addEventListener("change", () => {
    try { localStorage.setItem(STORED, toggle.checked ? "on" : "off"); } catch { /* then only for this page */ }
  });
}

for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
}

const isTyping = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const row = () => document.activeElement.closest("tr");

function walk(step) {
  const links = [...document.querySelectorAll("[data-row]")];
  const here = links.findIndex((link) => link.closest("tr") === row());
  const next = links[Math.min(Math.max(here + step, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// All boxes at once: ticked as long as every one of them is. Those apart (something is to be looked at) are left alone.
const every = [...document.querySelectorAll("[data-tick]")];
const boxes = every.filter((box) => box.dataset.tick !== "apart");
const told = document.querySelector("[data-ticked]");
const all = document.querySelector("[data-tick-all]");
const allBox = all?.querySelector("input");

function count() {
  const ticked = boxes.filter((box) => box.checked).length;
  allBox.checked = ticked > 0 && ticked === boxes.length;
  allBox.indeterminate = ticked > 0 && ticked < boxes.length;
  tell();
}

// A refused step leaves the earlier ticks: how many there are stands beside the buttons.
function tell() {
  if (told) told.textContent = told.dataset.ticked.replace("{n}", every.filter((box) => box.checked).length);
}

if (all && every.length) {
  all.hidden = !boxes.length;
  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = allBox.checked; }); tell(); });
  every.forEach((box) => box.addEventListener("change", count));
  count();
}

function tick(key) {
  const target = key === "t" ? allBox : row()?.querySelector("[data-tick]");
  target?.click();
  return Boolean(target);
}

function press(key) {
  const target = document.querySelector(`[data-key="${key}"]`);
  if (!target) return false;
  if (target.localName !== "summary") {
    target.click();
    return true;
  }
  target.parentElement.open = true;
  target.parentElement.querySelector("textarea").focus();
  return true;
}

function act(key) {
  if (document.querySelector("[data-list]")) {
    if (key === "j" || key === "k") { walk(key === "j" ? 1 : -1); return true; }
    if (key === "x" || key === "t") return tick(key);
  }
  return press(key);
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (!toggle?.checked || event.defaultPrevented || event.repeat && !"jk".includes(key)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(target) || document.querySelector("dialog[open]")) return;
  if (key.length === 1 && "jkxtarv?".includes(key) && act(key)) event.preventDefault();
});

// Escape puts a reason away and the focus back where it came from; what was typed stays in the form.
for (const details of document.querySelectorAll("details.reason")) {
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
