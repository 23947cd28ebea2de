// The evaluator's pages without a connection, made of what this device keeps for whoever was signed in last.
import { showCheck, showQueued } from "./checked.js";
import { Kit } from "./kit.js";
import { lineOf, pageOf, reasonOf, showOnDevice } from "./on_device.js";
import { Queue, syncUrl } from "./queue.js";
import { startHere, wallClock } from "./start_here.js";
import { isNew, openStore } from "./store.js";
import { listWork, showWork, toBegin } from "./work.js";

const store = await openStore();
const user = await store.current();
const kept = user === null ? null : await store.kit(user);
if (kept) await show(new Kit(kept.page));
document.documentElement.dataset.device = kept ? "shell" : "empty";

async function show(kit) {
  document.documentElement.lang = kit.data.language;
  const queue = new Queue({ user, store, callsUrl: "/device/calls/", tell: () => showOnDevice({ kit, store, queue, user }) });
  const app = { kit, store, user, queue, plain: (content, title) => plain(kit, content, title), fill, listUrl };
  const [, first, id, page = "form", part = ""] = location.pathname.split("/");
  const call = first === "calls" ? await find(id) : null;
  if (first === "calls" && call) await showCall(app, call, page, part);
  else if (first === "calls") needsNet(app);
  else if (/\/calls\/new\/$/.test(location.pathname)) showStart(app, id);
  else if (first === "assignments") await showAssignment(app, Number(id));
  else if (/^\/(o\/[^/]+\/(calls\/)?)?$/.test(location.pathname)) await showList(app);
  else needsNet(app);
  queue.watch();
}

// --- parts of every page

function listUrl(call, kit) {
  return `/o/${call?.organisation ?? kit.data.organisations[0]?.slug}/calls/`;
}

function plain(kit, content, title) {
  const frame = kit.frame("plain");
  frame.querySelector("[data-slot=content]").replaceWith(content);
  document.getElementById("frame").replaceChildren(frame);
  document.title = `${title} · Klankbord`;
  for (const link of document.querySelectorAll("[data-list]")) link.href ||= listUrl(null, kit);
  return document.getElementById("main");
}

// Whom was called, with which brief and when, wherever a template has room for it.
function fill(root, call, kit) {
  const values = { ...call.brief, department: call.department, moment: kit.moment(call), reference: call.reference || call.done?.reference || "" };
  for (const place of root.querySelectorAll("[data-fill]")) place.textContent = values[place.dataset.fill] ?? place.textContent;
  for (const link of root.querySelectorAll("[data-to]")) link.href = pageOf(call, link.dataset.to);
  for (const link of root.querySelectorAll("[data-list]")) link.href = listUrl(call, kit);
}

// --- the list

async function showList({ kit, store: device, queue }) {
  const content = kit.frame("list");
  const waiting = await device.waiting(user);
  const calls = (await device.calls(user)).filter((call) => !call.submit && !call.done && !isNew(call) && !waiting[call.client]);
  calls.sort((one, other) => Boolean(other.reason) - Boolean(one.reason) || (one.savedAt < other.savedAt ? 1 : -1));
  const drafts = content.querySelector("[data-drafts]");
  drafts.append(...calls.map((call) => {
    const count = Object.keys(call.answers ?? {}).filter((code) => !code.startsWith("@")).length;
    const note = call.reason || kit.count("answersOne", "answersMany", count);
    return lineOf({ kit, call, note, wrong: Boolean(call.reason), word: call.reason ? "mend" : "goOn" });
  }));
  if (!calls.length && Object.keys(waiting).length) content.querySelector("h2 + .calls").previousElementSibling.remove();
  else if (!calls.length) drafts.replaceWith(empty(kit.say("noDrafts"), kit.say("noDraftsWhy")));
  await listWork({ kit, store: device, user }, content.querySelector("[data-work]"));
  const main = plain(kit, content, kit.say("list"));
  main.querySelector("[data-start]").href = `${listUrl(null, kit)}new/`;
  for (const button of main.querySelectorAll("[data-again]")) button.addEventListener("click", () => location.reload());
  main.querySelector("[data-list]").remove();
  await showOnDevice({ kit, store: device, queue, user });
}

function empty(title, why) {
  const box = document.createElement("div");
  box.className = "empty";
  const bold = document.createElement("b");
  bold.textContent = title;
  box.append(bold, why);
  return box;
}

