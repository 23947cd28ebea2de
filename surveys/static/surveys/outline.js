// The outline moves in place: buttons and dragging send the same small forms as without script, the page's new outline comes
// back, and the focus stays on what was moved.

const page = document.querySelector("[data-outline-page]");

async function send(fields, focus) {
  const form = page.querySelector("[data-outline]");
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "seen"]) body.set(name, form.elements[name].value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  page.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = found.querySelector("[data-outline-page]");
    if (!answer.ok || !fresh) return location.reload();
    page.replaceChildren(...fresh.childNodes);
    show(found.querySelector(".messages"));
    ready();
    settle(fields.do, focus);
  } catch {
    // Without a connection the page stays as it was; the next try says the same thing the server would.
    location.reload();
  } finally {
    page.removeAttribute("aria-busy");
  }
  return undefined;
}

function show(messages) {
  document.querySelector("main > .messages")?.remove();
  if (messages) document.getElementById("main").prepend(messages);
}

// The focus returns to the button that was pressed, or to its neighbour when that one can do no more.
function settle(asked, focus) {
  const [verb, , code] = asked.split(" ");
  const line = code ? document.getElementById(`i-${code.replace(".", "-")}`) : null;
  if (!line || verb === "remove") return document.getElementById("outline").focus({ preventScroll: verb !== "remove" });
  const wanted = focus ? document.getElementById(focus) : null;
  const button = wanted && !wanted.disabled ? wanted : line.querySelector(".move:not(:disabled)");
  (button ?? line).focus();
  line.scrollIntoView({ block: "nearest" });
  if (line.dataset.line && (verb === "up" || verb === "down" || verb === "move")) tell(line);
  return undefined;
}

function tell(line) {
  const lines = [...line.parentElement.children];
  const section = line.closest("[data-part]").querySelector("h2").textContent.trim();
  const words = page.querySelector("[data-outline]").dataset.moved
    .replace("{name}", line.dataset.name).replace("{place}", lines.indexOf(line) + 1)
    .replace("{total}", lines.length).replace("{section}", section);
  page.querySelector("[data-live]").textContent = words;
  line.classList.add("landed");
}

page.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.value || !event.target.matches("[data-outline]")) return;
  event.preventDefault();
  send({ do: button.value }, button.id);
});

// Alt with an arrow moves the question or section that has the focus.
page.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const line = event.target.closest("[data-line], [data-part]");
  const button = line?.querySelector(`.move[value^="${event.key === "ArrowUp" ? "up" : "down"} "]`);
  if (!button || button.disabled) return;
  event.preventDefault();
  send({ do: button.value }, button.id);
});

document.addEventListener("click", (event) => {
  for (const open of page.querySelectorAll(".row-more[open]")) if (!open.contains(event.target)) open.open = false;
});
page.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest(".row-more[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// --- dragging, for a mouse ---------------------------------------------------------------------------------------------

let dragged = null;

function ready() {
  for (const grip of page.querySelectorAll("[data-grip]")) {
    grip.hidden = false;
    grip.draggable = true;
  }
}

function clear() {
  for (const line of page.querySelectorAll(".before, .after, .dragging")) line.classList.remove("before", "after", "dragging");
}

function target(event) {
  const line = event.target.closest?.("[data-line]");
  if (line) {
    const box = line.getBoundingClientRect();
    return { line, after: event.clientY > box.top + box.height / 2 };
  }
  const lines = event.target.closest?.("[data-part]")?.querySelector("[data-lines]");
  return lines ? { lines } : null;
}

page.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.("[data-grip]")) return;
  dragged = event.target.closest("[data-line]");
  dragged.classList.add("dragging");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.line);
  event.dataTransfer.setDragImage(dragged, 16, 16);
});
page.addEventListener("dragover", (event) => {
  const place = dragged && target(event);
  if (!place) return;
  event.preventDefault();
  for (const line of page.querySelectorAll(".before, .after")) line.classList.remove("before", "after");
  place.line?.classList.add(place.after ? "after" : "before");
});
page.addEventListener("drop", (event) => {
  const place = dragged && target(event);
  if (!place) return;
  event.preventDefault();
  const list = place.line ? place.line.parentElement : place.lines;
  const others = [...list.querySelectorAll("[data-line]")].filter((line) => line !== dragged);
  const at = place.line && place.line !== dragged ? others.indexOf(place.line) + (place.after ? 1 : 0) : others.length;
  const moved = dragged.dataset.line;
  const same = place.line === dragged;
  clear();
  dragged = null;
  if (!same) send({ do: `move item ${moved}`, to: list.dataset.lines, position: at }, "");
});
page.addEventListener("dragend", () => {
  clear();
  dragged = null;
});

ready();
