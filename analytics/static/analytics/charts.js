// Draws the charts that the server made, in the colours the page has now, and again when the theme changes.
const CONFIG = {
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  responsive: true,
  scrollZoom: false,
  doubleClick: false,
  displayModeBar: "hover",
};
const NARROW = 560;
// What a letter of a tick takes, what is between two ticks, and what the margins take, in pixels.
const LETTER = 6.5;
const BETWEEN = 10;
const MARGINS = 52;
// A line of a picture's title, and a letter of it, in pixels.
const LINE = 19;
const WIDE_LETTER = 8;
// A line that goes on below, as plotly reads it; what begins anew is parted by "<br>".
const WRAP = "<br />";
// Letters that fit under an axis beside names on a phone, and what the template leaves below an axis.
const LONG_TITLE = 22;
const BELOW = 40;
// What a sheet of A4 holds between its margins.
const PAPER = 680;

// What a token is on this page, as plotly can read it.
function colours(tokens) {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const found = new Map();
  for (const [hex, name] of Object.entries(tokens)) {
    probe.style.color = `var(${name})`;
    found.set(hex, getComputedStyle(probe).color);
  }
  probe.remove();
  return found;
}

function asRgb(hex) {
  return [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16)).join(", ");
}

// The figure with every colour of the light theme replaced by the page's.
function dressed(value, found, faint) {
  if (typeof value === "string") {
    if (found.has(value)) return found.get(value);
    const parts = /^rgba\((\d+, \d+, \d+), ([\d.]+)\)$/.exec(value);
    if (parts && faint.has(parts[1])) return faint.get(parts[1]).replace("rgb(", "rgba(").replace(")", `, ${parts[2]})`);
    return value;
  }
  if (Array.isArray(value)) return value.map((each) => dressed(each, found, faint));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, dressed(each, found, faint)]));
  }
  return value;
}

// As many ticks as fit; the first of a year among these carries it.
function ticked(axis, width) {
  const ticks = axis.tickvals ?? [];
  const names = (axis.ticktext ?? []).map((text) => text.split("<br>")[0]);
  const longest = Math.max(1, ...names.map((name) => name.length));
  const most = Math.max(2, Math.floor((width - MARGINS) / (longest * LETTER + BETWEEN)));
  const every = Math.ceil(ticks.length / most) || 1;
  const kept = [...ticks.keys()].filter((place) => (ticks.length - 1 - place) % every === 0);
  const year = (place) => ticks[place].slice(0, 4);
  return {
    ...axis,
    tickvals: kept.map((place) => ticks[place]),
    ticktext: kept.map((place, number) =>
      number === 0 || year(place) !== year(kept[number - 1]) ? `${names[place]}<br>${year(place)}` : names[place],
    ),
  };
}

// The title of an axis in two lines, at the first comma, where one would be longer than the axis beside long names.
function broken(axis) {
  const text = axis?.title?.text ?? "";
  if (text.length <= LONG_TITLE || !text.includes(", ")) return axis;
  return { ...axis, title: { ...axis.title, text: text.replace(", ", ",<br>") } };
}

// On a phone the lines' names stand under the chart, fewer ticks fit, and beside rows with names little is left of the width.
function fitted(layout, width) {
  if (width >= NARROW) return layout;
  const named = layout.yaxis?.type === "category";
  const across = layout.xaxis?.type === "date" ? ticked(layout.xaxis, width) : layout.xaxis;
  const xaxis = named ? broken(across) : across;
  const below = xaxis === across ? {} : { b: (layout.margin?.b ?? BELOW) + LINE };
  return {
    ...layout,
    annotations: (layout.annotations ?? []).filter((each) => each.name !== "end"),
    margin: { ...layout.margin, r: 8, l: 36, ...below },
    xaxis,
  };
}

// The first line of a hover text, without plotly's markup.
function told(text) {
  const line = text.split("<br>", 1)[0].replaceAll(WRAP, " ");
  const signs = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
  return line.replace(/<[^>]*>/g, "").replace(/&(?:lt|gt|amp);/g, (sign) => signs[sign]);
}

// One tap of a finger is told twice, as touch and as a click.
const ONE_TAP = 500;
let shownAt = -ONE_TAP;

// Opens what a mark leads to: at once with a mouse; with a finger the first tap shows what it is and a link, the second opens.
function openMark(element, { points: [point], event }) {
  if (!point?.customdata || performance.now() - shownAt < ONE_TAP) return;
  const place = new URL(point.customdata, location.href);
  const link = element.parentElement.querySelector("[data-mark] a");
  if (element.dataset.pointer !== "mouse" && link.href !== place.href) {
    shownAt = performance.now();
    link.href = place.href;
    link.textContent = told(point.hovertext);
    link.parentElement.hidden = false;
  } else if (event?.ctrlKey || event?.metaKey) {
    window.open(place, "_blank", "noopener");
  } else {
    location.assign(place);
  }
}

