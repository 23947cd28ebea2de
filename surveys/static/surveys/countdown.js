// Promises count down while the page is open: the words and the tag that the server wrote, kept up to date.
const WORDS = JSON.parse(document.getElementById("countdown-words").textContent);
const STEPS = [["day", 86400, 2 * 86400], ["hour", 3600, 3600], ["minute", 60, 60]];
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });

function words(seconds) {
  for (const [unit, length, from] of STEPS) {
    if (Math.abs(seconds) >= from) return relative.format(Math.trunc(seconds / length), unit);
  }
  return WORDS.now;
}

function stateOf(left, grace) {
  if (left < -grace) return "broken";
  if (left < 0) return "overdue";
  return left <= WORDS.soon ? "due_soon" : "waiting";
}

function render() {
  for (const promise of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(promise.dataset.due) - Date.now()) / 1000;
    const state = stateOf(left, Number(promise.dataset.grace) * 3600);
    const [text, tone] = WORDS.states[state];
    const tag = promise.querySelector("[data-state]");
    if (tag.textContent !== text) { tag.textContent = text; tag.className = `tag ${tone}`; }
    const place = promise.querySelector("[data-countdown]");
    const said = state === "broken" ? "" : words(left);
    if (place.textContent !== said) place.textContent = said;
  }
}

render();
setInterval(render, 15_000);
document.addEventListener("visibilitychange", render);
