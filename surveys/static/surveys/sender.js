// Takes changed answers to the server: on the device first, then sent one request at a time until the server confirms
// exactly that change. Keeps what could not be sent, says why, and tries again.

const LONGEST_WAIT = 60_000;
const PATIENCE = 15_000;

// Equal answers give equal text, whatever the order of their keys.
export function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined && value[key] !== null).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

// Not `randomUUID`: that one is missing where a site is reached without https.
const unique = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

export const same = (one, other) => canonical(one) === canonical(other);

export class Sender {
  // `tell` is called after anything happened; `show(code, answer)` when an answer came from elsewhere.
  constructor({ data, store, token, tell, show }) {
    Object.assign(this, { data, store, token, tell, show });
    this.revision = data.revision;
    this.savedAt = data.revision ? data.savedAt : null;
    this.answers = { ...data.answers };
    this.confirmed = { ...data.answers }; // as the server has them
    this.pending = new Map();
    this.trouble = null; // null, "offline", "server", "signedOut", "otherUser", "closed", "closedKept"
    this.failures = 0;
    this.timer = null;
    this.running = null;
  }

  // What was left unsent by an earlier page: shown again and sent on top of the server's draft.
  async adopt() {
    for (const change of await this.store.changes(this.data.user, this.data.client)) {
      delete change.clash;
      this.pending.set(change.code, change);
      this.answers[change.code] = change.answer;
      this.show(change.code, change.answer);
    }
    return this.pending.size;
  }

  async change(code, answer, wait = 150) {
    const before = this.pending.get(code);
    if (!before && same(answer, this.answers[code])) return;
    const change = { code, answer, base: before?.base ?? this.revision, seq: unique(), tried: before?.tried ?? [] };
    if (before?.clash) change.clash = before.clash;
    this.pending.set(code, change);
    this.answers[code] = answer;
    const kept = this.keep(change);
    this.tell();
    await kept;
    this.schedule(wait);
  }

  async keep(change) {
    try {
      await this.store.put(this.data.user, this.data.client, change);
      if (!this.asked) { this.asked = true; navigator.storage?.persist?.(); }
    } catch {
      this.store.lasting = false;
    }
  }

  // What a request carries. A call that was begun here brings its facts, until the server knows it.
  packet(batch, base) {
    const changes = Object.fromEntries(batch.map((change) => [change.code, change.answer]));
    const { sync, start, user } = this.data;
    return { base_revision: base, changes, ...(sync ? { user, start } : {}) };
  }

  get sendable() {
    return [...this.pending.values()].filter((change) => !change.refused && !change.clash);
  }

  count(kind) {
    return [...this.pending.values()].filter((change) => change[kind]).length;
  }

  get isStopped() {
    return ["signedOut", "otherUser", "closed", "closedKept", "notStarted"].includes(this.trouble);
  }

  schedule(wait = 0) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  send() {
    clearTimeout(this.timer);
    this.running ??= this.sendOnce().finally(() => { this.running = null; });
    return this.running;
  }

  // Everything that can be sent, now. True when the server has it all.
  async flush() {
    if (this.running) await this.running;
    while (this.sendable.length && !this.isStopped) if (!(await this.send())) return false;
    return !this.pending.size;
  }

  async sendOnce() {
    if (this.isStopped) return false;
    const base = Math.min(...this.sendable.map((change) => change.base));
    const batch = this.sendable.filter((change) => change.base === base);
    if (!batch.length && !this.data.start) { this.tell(); return true; }
    for (const change of batch) {
      change.tried = [...change.tried, canonical(change.answer)].slice(-6);
      await this.keep(change);
    }
    this.tell();
    const reply = await this.post(this.packet(batch, batch.length ? base : 0));
    return reply ? this.acknowledge(batch, reply) : false;
  }

