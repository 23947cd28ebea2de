// The whole call on one page before it is handed in, and what became of it, without a connection.
import { visible } from "./conditions.js";
import { remarkDue, write } from "./fields.js";
import { pageOf, reasonOf, stateOf } from "./on_device.js";

// --- the answers in words, as the controls show them

function words(element) {
  const copy = element.cloneNode(true);
  for (const aside of copy.querySelectorAll("kbd, [aria-hidden=true], .plain")) aside.remove();
  return copy.textContent.replace(/\s+/g, " ").replace(" :", ":").trim();
}

function choice(control) {
  return words(control.closest("label"));
}

function said(item, answer, kit) {
  const { item: code, kind } = item.dataset;
  const named = (name) => [...item.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  if (!answer) return [];
  const lines = [];
  if (kind === "phrase" && !answer.unfit) {
    for (const row of answer.value ?? []) {
      const chip = [...item.querySelectorAll("[data-phrase]")].find((control) => row.phrase && control.value === row.phrase);
      lines.push([chip ? choice(chip) : "", row.quote ? `“${row.quote}”` : ""].filter(Boolean).join(" "));
    }
  } else if (answer.na) {
    lines.push(kit.say("na"));
  } else if (answer.unfit) {
    lines.push(kit.say("unfit"));
  } else if (Array.isArray(answer.value)) {
    const ticked = named(code).filter((control) => answer.value.includes(control.value));
    lines.push(ticked.map(choice).join(", ") || named(`${code}:none`).map(choice).join());
  } else if (answer.value !== undefined) {
    const control = named(code).find((each) => each.type === "radio" && each.value === answer.value);
    const unit = item.querySelector(".entry .mute")?.textContent ?? "";
    lines.push(control ? choice(control) : kind === "datetime" ? kit.moment({ start: { called_at: answer.value } }) : `${answer.value} ${unit}`.trim());
  }
  return [...lines, answer.comment, answer.quote && `“${answer.quote}”`].filter(Boolean);
}

const isGiven = (answer) => Boolean(answer && (answer.na || answer.unfit || (answer.value ?? null) !== null));

function problem({ item, answer, required, change, kit }) {
  if (change?.refused) return change.refused;
  if (answer?.unfit && !answer.comment) return kit.say("remarkDue");
  if (required && !isGiven(answer)) return kit.say("required");
  return isGiven(answer) && remarkDue(item, answer) && !answer.comment && !answer.quote ? kit.say("remarkDue") : "";
}

// --- the page

export async function showCheck(app, call, data) {
  const { kit, store, user, fill } = app;
  const pending = new Map((await store.changes(user, call.client)).map((change) => [change.code, change]));
  const answers = { ...data.answers };
  for (const change of pending.values()) answers[change.code] = change.answer;
  const items = data.items.map(([code, section, required, condition]) => ({ code, section, required, condition }));
  const shown = visible(items, answers, data.facts);
  const required = new Map(items.map((item) => [item.code, item.required]));
  const content = kit.frame("check");
  fill(content, call, kit);
  let missing = [];
  content.querySelector("[data-slot=sections]").replaceWith(...data.sections.flatMap((section) => {
    const { main, title } = kit.part(call.version, section.code);
    const asked = [...main.querySelectorAll("[data-item]")].filter((item) => shown.has(item.dataset.item));
    if (!asked.length) return [];
    const list = document.createElement("dl");
    list.className = "check-list";
    for (const item of asked) {
      const code = item.dataset.item;
      const answer = answers[code];
      write(item, answer ?? null);
      const wrong = problem({ item, answer, required: required.get(code), change: pending.get(code), kit });
      const url = `${section.url}#${code.replace(".", "-")}`;
      if (wrong) missing = [...missing, { url, text: words(item.querySelector("legend, .ask")), wrong }];
      list.append(row({ kit, item, lines: said(item, answer, kit), wrong, url }));
    }
    return [sheet(title, list)];
  }));
  content.querySelector("[data-slot=state]").replaceWith(state({ kit, call, missing }));
  const last = data.sections.findLast((section) => items.some((item) => shown.has(item.code) && data.sections[item.section] === section));
  content.querySelector("[data-last]").href = (last ?? data.sections[0]).url;
  const main = app.plain(content, kit.say("check"));
  main.querySelector("[data-submit]").addEventListener("submit", (event) => {
    event.preventDefault();
    submit({ ...app, call, missing });
  });
}

function row({ kit, item, lines, wrong, url }) {
  const copy = kit.frame("row");
  const [question, answer] = copy.querySelectorAll("dt, dd");
  const text = words(item.querySelector("legend, .ask"));
  question.textContent = text;
  for (const line of lines) {
    const place = document.createElement("div");
    place.textContent = line;
    answer.append(place);
  }
  if (wrong || !lines.length) {
    const note = document.createElement("span");
    note.className = wrong ? "error" : "mute";
    note.textContent = wrong || kit.say("noAnswer");
    answer.append(note);
  }
  copy.querySelector(".check-row").classList.toggle("open", Boolean(wrong));
  copy.querySelector("a").href = url;
  copy.querySelector("[data-word]").textContent = kit.word(lines.length ? "change" : "answer");
  copy.querySelector("a .visually-hidden").textContent = `: ${text}`;
  return copy;
}

function sheet(title, list) {
  const section = document.createElement("section");
  section.className = "sheet";
  const head = document.createElement("h2");
  head.textContent = title;
  section.append(head, list);
  return section;
}

function state({ kit, call, missing }) {
  const box = document.createElement("div");
  box.dataset.state = "";
  if (call.reason) box.append(message(call.reason));
  if (call.submit?.refused) box.append(message(reasonOf(kit, call.submit.refused)));
  const line = document.createElement("p");
  line.className = missing.length ? "message warning" : "lede";
  line.textContent = missing.length ? kit.count("toFinishOne", "toFinishMany", missing.length) : kit.say("complete");
  box.append(line);
  return box;
}

function message(text) {
  const line = document.createElement("p");
  line.className = "message warning";
  line.textContent = text;
  return line;
}

async function submit({ kit, queue, call, missing, ...app }) {
  if (missing.length) {
    summary(kit, missing);
    return;
  }
  const now = await queue.submit({ ...(await app.store.call(app.user, call.client) ?? call) });
  showQueued({ ...app, kit, queue }, now ?? { ...call, done: { at: Date.now() } });
}

function summary(kit, missing) {
  document.querySelector(".error-summary")?.remove();
  const box = document.createElement("div");
  Object.assign(box, { className: "error-summary", tabIndex: -1 });
  box.setAttribute("role", "alert");
  const list = document.createElement("ul");
  for (const { url, text, wrong } of missing) {
    const link = document.createElement("a");
    Object.assign(link, { href: url, textContent: `${text} ${wrong}` });
    const line = document.createElement("li");
    line.append(link);
    list.append(line);
  }
  const head = document.createElement("h2");
  head.textContent = kit.say("incomplete");
  box.append(head, list);
  document.querySelector("#main h1").before(box);
  document.title = `${kit.say("error")} ${document.title}`;
  box.focus();
}

// --- after submitting

export function showQueued(app, call) {
  const { kit, queue, store, user } = app;
  if (call.submit?.refused) return location.assign(pageOf(call, "check/"));
  const content = kit.frame("queued");
  app.fill(content, call, kit);
  const main = app.plain(content, kit.say("queuedTitle"));
  const say = (name, text) => { main.querySelector(`[data-fill="${name}"]`).textContent = text; };
  const told = { offline: "queued", server: "queuedServer", signedOut: "queuedOut", otherUser: "queuedOther" };
  const render = (now) => {
    say("title", now.done ? stateOf({ call: now, kit, queue })[0] : kit.say("queuedTitle"));
    say("reference", now.done?.reference ?? now.reference ?? "");
    say("told", now.done ? kit.say("allSent") : kit.say(told[queue.trouble] ?? "queued"));
    const back = main.querySelector("[data-take-back]");
    back.hidden = Boolean(now.done);
    back.textContent = kit.say("takeBack");
    main.querySelector("[data-again]").hidden = Boolean(now.done);
  };
  render(call);
  queue.tell = async () => {
    const now = await store.call(user, call.client);
    if (now?.submit?.refused) location.assign(pageOf(now, "check/"));
    else if (now) render(now);
  };
  main.querySelector("[data-again]").addEventListener("click", () => { queue.failures = 0; queue.flush(); });
  main.querySelector("[data-take-back]").addEventListener("click", async () => {
    await queue.takeBack(call.client);
    location.assign(pageOf(call, "form/"));
  });
  return undefined;
}
