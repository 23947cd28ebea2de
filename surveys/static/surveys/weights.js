// Weights while one types: the typed one stays, the others divide the rest in their old proportion, and all are 100 %
// together. The server does the same sums from what was typed, exactly.

const form = document.querySelector("[data-weights]");
const total = form.querySelector("[data-total]");
const input = (name) => document.getElementById(`id_${name}`);

const sections = [...form.querySelectorAll("[data-weigh-section]")].map((box) => {
  const code = box.dataset.weighSection;
  const items = [...box.querySelectorAll("input")].filter((each) => each.name.startsWith("item:"));
  return { name: `section:${code}`, items: items.map((each) => each.name) };
});
const old = new Map([...form.querySelectorAll("input[type=number]")].map((each) => [each.name, Number(each.value)]));
let typed = [];

function spread(names, weights, fixed) {
  const kept = fixed.filter(([name]) => names.includes(name)).map(([name, share]) => [name, Math.min(Math.max(share, 0), 1)]);
  const sum = () => kept.reduce((all, [, share]) => all + share, 0);
  const over = () => sum() > 1 + 1e-9 || (kept.length === names.length && Math.abs(sum() - 1) > 1e-9);
  while (kept.length && over()) kept.shift();
  const held = new Map(kept);
  const free = names.filter((name) => !held.has(name));
  const all = free.reduce((before, name) => before + weights.get(name), 0);
  const rest = 1 - sum();
  return new Map(names.map((name) => {
    if (held.has(name)) return [name, held.get(name)];
    return [name, rest * (all ? weights.get(name) / all : 1 / free.length)];
  }));
}

// Rounded to tenths of a percent so that what is shown adds up to what is meant.
function tenths(shares) {
  // Cut to a millionth first: 199.99999999999997 is 200.
  const exact = [...shares].map(([name, share]) => [name, Math.round(share * 1e9) / 1e6]);
  const rounded = new Map(exact.map(([name, value]) => [name, Math.floor(value)]));
  let missing = Math.round(exact.reduce((all, [, value]) => all + value, 0)) - [...rounded.values()].reduce((a, b) => a + b, 0);
  for (const [name] of exact.sort((a, b) => (b[1] % 1) - (a[1] % 1))) {
    if (missing-- <= 0) break;
    rounded.set(name, rounded.get(name) + 1);
  }
  return rounded;
}

function refresh() {
  const names = sections.map((section) => section.name);
  const said = (prefix) => typed.filter((name) => name.startsWith(prefix)).map((name) => [name, Number(input(name).dataset.typed) / 100]);
  const whole = spread(names, old, said("section:"));
  const shares = new Map();
  for (const section of sections) {
    const share = whole.get(section.name);
    const within = share ? said("item:").map(([name, value]) => [name, value / share]) : [];
    for (const [name, part] of spread(section.items, old, within)) shares.set(name, part * share);
  }
  for (const group of [whole, shares]) {
    for (const [name, value] of tenths(group)) {
      const box = input(name);
      if (box !== document.activeElement) box.value = value / 10;
      box.classList.toggle("typed", typed.includes(name));
    }
  }
  form.elements.typed.value = typed.join(" ");
  total.textContent = names.length ? "100 %" : "";
}

function type(box) {
  if (box.value === "" || !box.validity.valid) return;
  box.dataset.typed = box.value;
  typed = [...typed.filter((name) => name !== box.name), box.name];
  refresh();
}

form.addEventListener("input", (event) => { if (event.target.type === "number") type(event.target); });
form.addEventListener("focusout", (event) => { if (event.target.type === "number" && typed.length) setTimeout(refresh); });
for (const button of form.querySelectorAll("[data-step]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const box = button.parentElement.querySelector("input");
    box.value = Math.min(100, Math.max(0, Math.round(Number(box.value) * 10 + Number(button.dataset.step) * 10) / 10));
    type(box);
  });
}
form.querySelector("[data-reset]").hidden = false;
form.addEventListener("reset", () => setTimeout(() => {
  typed = [];
  for (const box of form.querySelectorAll("input.typed")) box.classList.remove("typed");
  form.elements.typed.value = "";
}));
form.addEventListener("submit", () => { form.dataset.sent = "yes"; });
window.addEventListener("beforeunload", (event) => { if (typed.length && !form.dataset.sent) event.preventDefault(); });