// Listens once: redrawing keeps what listens.
function listen(element) {
  element.addEventListener("pointerdown", ({ pointerType }) => (element.dataset.pointer = pointerType), true);
  element.on("plotly_click", (click) => openMark(element, click));
  element.on("plotly_hover", ({ points: [point] }) => element.classList.toggle("opens", Boolean(point?.customdata)));
  element.on("plotly_unhover", () => element.classList.remove("opens"));
}

// What is told of a mark, in lines that fit beside it: where the chart is narrow a longer one would be cut off.
function fitting(data, width) {
  if (width >= NARROW) return data;
  const fit = (text) => text.split("<br>").map((each) => wrapped(each, width / 2).join(WRAP)).join("<br>");
  return data.map((trace) => (Array.isArray(trace.hovertext) ? { ...trace, hovertext: trace.hovertext.map(fit) } : trace));
}

// On paper it is as wide as a page and as light as the server made it.
function draw(element, onPaper = false) {
  const figure = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const found = onPaper ? new Map() : colours(figure.tokens);
  const faint = new Map([...found].map(([hex, colour]) => [asRgb(hex), colour]));
  const { data, layout } = dressed({ data: figure.data, layout: figure.layout }, found, faint);
  if (onPaper) Object.assign(layout, { width: PAPER, autosize: false });
  const camera = { name: "picture", title: element.dataset.download, icon: window.Plotly.Icons.camera };
  const width = onPaper ? PAPER : element.clientWidth;
  window.Plotly.react(element, fitting(data, width), fitted(layout, width), {
    ...CONFIG,
    modeBarButtons: [[{ ...camera, click: () => keep(element, "png") }]],
    locale: document.documentElement.lang || "en",
  });
  element.style.minHeight = `${layout.height}px`;
  if (element.dataset.drawn !== "yes") listen(element);
  element.dataset.drawn = "yes";
}

// What plotly takes for words only.
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

// Words in pieces that fit a width.
function wrapped(text, width) {
  const found = [""];
  for (const word of text.split(" ")) {
    const longer = `${found.at(-1)} ${word}`.trim();
    if (found.at(-1) && longer.length * WIDE_LETTER > width) found.push(word);
    else found[found.length - 1] = longer;
  }
  return found;
}

const lines = (text, width) => wrapped(text, width).map(plain);

// A picture of a chart, light and at least as wide as paper, under its title and what it was drawn from.
function keep(element, format) {
  const figure = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const width = Math.max(PAPER, element.clientWidth);
  const heading = lines(element.closest("figure").getAttribute("aria-label"), width - 24).map((line) => `<b>${line}</b>`);
  const said = lines(element.dataset.said, width - 24).map((line) => `<span style="font-size:12px">${line}</span>`);
  const words = [...heading, ...said];
  const above = LINE * words.length + 24;
  const height = figure.layout.height + above;
  const place = { x: 0, xref: "container", xanchor: "left", pad: { l: 12 } };
  const title = { text: words.join("<br>"), font: { size: 14 }, y: 1 - 24 / height, yref: "container", ...place };
  const layout = fitted(figure.layout, width);
  const margin = { ...layout.margin, t: (layout.margin?.t ?? 0) + above };
  const paper = figure.layout.hoverlabel?.bgcolor ?? "#fff";
  window.Plotly.downloadImage(
    { data: figure.data, layout: { ...layout, paper_bgcolor: paper, title, margin, width, height } },
    { format, filename: element.dataset.file, width, height, scale: format === "png" ? 2 : 1 },
  );
}

// All charts below a root, as they are on the page now.
const chartsIn = (root) => [...root.querySelectorAll("[data-chart]")];
const drawAll = () => chartsIn(document).forEach((element) => draw(element));

const widths = new WeakMap();
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    // What is not on the page now has no width.
    if (!target.isConnected) continue;
    const fits = Math.floor(Math.min(target.clientWidth, NARROW) / 40);
    if (widths.has(target) && widths.get(target) !== fits) draw(target);
    widths.set(target, fits);
  }
});

// Draws what has come onto the page, or has come back to it.
export function ready(root) {
  if (!window.Plotly) return;
  for (const element of chartsIn(root)) {
    draw(element);
    watch.observe(element);
  }
  for (const button of root.querySelectorAll("[data-picture]")) button.hidden = false;
}

// Lets go of what will not come back.
export function forget(root) {
  for (const element of chartsIn(root)) {
    watch.unobserve(element);
    window.Plotly?.purge(element);
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-picture]");
  if (button) keep(document.querySelector(`[data-chart="${button.dataset.of}"]`), button.dataset.picture);
});
window.addEventListener("beforeprint", () => chartsIn(document).forEach((element) => draw(element, true)));
window.addEventListener("afterprint", drawAll);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
ready(document);
