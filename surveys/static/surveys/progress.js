// While jobs are at work, the parts that show how far they are are fetched anew every second; when one ends the page is loaded whole.
const parts = [...document.querySelectorAll("[data-progress=busy]")];
let wait = 1000;

function freshOf(page, part) {
  return part.id ? page.getElementById(part.id) : page.querySelector("[data-progress]");
}

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const pairs = parts.map((part) => [part, freshOf(page, part)]);
    if (pairs.some(([, fresh]) => fresh?.dataset.progress !== "busy")) return location.reload();
    for (const [part, fresh] of pairs) part.replaceChildren(...fresh.childNodes);
    wait = 1000;
  } catch {
    wait = Math.min(wait * 2, 15000); // a bad line: ask less often, never give up
  }
  setTimeout(look, wait);
}

if (parts.length) setTimeout(look, wait);
