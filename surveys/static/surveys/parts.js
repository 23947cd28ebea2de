// The parts of the form: progress in the head, the name of what comes next, and opening a part in place. They come from the
// kit that this device keeps, so that the form can be finished without a connection, else from the server; answers come from
// memory, never from there.

let kit = null;

export function useKit(found) {
  kit = found;
}

export class Parts {
  constructor({ data, sender, saved, opened }) {
    Object.assign(this, { data, sender, saved, opened });
    this.pages = new Map();
    this.remember(this.here, document.getElementById("main").cloneNode(true), document.title);
    history.replaceState({ part: this.here }, "");
    window.addEventListener("popstate", ({ state }) => {
      if (state?.part && state.part !== this.here) this.open(state.part, false);
    });
  }

  get here() {
    return document.querySelector("[data-call-form]").dataset.section;
  }

  get place() {
    return this.data.sections.findIndex((section) => section.code === this.here);
  }

  render(items, shown) {
    this.applying = new Set(items.filter((item) => shown.has(item.code)).map((item) => item.section));
    const { answers } = this.sender;
    const given = (code) => answers[code] && (answers[code].na || answers[code].unfit || (answers[code].value ?? null) !== null);
    this.waits = false;
    this.data.sections.forEach((section, place) => {
      const mine = items.filter((item) => item.section === place && shown.has(item.code));
      const done = mine.some((item) => given(item.code)) && mine.every((item) => !item.required || given(item.code));
      if (place < this.place && mine.length && !done) this.waits = true;
      this.mark(section.code, { done, off: !mine.length, here: place === this.place });
    });
    const next = this.neighbour(1);
    const words = next ? this.saved.say("next", { title: next.title }) : this.saved.say("check");
    const button = document.querySelector("[data-next]");
    if (button.textContent !== words) button.textContent = words;
    document.querySelector("[data-back]").value = this.neighbour(-1)?.code ?? "list";
    if (this.wanted && !this.sender.trouble && !this.sender.pending.size) this.go(this.wanted, true);
  }

  mark(code, { done, off, here }) {
    const button = document.querySelector(`[data-step="${CSS.escape(code)}"]`);
    button.className = [here ? "here" : off ? "off" : done ? "done" : "todo", done ? "done" : ""].join(" ").trim();
    const state = done ? this.saved.say("partDone") : off ? this.saved.say("partOff") : "";
    button.querySelector("[data-step-state]").textContent = state ? `, ${state}` : "";
    if (here) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }

  neighbour(step) {
    for (let place = this.place + step; this.data.sections[place]; place += step) {
      if (this.applying.has(place)) return this.data.sections[place];
    }
    return null;
  }

  // `to` is what the pressed button says; `sent` tells that the server has everything.
  async go(to, sent) {
    this.wanted = null;
    this.saved.notice = "";
    // A page that works without a connection need not wait for one.
    const may = sent || (this.sender.store.lasting && Boolean(navigator.serviceWorker?.controller));
    if (to === "list") return may ? location.assign(this.data.listUrl) : this.wait(to);
    const section = to === "next" ? this.neighbour(1) : this.data.sections.find((each) => each.code === to);
    if (!section) return may ? location.assign(this.data.checkUrl) : this.wait(to);
    if (section.code !== this.here) await this.open(section.code, true);
    return undefined;
  }

  wait(to) {
    this.wanted = to;
    this.saved.render(this.saved.say("wait"));
  }

  async open(code, isStep) {
    const section = this.data.sections.find((each) => each.code === code);
    const page = this.pages.get(code) ?? this.fromKit(section) ?? (await this.fetch(section));
    if (!page) return this.wait(code);
    const main = document.getElementById("main");
    main.replaceChildren(...page.cloneNode(true).childNodes);
    for (const note of main.querySelectorAll(".error-summary, .messages")) note.remove();
    document.title = page.dataset.title;
    if (isStep) history.pushState({ part: code }, "", section.url);
    this.opened(true);
    window.scrollTo(0, 0);
    const title = main.querySelector("[data-title]");
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    return undefined;
  }

  fromKit({ code }) {
    const found = kit?.part(this.data.version, code);
    if (!found) return null;
    if (this.data.reason) found.main.prepend(this.returned());
    return this.remember(code, found.main, `${found.title}, ${document.querySelector(".call-where").textContent.trim()} · Klankbord`);
  }

  returned() {
    const note = document.createElement("div");
    note.className = "message warning";
    note.textContent = this.data.reason;
    return note;
  }

  remember(code, main, title) {
    main.dataset.title = title;
    this.pages.set(code, main);
    return main;
  }

  // Only a page of this very call and person will do: a sign-in page or a portal's answers 200 too.
  async fetch(section) {
    try {
      const answer = await fetch(section.url, { redirect: "manual" });
      if (answer.status !== 200) return null;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const theirs = JSON.parse(page.getElementById("call-data")?.textContent ?? "{}");
      if (theirs.user !== this.data.user || theirs.client !== this.data.client) return null;
      return this.remember(section.code, page.getElementById("main"), page.title);
    } catch {
      return null;
    }
  }
}