  async post(body, again = true) {
    if (!this.token && again) return (await this.look()) ? this.post(body, false) : null;
    let answer;
    try {
      const text = JSON.stringify(body);
      const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token };
      // Finished by the browser even when the page is left meanwhile; only short ones may be.
      answer = await this.fetch({ method: "POST", headers, body: text, keepalive: text.length < 30_000 });
    } catch {
      return this.retry("offline");
    }
    if (answer.status === 403 && again) return (await this.look()) ? this.post(body, false) : null;
    if (answer.status === 401) return this.stop("signedOut");
    if (answer.status === 404 || answer.status === 403) return this.stop("otherUser");
    const reply = await json(answer);
    if (answer.status === 409 && reply) return this.close(reply);
    if (answer.status === 422 && reply?.code === "not_started") return this.stop("notStarted", reply.message);
    // Sent again it would be refused again.
    if (answer.status === 400 && reply?.code === "unreadable") return this.stop("notStarted", reply.message);
    if (answer.status !== 200 || !Number.isInteger(reply?.revision)) return this.retry("server");
    this.trouble = null;
    this.failures = 0;
    if (this.data.start && reply.call) {
      this.data.start = null;
      await this.store.patchCall(this.data.user, this.data.client, { call: reply.call });
    }
    return reply;
  }

  fetch(options) {
    return fetch(this.data.saveUrl, { ...options, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  }

  retry(trouble) {
    this.trouble = trouble;
    this.failures += 1;
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(this.failures, 6));
    this.tell();
    this.schedule(wait * (0.75 + Math.random() / 2));
    return null;
  }

  stop(trouble, why = "") {
    this.trouble = trouble;
    this.why = why;
    this.tell();
    return null;
  }

  // The call was submitted or thrown away meanwhile; what the server says it keeps is safe.
  async close(reply) {
    const kept = new Set(reply.kept ?? []);
    for (const change of [...this.pending.values()].filter((each) => kept.has(each.code))) await this.forget(change);
    return this.stop(kept.size ? "closedKept" : "closed");
  }

  async forget(change) {
    if (this.pending.get(change.code)?.seq === change.seq) this.pending.delete(change.code);
    await this.store.drop(this.data.user, this.data.client, change).catch(() => {});
  }

  async acknowledge(batch, reply) {
    this.revision = Math.max(this.revision, reply.revision);
    this.savedAt = reply.saved_at;
    for (const change of batch) await this.settle(change, reply);
    for (const [code, answer] of Object.entries(reply.news)) this.adoptNews(code, answer);
    await this.remember();
    this.tell();
    if (this.sendable.length) this.schedule();
    return true;
  }

  // For opening the form without a connection later: how the server has it.
  async remember() {
    const { revision, savedAt, confirmed: answers } = this;
    await this.store.patchCall(this.data.user, this.data.client, { revision, savedAt, answers }).catch(() => {});
  }

  async settle(change, reply) {
    const { code } = change;
    if (!(code in reply.refused) && !(code in reply.conflicts)) this.confirmed[code] = change.answer;
    const now = this.pending.get(code);
    if (!now) return;
    if (code in reply.refused) {
      if (now.seq === change.seq) now.refused = reply.refused[code];
    } else if (code in reply.conflicts) {
      // What stands on the server may be our own earlier attempt, whose confirmation was lost on the way.
      if (change.tried.includes(canonical(reply.conflicts[code].answer))) now.base = reply.revision;
      else now.clash = { ...reply.conflicts[code], revision: reply.revision };
    } else if (now.seq === change.seq) {
      await this.forget(change);
      return;
    } else {
      now.base = reply.revision;
    }
    await this.keep(now);
  }

  adoptNews(code, answer) {
    this.confirmed[code] = answer;
    if (this.pending.has(code) || same(answer, this.answers[code])) return;
    this.answers[code] = answer;
    this.show(code, answer);
  }

  async choose(code, mine) {
    const change = this.pending.get(code);
    if (!change?.clash) return;
    const { answer, revision } = change.clash;
    if (mine) {
      Object.assign(change, { base: revision, seq: unique() });
      delete change.clash;
      await this.keep(change);
    } else {
      await this.forget(change);
      this.answers[code] = answer;
      this.show(code, answer);
    }
    this.tell();
    this.schedule();
  }

  // How the server has it now, with a fresh token: after signing in again, and when the page comes back into view.
  async look() {
    let answer;
    try {
      answer = await this.fetch({ headers: { Accept: "application/json" } });
    } catch {
      return this.pending.size ? this.retry("offline") : null;
    }
    if (answer.status === 401) return this.stop("signedOut");
    if (answer.status === 404 || answer.status === 403) return this.stop("otherUser");
    const draft = answer.status === 200 ? await json(answer) : null;
    if (!draft?.token) return this.retry("server");
    if (draft.user !== this.data.user) return this.stop("otherUser");
    this.token = draft.token;
    this.trouble = null;
    this.revision = Math.max(this.revision, draft.revision);
    if (draft.state !== "unknown" && draft.savedAt && draft.revision) this.savedAt = draft.savedAt;
    for (const code of new Set([...Object.keys(draft.answers), ...Object.keys(this.answers)])) {
      this.adoptNews(code, draft.answers[code] ?? null);
    }
    if (!["draft", "returned", "unknown"].includes(draft.state) && !this.pending.size) return this.stop("closed");
    this.tell();
    return draft;
  }

  async resume() {
    this.failures = 0;
    if (await this.look()) await this.flush();
  }

  // Gives up what this device still holds of the call.
  async drop() {
    this.pending.clear();
    await this.store.wipe(this.data.user, this.data.client);
  }
}

async function json(answer) {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}
