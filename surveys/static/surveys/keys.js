// On a keyboard: digits answer the current question, Enter goes to the next one. Can be switched off, and stays so.

const REMEMBER = "klankbord-keys";
const TYPING = "textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])";

const shown = () => [...document.querySelectorAll("[data-item]:not([data-off])")];

export function startKeys() {
  let current = null;

  const isOn = () => localStorage.getItem(REMEMBER) !== "off";

  function mark(item) {
    current?.classList.remove("current");
    current = item;
    if (isOn() && matchMedia("(hover: hover)").matches) current?.classList.add("current");
  }

  function refresh() {
    const control = document.querySelector("[data-keys-switch]");
    control.hidden = false;
    control.querySelector("input").checked = isOn();
    document.documentElement.classList.toggle("keys", isOn());
    const open = shown().find((item) => !item.querySelector(":checked") && ![...item.querySelectorAll("input, textarea")].some((field) => field.matches(TYPING) && field.value));
    mark(open ?? shown()[0] ?? null);
  }

  function move(step) {
    const items = shown();
    const next = items[items.indexOf(current) + step];
    if (!next) { if (step > 0) document.querySelector("[data-next]").focus(); return; }
    mark(next);
    next.scrollIntoView({ block: "nearest" });
    const field = next.querySelector(":checked") ?? next.querySelector("input:not([type=hidden]), textarea");
    field?.focus();
  }

  document.addEventListener("focusin", ({ target }) => {
    const item = target.closest?.("[data-item]");
    if (item && item !== current) mark(item);
  });

  document.addEventListener("change", ({ target }) => {
    if (!target.closest("[data-keys-switch]")) return;
    localStorage.setItem(REMEMBER, target.checked ? "on" : "off");
    refresh();
  });

  document.addEventListener("keydown", (event) => {
    if (!isOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target, key } = event;
    if (key === "Enter" && target.closest?.("[data-item]") && !target.matches("textarea, summary, button, a")) {
      event.preventDefault();
      move(1);
    } else if (/^[0-9]$/.test(key) && !target.matches(TYPING)) {
      if (current?.hasAttribute("data-off")) refresh();
      const control = current?.querySelector(`[data-key="${key}"]`);
      if (!control) return;
      event.preventDefault();
      control.focus();
      control.click();
    } else if (["ArrowDown", "ArrowUp"].includes(key) && !target.matches(`${TYPING}, [type=radio]`)) {
      event.preventDefault();
      move(key === "ArrowDown" ? 1 : -1);
    }
  });

  return { refresh };
}
