// Keeps as a picture what is drawn in words and tables: light, under what it was drawn from. Charts keep themselves.
const WIDE = 1200;
const EDGE = 16;
const SCALE = 2;
// No browser paints more than so many pixels below each other.
const TALLEST = 16000;
const NOT_DRAWN = ".under, .acts, .opens, details, form, noscript, script, [hidden]";

// The words of this page's own styles, which a picture cannot fetch by itself.
async function styles() {
  const sheets = [...document.querySelectorAll('link[rel="stylesheet"]')];
  const texts = await Promise.all(sheets.map(async ({ href }) => (await fetch(href)).text()));
  return texts.join("\n");
}

// What is drawn in a section, as XML.
function drawn(section, said) {
  const copy = section.cloneNode(true);
  for (const each of copy.querySelectorAll(NOT_DRAWN)) each.remove();
  const heading = copy.querySelector("h2");
  heading.classList.remove("visually-hidden");
  const line = document.createElement("p");
  line.className = "mute small";
  line.textContent = said;
  heading.after(line);
  return new XMLSerializer().serializeToString(copy);
}

function image(address) {
  return new Promise((resolve, reject) => {
    const found = new Image();
    found.onload = () => resolve(found);
    found.onerror = () => reject(new Error("the picture could not be drawn"));
    found.src = address;
  });
}

// How far down anything is drawn: below it all rows are as white as the last.
function foot(context, width, height) {
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const blank = pixels[pixels.length - 1];
  let last = pixels.length - 1;
  while (last > 0 && pixels[last] === blank) last -= 1;
  return Math.ceil(last / width);
}

async function keep(button) {
  const section = button.closest("section");
  const css = (await styles()).replaceAll("]]>", "");
  // Narrow columns make a section no taller than this; what is not needed is cut off.
  const tall = Math.min(2 * section.scrollHeight + 400, TALLEST / SCALE);
  const page = `<div xmlns="http://www.w3.org/1999/xhtml" class="kept">${drawn(section, button.dataset.said)}</div>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDE}" height="${tall}"><style><![CDATA[${css}
    :root { color-scheme: light } .kept { padding: ${EDGE}px; font: var(--text); color: var(--ink); background: var(--sheet) }
    .kept > section { border: 0; margin: 0; padding: 0 }]]></style>
    <foreignObject width="100%" height="100%">${page}</foreignObject></svg>`;
  const found = await image(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDE * SCALE, tall * SCALE];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(found, 0, 0, canvas.width, canvas.height);
  const kept = document.createElement("canvas");
  [kept.width, kept.height] = [canvas.width, Math.min(foot(context, canvas.width, canvas.height) + EDGE * SCALE, canvas.height)];
  kept.getContext("2d").drawImage(canvas, 0, 0);
  const link = document.createElement("a");
  link.download = `${button.dataset.file}.png`;
  link.href = kept.toDataURL("image/png");
  link.click();
}

// Beside the button, since nothing came of it.
function say(button) {
  const line = document.createElement("span");
  line.setAttribute("role", "alert");
  line.textContent = button.dataset.failed;
  button.parentElement.querySelector("[role=alert]")?.remove();
  button.after(line);
}

export function ready(root) {
  for (const button of root.querySelectorAll("[data-drawing]")) button.hidden = false;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-drawing]");
  if (button) keep(button).catch(() => say(button));
});
ready(document);