async function showAssignment(app, id) {
  const work = (await toBegin(app)).find((each) => each.assignment === id);
  if (work) showWork(app, work);
  else needsNet(app, "briefGone");
}

function needsNet({ kit }, what = "needsNet") {
  const content = document.createDocumentFragment();
  const title = document.createElement("h1");
  title.textContent = kit.say(what);
  const why = document.createElement("p");
  why.textContent = kit.say(`${what}Why`);
  content.append(title, why);
  plain(kit, content, title.textContent);
}

// --- a new call

function showStart(app, slug) {
  const organisation = app.kit.organisation(slug);
  if (!organisation) return needsNet(app);
  const main = plain(app.kit, app.kit.copy(`template[data-start="${CSS.escape(slug)}"]`), app.kit.say("newCall"));
  const form = main.querySelector("form");
  if (form) startHere({ ...app, form, organisation });
  return undefined;
}

// --- a call

async function find(id) {
  const calls = await store.calls(user);
  return calls.find((call) => call.client === id || String(call.call ?? call.done?.call) === id) ?? null;
}

async function showCall(app, call, page, part) {
  if (call.done || (call.submit && !call.submit.refused)) return showQueued(app, call);
  if (page === "check") return showCheck(app, call, await pageData(app, call));
  if (page === "form") return showForm(app, call, part);
  return needsNet(app);
}

// The same as page_data in forms/script.py.
async function pageData({ kit }, call) {
  const version = kit.data.versions[call.version];
  const { client, revision = 0, savedAt = "", answers = {}, state = "unknown" } = call;
  return {
    user, client, call: call.call ?? null, version: call.version, zone: call.zone, facts: call.conditions,
    items: version.items, stamp: version.stamp,
    sections: version.sections.map((section) => ({ ...section, url: pageOf(call, `form/${section.code}/`) })),
    saveUrl: syncUrl(client), sync: true, start: isNew(call) ? call.start : null,
    checkUrl: pageOf(call, "check/"), submittedUrl: pageOf(call, "submitted/"), listUrl: listUrl(call, kit),
    loginUrl: `/accounts/login/?next=${encodeURIComponent(pageOf(call, "form/"))}`,
    words: kit.data.words, state, revision, savedAt, answers, reason: call.reason ?? "",
    calledAt: call.calledAt ? wallClock(new Date(call.calledAt), call.zone) : call.start.called_at,
  };
}

async function showForm(app, call, part) {
  const { kit, queue } = app;
  const data = await pageData(app, call);
  const frame = kit.frame("call");
  fill(frame, call, kit);
  for (const place of frame.querySelectorAll("[data-with]")) {
    const value = { ...call.brief, numbers: call.numbers?.length, call: call.call }[place.dataset.with];
    if (!value) place.remove();
  }
  frame.querySelector("[data-slot=numbers]")?.append(...numbers(call));
  frame.querySelector("[data-slot=steps]").replaceWith(kit.copy(`template[data-steps="${call.version}"]`));
  const here = data.sections.find((section) => section.code === part) ?? data.sections[0];
  frame.querySelector("main").append(...kit.part(call.version, here.code).main.childNodes);
  document.body.className = "call-body";
  document.getElementById("frame").replaceChildren(frame);
  for (const note of [...document.querySelectorAll("[data-page] form")]) note.append(hidden());
  const script = document.createElement("script");
  Object.assign(script, { type: "application/json", id: "call-data", textContent: JSON.stringify(data) });
  document.body.append(script);
  document.title = `${here.title}, ${call.department} · Klankbord`;
  queue.open = call.client;
  navigator.locks?.request(`klankbord-form-${call.client}`, () => new Promise(() => {}));
  const { useKit } = await import("./parts.js");
  useKit(kit);
  await import("./form.js");
  if (call.submit?.refused) document.querySelector("[data-live]").textContent = reasonOf(kit, call.submit.refused);
}

function numbers(call) {
  return call.numbers.flatMap((number, at) => {
    const link = document.createElement("a");
    link.href = `tel:${number}`;
    link.textContent = number;
    return at ? [", ", link] : [link];
  });
}

function hidden() {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "csrfmiddlewaretoken", value: "" });
  return field;
}
