// Says, in words, what is saved where: small in the head, and in a banner when something has to be done.

const STATES = { offline: "local", server: "local", signedOut: "wrong", otherUser: "wrong", closed: "wrong", closedKept: "wrong", notStarted: "wrong" };

export function focusOn(item) {
  item.scrollIntoView({ block: "start" });
  item.querySelector("[data-clash] button, input:not([type=hidden]), textarea")?.focus({ preventScroll: true });
}

export class SavedState {
  constructor({ data, sender, loginUrl, submittedUrl }) {
    Object.assign(this, { data, sender, loginUrl, submittedUrl });
    this.words = data.words;
    this.said = "";
    this.notice = "";
  }

  say(name, values = {}) {
    return this.words[name].replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
  }

  count(one, many, count) {
    return this.say(count === 1 ? one : many, { count });
  }

  // `notice` is something about the page itself, such as a part that waits for a connection.
  render(notice = this.notice) {
    this.notice = notice;
    this.head();
    const [text, buttons] = this.message();
    this.banner(text, buttons);
    this.announce(text);
  }

  head() {
    const place = document.querySelector("[data-saved]");
    const { sender } = this;
    const problem = STATES[sender.trouble] ?? (sender.count("refused") || sender.count("clash") ? "wrong" : "");
    const state = problem || (sender.pending.size ? "saving" : sender.savedAt ? "saved" : "new");
    if (state === "new") return;
    place.dataset.state = state;
    if (state === "saving") place.textContent = this.say("saving");
    else if (state === "saved") place.textContent = this.say("saved", { time: this.clock(sender.savedAt) });
    else place.textContent = sender.pending.size && sender.store.lasting ? this.say("local") : "";
    place.hidden = !place.textContent;
  }

  clock(moment) {
    const language = document.documentElement.lang;
    const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.data.zone };
    return new Intl.DateTimeFormat(language, shape).format(new Date(moment));
  }

  message() {
    const { sender } = this;
    const again = ["tryAgain", () => sender.resume()];
    const signIn = ["signIn", this.loginUrl];
    if (sender.queued) return [this.notice || this.say("queued"), [["takeBack", sender.takeBack], ["tryAgain", () => document.dispatchEvent(new Event("device:send"))]]];
    if (sender.trouble === "closedKept") return [this.say("closedKept"), [["look", this.submittedUrl]]];
    if (sender.trouble === "closed") {
      const drop = ["drop", () => sender.drop().then(() => location.assign(this.submittedUrl))];
      return [this.say("closed"), [["look", this.submittedUrl], ...(sender.pending.size ? [drop] : [])]];
    }
    if (sender.trouble === "signedOut") return [this.say("signedOut"), [signIn, again]];
    if (sender.trouble === "otherUser") return [this.say("otherUser"), [signIn, again]];
    if (sender.trouble === "notStarted") return [sender.why, [again]];
    if (sender.count("clash")) return [this.count("clashOne", "clashMany", sender.count("clash")), this.place("clash")];
    if (sender.count("refused")) return [this.count("refusedOne", "refusedMany", sender.count("refused")), this.place("refused")];
    if (this.notice) return [this.notice, [again]];
    if (sender.trouble && sender.pending.size && !sender.store.lasting) return [this.say(sender.store.full ? "full" : "noStore"), [again]];
    if (sender.trouble && sender.pending.size) return [this.say(sender.trouble), [again]];
    return ["", []];
  }

  // Where the first answer of a kind stands.
  place(kind) {
    const code = [...this.sender.pending.values()].find((change) => change[kind]).code;
    const [, section] = this.data.items.find(([each]) => each === code) ?? [];
    const item = document.querySelector(`[data-item="${CSS.escape(code)}"]`);
    if (item) return [["show", () => focusOn(item)]];
    return section === undefined ? [] : [["show", `${this.data.sections[section].url}#${code.replace(".", "-")}`]];
  }

  banner(text, buttons) {
    const place = document.querySelector("[data-banner]");
    place.hidden = !text;
    const state = text + buttons.map(([name]) => name).join();
    if (!text || place.dataset.state === state) { if (!text) delete place.dataset.state; return; }
    place.dataset.state = state;
    const line = document.createElement("p");
    line.textContent = text;
    const row = document.createElement("div");
    row.className = "buttons";
    row.append(...buttons.map(([name, act]) => this.button(name, act)));
    place.replaceChildren(line, ...(buttons.length ? [row] : []));
  }

  button(name, act) {
    const control = document.createElement(typeof act === "string" ? "a" : "button");
    control.className = "btn ghost small";
    control.textContent = this.say(name);
    if (typeof act === "string") {
      control.href = act;
      if (name === "signIn") control.target = "_blank";
    } else {
      control.type = "button";
      control.addEventListener("click", act);
    }
    return control;
  }

  // Spoken only when the situation changes, not at each answer.
  announce(text) {
    const words = text || (this.said ? this.say("online") : "");
    if (text === this.said) return;
    this.said = text;
    document.querySelector("[data-live]").textContent = words;
  }
}
