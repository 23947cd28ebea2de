// Shows another choice of the same page without leaving it: what was loaded stays, and Back finds what was drawn.
// What does not come as this page is opened by the browser itself, which says best what is wrong.
import { forget, ready as drawCharts } from "./charts.js";
import { ready as offerPictures } from "./pictures.js";

// So many earlier choices are kept as they were drawn; any other is loaded again.
const MOST = 8;
// How long it is said that there is no connection.
const SAID = 8000;
const kept = new Map();
let here = history.state?.choice ?? Date.now();
let asked = new AbortController();
history.replaceState({ choice: here }, "");

const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.body.append(said);

const shown = () => document.querySelector("main");
// What a page has beside its content: after an update, in another language, for another reader or one whose rights changed,
// all of it is loaded.
const needs = (page) => [
  page.documentElement.lang,
  page.getElementById("nav-me")?.textContent,
  ...[...page.querySelectorAll("head [src], head [href], .rail-links [href]")].map((each) => each.getAttribute("src") ?? each.getAttribute("href")),
].join();

// Aside, as it was before another choice was begun.
function aside(main) {
  main.removeAttribute("aria-busy");
  for (const panel of main.querySelectorAll(".chips details")) panel.open = false;
  for (const form of main.querySelectorAll("form")) form.reset();
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

const placeOf = (hash) => (hash ? document.getElementById(hash.slice(1)) : null);

// The place that an address names; a panel is opened.
function goTo(hash) {
  const place = placeOf(hash);
  if (place?.matches("details")) place.open = true;
  if (place) place.scrollIntoView();
  else window.scrollTo(0, 0);
}

function openPanel() {
  if (placeOf(location.hash)?.matches("details:not([open])")) goTo(location.hash);
}

const panels = (main) => [...main.querySelectorAll("section details > summary")];
const nameOf = (summary) => `${summary.closest("section").getAttribute("aria-labelledby")} ${summary.textContent}`;

// A function that goes where the reader wants to be. A section stays where it is when its own choice is made, but not when its
// pages are turned; else it is the place that the address names, or the top.
function hold(link, { hash }) {
  const go = () => goTo(hash);
  const section = link?.closest("section[aria-labelledby]");
  if (!section || link.closest(".turn") || (hash && hash !== `#${section.id}`)) return go;
  const { top } = section.getBoundingClientRect();
  return () => {
    const again = document.querySelector(`section[aria-labelledby="${section.getAttribute("aria-labelledby")}"]`);
    if (!again) return go();
    window.scrollBy(0, again.getBoundingClientRect().top - top);
    const same = [...again.querySelectorAll("a")].find((each) => each.textContent === link.textContent);
    same?.focus({ preventScroll: true });
  };
}

// Without a connection the browser has nothing better to show than what is here.
function sayNoLine() {
  shown().removeAttribute("aria-busy");
  const said = document.querySelector("[data-no-line]");
  said.hidden = false;
  setTimeout(() => { said.hidden = true; }, SAID);
}

async function choose(address, link) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  shown().setAttribute("aria-busy", "true");
  const answer = await fetch(address, { signal }).catch(() => null);
  const text = await answer?.text().catch(() => null);
  if (signal.aborted) return;
  if (text == null) return sayNoLine();
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = page.querySelector("main");
  const place = new URL(answer.url);
  if (!answer.ok || !main || place.pathname !== location.pathname || needs(page) !== needs(document)) {
    return location.assign(address);
  }
  place.hash = address.hash;
  const [choice, settle] = [Date.now(), hold(link, address)];
  const opened = new Set(panels(shown()).filter((each) => each.parentElement.open).map(nameOf));
  for (const each of panels(main)) if (opened.has(nameOf(each))) each.parentElement.open = true;
  history[place.href === location.href ? "replaceState" : "pushState"]({ choice }, "", place);
  show(main, page.title, choice);
  settle();
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

openPanel();
window.addEventListener("hashchange", openPanel);

// Another page was asked for meanwhile.
window.addEventListener("beforeunload", () => {
  asked.abort();
  shown().removeAttribute("aria-busy");
});

// Back from a page that the browser opened by itself.
window.addEventListener("pageshow", () => shown().removeAttribute("aria-busy"));

window.addEventListener("popstate", ({ state }) => {
  // A place on the page that is shown.
  if (!state) history.replaceState({ choice: here }, "");
  if (!state || state.choice === here) return;
  asked.abort();
  const found = kept.get(state.choice);
  kept.delete(state.choice);
  if (!found) location.reload();
  else {
    show(found.main, found.title, state.choice);
    window.scrollTo(0, found.scroll);
  }
});
