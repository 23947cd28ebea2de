// What every page does: moves the focus to an error summary, and asks before an act that cannot be undone.
document.querySelector("[data-focus]")?.focus();

document.addEventListener("submit", (event) => {
  const { confirm, once } = event.target.dataset;
  if (confirm !== undefined && !window.confirm(confirm)) event.preventDefault();
  // A button that was pressed once is not pressed twice; what it says is still sent.
  else if (once !== undefined) setTimeout(() => event.target.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] button")) button.disabled = false;
});
