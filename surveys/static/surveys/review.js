// Single keys for reviewers: j and k walk the queue, a, r and v decide. A switch beside them turns them off for good.
const STORED = "klankbord.shortcuts";
const label = document.querySelector("[data-shortcuts]");
const toggle = label?.querySelector("input");

function remembered() {
  try { return localStorage.getItem(STORED) !== "off"; } catch { return true; }
}

if (toggle) {
  label.hidden = false;
  toggle.checked = remembered();
  toggle.addEventListener("change", () => {
    try { localStorage.setItem(STORED, toggle.checked ? "on" : "off"); } catch { /* then only for this page */ }
  });
}

const isTyping = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function walk(step) {
  const links = [...document.querySelectorAll("[data-row]")];
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = links[Math.min(Math.max(here + step, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
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

document.addEventListener("keydown", (event) => {
  if (!toggle?.checked || event.defaultPrevented || event.repeat && !"jk".includes(event.key)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("[data-list]") && (event.key === "j" || event.key === "k")) {
    walk(event.key === "j" ? 1 : -1);
    event.preventDefault();
  } else if (document.querySelector("[data-decide]") && "arv".includes(event.key) && press(event.key)) {
    event.preventDefault();
  }
});

// Escape puts a reason away and the focus back where it came from; what was typed stays in the form.
for (const details of document.querySelectorAll("details.reason")) {
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
