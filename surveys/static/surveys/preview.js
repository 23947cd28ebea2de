// Trying out: after every answer the server says which questions are asked now and what the score is.

const form = document.querySelector("[data-try]");
let waiting = 0;
let latest = 0;

async function ask() {
  const turn = ++latest;
  const answer = await fetch(location.href, { method: "POST", body: new FormData(form) });
  if (!answer.ok || turn !== latest) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const score = found.querySelector("[data-score]");
  if (!score || turn !== latest) return;
  const open = form.querySelector("[data-score] details")?.open;
  form.querySelector("[data-score]").replaceChildren(...score.childNodes);
  const details = form.querySelector("[data-score] details");
  if (details && open) details.open = true;
  for (const theirs of found.querySelectorAll("[data-try] [data-item]")) {
    const mine = form.querySelector(`[data-item="${CSS.escape(theirs.dataset.item)}"]`);
    mine.toggleAttribute("data-off", theirs.hasAttribute("data-off"));
    mine.hidden = theirs.hasAttribute("data-off");
  }
}

if (form) {
  document.documentElement.classList.add("scripted");
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  };
  form.addEventListener("change", soon);
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    soon();
  });
  for (const item of form.querySelectorAll("[data-item][data-off]")) item.hidden = true;
}
