// What every page does: moves the focus to an error summary, and asks before an act that cannot be undone.
document.querySelector("[data-focus]")?.focus();

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

// A button that was pressed once is not pressed twice.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
  });
  window.addEventListener("pageshow", () => form.querySelectorAll("button").forEach((button) => { button.disabled = false; }));
}
