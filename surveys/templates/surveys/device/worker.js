// The service worker. It keeps our own files and one page that is nobody's (the shell), and shows that page where one of the
// evaluator's pages cannot be had. Whatever is somebody's own lies in the device's database, never in a cache.
const BUILD = "{{ build|escapejs }}";
const FILES = new Set({{ files|safe }});
const SHELL = "{{ shell|escapejs }}";
const CACHE = `klankbord-${BUILD}`;
// Longer than a slow line needs for the head of a page, shorter than a caller's patience.
const PATIENCE = 5000;
const OWN_PAGES = /^\/$|^\/o\/[^/]+\/(calls\/(new\/)?)?$|^\/assignments\/\d+\/$|^\/calls\/[^/]+\/((form|check|submitted|facts|discard|conflicts)\/.*)?$/;
// No pages: a download that fails is for the browser to tell.
const DOWNLOADS = /\.\w+$|^\/(api|device)\/|\/sound\/$/;
// What a proxy says when the site behind it is gone.
const GONE = new Set([502, 503, 504]);

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...FILES]);
  // Without cookies: the same for everybody.
  const shell = await fetch(SHELL, { credentials: "omit", cache: "no-cache" });
  const page = await shell.text();
  if (!shell.ok || !page.includes(`data-shell="${BUILD}"`)) throw new Error("this is not the shell of this build");
  await cache.put(SHELL, new Response(page, { headers: shell.headers }));
}

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

async function tidy() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (FILES.has(url.pathname)) event.respondWith(file(request, url.pathname));
  else if (request.mode === "navigate" && OWN_PAGES.test(url.pathname)) event.respondWith(page(request));
  else if (request.mode === "navigate" && !DOWNLOADS.test(url.pathname)) event.respondWith(elsewhere(request));
});

async function file(request, path) {
  const kept = await caches.match(path, { cacheName: CACHE, ignoreVary: true });
  return kept ?? fetch(request);
}

// A page that no device keeps: the shell says so, when there is no connection at all.
async function elsewhere(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const shell = await caches.match(SHELL, { cacheName: CACHE, ignoreVary: true });
    if (!shell) throw error;
    return shell;
  }
}

async function page(request) {
  const shell = await caches.match(SHELL, { cacheName: CACHE, ignoreVary: true });
  if (!shell) return fetch(request);
  let bell;
  const late = new Promise((ring) => { bell = setTimeout(ring, PATIENCE); });
  const answer = await Promise.race([fetch(request).catch(() => null), late]);
  clearTimeout(bell);
  return answer && !GONE.has(answer.status) ? answer : shell;
}
