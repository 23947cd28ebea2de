// Shows another choice of the same page without leaving it: what was loaded stays, and Back finds what was drawn.
// What does not come as this page is opened by the browser itself, which says best what is wrong.
import { forget, ready as drawCharts } from "./charts.js";
import { ready as offerPictures } from "./pictures.js";

// So many earlier choices are kept as they were drawn; any other is loaded again.
const MOST = 8;
const kept = new Map();
let here = history.state?.choice ?? Date.now();
let asked = new AbortController();
history.replaceState({ choice: here }, "");

const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.body.append(said);

const shown = () => document.querySelector("main");
// What a page needs beside its content: after an update, or in another language, all of it is loaded.
const needs = (page) => [page.documentElement.lang, ...[...page.head.querySelectorAll("[src], [href]")].map((each) => each.src ?? each.href)].join();

// Aside, as it was before another choice was begun.
function aside(main) {
  main.removeAttribute("aria-busy");
  for (const panel of main.querySelectorAll(".chips details")) panel.open = false;
  for (const form of main.querySelectorAll(".chips form")) form.reset();
  kept.delete(here);
  kept.set(here, { main, title: document.title, scroll: window.scrollY });
  if (kept.size <= MOST) return;
  const [[oldest, { main: gone }]] = kept;
  kept.delete(oldest);
  forget(gone);
}

function show(main, title, choice) {
  aside(shown());
  here = choice;
  shown().replaceWith(main);
  document.title = title;
  const language = document.querySelector(".language [name=next]");
  if (language) language.value = location.pathname + location.search;
  main.focus({ preventScroll: true });
  said.textContent = main.querySelector(".lede")?.textContent ?? title;
  offerPictures(main);
  // The words are painted first.
  requestAnimationFrame(() => setTimeout(() => main.isConnected && drawCharts(main)));
}

// A function that goes where the reader wants to be. A section stays where it is, with what was opened, when its own choice
// is made; else it is the place that the address names, or the top.
function hold(link, { hash }) {
  const go = () => {
    const named = hash && document.getElementById(hash.slice(1));
    if (named) named.scrollIntoView();
    else window.scrollTo(0, 0);
  };
  const section = link?.closest("section[aria-labelledby]");
  if (!section || (hash && hash !== `#${section.id}`)) return go;
  const { top } = section.getBoundingClientRect();
  const opened = new Set([...section.querySelectorAll("details[open] > summary")].map((each) => each.textContent));
  return () => {
    const again = document.querySelector(`section[aria-labelledby="${section.getAttribute("aria-labelledby")}"]`);
    if (!again) return go();
    for (const summary of again.querySelectorAll("details > summary")) {
      if (opened.has(summary.textContent)) summary.parentElement.open = true;
    }
    window.scrollBy(0, again.getBoundingClientRect().top - top);
    const same = [...again.querySelectorAll("a")].find((each) => each.textContent === link.textContent);
    same?.focus({ preventScroll: true });
  };
}

async function choose(address, link) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  const settle = hold(link, address);
  shown().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.querySelector("main");
    const place = new URL(answer.url);
    if (!answer.ok || place.pathname !== location.pathname || needs(page) !== needs(document)) throw new Error("another page");
    signal.throwIfAborted();
    place.hash = address.hash;
    const choice = Date.now();
    history[place.href === location.href ? "replaceState" : "pushState"]({ choice }, "", place);
    show(main, page.title, choice);
    settle();
  } catch {
    if (!signal.aborted) location.assign(address);
  }
}

const isHere = (address) => address.origin === location.origin && address.pathname === location.pathname;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const address = new URL(form.action);
  if (form.method !== "get" || !isHere(address) || event.defaultPrevented) return;
  // Only what was chosen is sent, so that addresses stay short.
  address.search = new URLSearchParams([...new FormData(form, event.submitter)].filter(([, value]) => value !== ""));
  event.preventDefault();
  choose(address);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("main a[href]");
  const withKeys = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || event.defaultPrevented || event.button || withKeys || link.target || link.hasAttribute("download")) return;
  const address = new URL(link.href);
  if (!isHere(address) || (address.hash && address.search === location.search)) return;
  event.preventDefault();
  choose(address, link);
});

// Back from a page that the browser opened by itself.
window.addEventListener("pageshow", () => shown().removeAttribute("aria-busy"));

window.addEventListener("popstate", ({ state }) => {
  // A place on the page that is shown.
  if (!state) history.replaceState({ choice: here }, "");
  if (!state || state.choice === here) return;
  asked.abort();
  const found = kept.get(state.choice);
  if (!found) location.reload();
  else {
    show(found.main, found.title, state.choice);
    window.scrollTo(0, found.scroll);
  }
});
