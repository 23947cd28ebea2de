// While a job is at work, the page's progress part is fetched anew every second; when the job ends the page is loaded whole.
const part = document.querySelector("[data-progress=busy]");
let wait = 1000;

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-progress]");
    if (!fresh || fresh.dataset.progress !== "busy") return location.reload();
    part.replaceChildren(...fresh.childNodes);
    wait = 1000;
  } catch {
    wait = Math.min(wait * 2, 15000); // a bad line: ask less often, never give up
  }
  setTimeout(look, wait);
}

if (part) setTimeout(look, wait);
