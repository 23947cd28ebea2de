// Keeps a part of a page up to date: fetches the page anew now and then and takes the part from it. Politely: only while the
// page is looked at, less often on a bad line, never under the reader's fingers. Without script the page is right when loaded.
const part = document.querySelector("[data-live]");
const every = Number(part?.dataset.every ?? 0) * 1000;
let wait = every;
let timer = 0;

function busy() {
  return part.contains(document.activeElement) || String(window.getSelection() ?? "").length > 0;
}

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (answer.status !== 200) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-live]");
    if (!fresh) return; // another page answered: signed out, or the wave is gone
    if (!busy()) replace(fresh);
    wait = every;
  } catch {
    wait = Math.min(wait * 2, 300000);
    const note = part.querySelector("[data-live-note]");
    if (note && !note.dataset.told) {
      note.dataset.told = "yes";
      note.append(` ${part.dataset.paused}`);
    }
  }
  plan();
}

function replace(fresh) {
  for (const opened of part.querySelectorAll("details[open][data-keep]")) {
    fresh.querySelector(`[data-keep="${opened.dataset.keep}"]`)?.setAttribute("open", "");
  }
  part.replaceChildren(...fresh.childNodes);
}

function plan() {
  clearTimeout(timer);
  if (document.visibilityState === "visible") timer = setTimeout(look, wait);
}

if (every) {
  document.addEventListener("visibilitychange", plan);
  plan();
}
