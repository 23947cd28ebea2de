// Hands in what this device has kept: one call at a time, more slowly the longer it fails, and forgetting a call only when
// the server has named it and the very content that was sent.
import { Sender } from "./sender.js";
import { isNew } from "./store.js";

const LONGEST_WAIT = 120_000;
const PATIENCE = 20_000;

export const syncUrl = (client) => `/calls/${client}/sync/`;

// The content as the server counts it; "" where the browser cannot (no https, so no service worker either).
async function fingerprint(text) {
  if (!crypto.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function json(answer) {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

export class Queue {
  // `tell` is called after anything happened; `refreshed` with the server's list of drafts.
  constructor({ user, store, callsUrl, tell = () => {} }) {
    Object.assign(this, { user, store, callsUrl, tell });
    this.trouble = null; // null, "offline", "server", "signedOut", "otherUser"
    this.token = "";
    this.failures = 0;
    this.timer = null;
    this.running = null;
    // A call that is open in this page is sent by its form.
    this.open = null;
  }

  // On opening, when the connection or the page comes back, and by hand.
  watch() {
    const again = () => { this.failures = 0; this.flush(); };
    window.addEventListener("online", again);
    document.addEventListener("device:send", again);
    window.addEventListener("pageshow", (event) => { if (event.persisted) again(); });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") again(); });
    return this.flush();
  }

  flush() {
    clearTimeout(this.timer);
    this.running ??= this.alone(() => this.round()).finally(() => { this.running = null; this.tell(); });
    return this.running;
  }

  // One tab of this person at a time.
  alone(work) {
    return navigator.locks ? navigator.locks.request(`klankbord-queue-${this.user}`, work) : work();
  }

  async round() {
    if (!(await this.greet())) return false;
    const calls = await this.store.calls(this.user);
    for (const call of calls.filter((each) => each.submit && !each.submit.refused)) {
      if (!(await this.handIn(call))) return false;
    }
    const waiting = await this.store.waiting(this.user);
    const known = new Map(calls.map((call) => [call.client, call]));
    const rest = new Set([...Object.keys(waiting), ...calls.filter(isNew).map((call) => call.client)]);
    for (const client of rest) {
      if (client !== this.open && !known.get(client)?.submit && !(await this.bringDraft(client, known.get(client)))) return false;
    }
    return true;
  }

  // Who is signed in, a fresh token, and the drafts as the server has them.
  async greet() {
    const answer = await this.ask(this.callsUrl, { headers: { Accept: "application/json" } });
    if (!answer) return false;
    if (answer.status === 401) return this.stop("signedOut");
    const body = answer.status === 200 ? await json(answer) : null;
    if (!body?.token || !Array.isArray(body.calls)) return this.retry("server");
    if (body.user !== this.user) return this.stop("otherUser");
    this.token = body.token;
    this.trouble = null;
    await this.store.refreshCalls(this.user, body.calls).catch(() => {});
    await this.store.keepWork(this.user, body.assignments ?? []).catch(() => {});
    this.tell();
    return true;
  }

  async ask(url, options) {
    try {
      return await fetch(url, { ...options, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      this.retry("offline");
      return null;
    }
  }

  stop(trouble) {
    this.trouble = trouble;
    return false;
  }

  retry(trouble) {
    this.trouble = trouble;
    this.failures += 1;
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(this.failures, 7));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait * (0.75 + Math.random() / 2));
    return false;
  }

  async sender(call) {
    const data = { user: this.user, client: call.client, saveUrl: syncUrl(call.client), start: isNew(call) ? call.start : null, sync: true };
    const sender = new Sender({
      data: { ...data, revision: call.revision ?? 0, savedAt: call.savedAt ?? "", answers: call.answers ?? {} },
      store: this.store, token: this.token, tell: () => {}, show: () => {},
    });
    await sender.adopt();
    return sender;
  }

  // True to go on with the next call: it is in, or it has been refused and says why.
  async handIn(call) {
    const sender = await this.sender(call);
    if (new Set(sender.sendable.map((change) => change.base)).size > 1) await sender.flush();
    if (sender.count("refused")) return this.refuse(call, { code: "unsent" });
    const batch = sender.sendable;
    const body = JSON.stringify({
      ...sender.packet(batch, batch.length ? batch[0].base : sender.revision), revision: sender.revision, submit: true,
    });
    await this.store.patchCall(this.user, call.client, { submit: { ...call.submit, tries: (call.submit.tries ?? 0) + 1 } });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token };
    const answer = await this.ask(syncUrl(call.client), { method: "POST", headers, body });
    if (!answer) return false;
    const reply = await json(answer);
    if (answer.status === 200 && (await this.isReceipt(reply, call, body))) return this.received(call, reply);
    if (answer.status === 401) return this.stop("signedOut");
    if (answer.status === 403 && reply?.code === "other_user") return this.stop("otherUser");
    if ((answer.status === 409 || answer.status === 422 || answer.status === 400) && reply?.code) {
      if (Number.isInteger(reply.revision)) await sender.acknowledge(batch, reply);
      return this.refuse(call, reply);
    }
    // Also a 403 without a word of ours: the token went stale between two requests; the next round brings a fresh one.
    return answer.status === 404 ? this.stop("otherUser") : this.retry("server");
  }

  async isReceipt(reply, call, body) {
    const sent = await fingerprint(body);
    return reply?.acknowledged === call.client && (!sent || reply.received === sent);
  }

  async received(call, reply) {
    const { reference, status, state } = reply;
    await this.store.finish(this.user, call.client, { at: Date.now(), reference, status, state, call: reply.call });
    sessionStorage.removeItem(`stopwatch:${call.client}`);
    this.failures = 0;
    this.tell();
    return true;
  }

  async refuse(call, { code, message = "", problems = {} }) {
    await this.store.patchCall(this.user, call.client, { submit: { ...call.submit, refused: { code, message, problems } } });
    this.tell();
    return true;
  }

  // A draft that is not open anywhere: its answers go to the server, so that other devices have them too.
  async bringDraft(client, call) {
    const bring = async () => {
      const sender = await this.sender(call ?? { client });
      if (!call?.start) await sender.look();
      const sent = sender.data.start && !sender.sendable.length ? await sender.send() : await sender.flush();
      await this.explain(client, call, sender);
      return sent || !["offline", "server"].includes(sender.trouble) || this.retry(sender.trouble);
    };
    if (!navigator.locks) return bring();
    return navigator.locks.request(`klankbord-form-${client}`, { ifAvailable: true }, (lock) => (lock ? bring() : true));
  }

  // Why a draft cannot be brought, for the list; nothing once it can.
  async explain(client, call, { trouble, why = "" }) {
    const code = trouble === "notStarted" || trouble === "closed" ? trouble : null;
    if (!code && !call?.why) return;
    await this.store.keepCall(this.user, { ...((await this.store.call(this.user, client)) ?? { client }), why: code && { code, message: why } });
  }

  // --- the evaluator's wish

  async submit(call) {
    await this.store.keepCall(this.user, { ...call, submit: { at: Date.now(), tries: 0 } });
    this.failures = 0;
    if (this.running) await this.running;
    await this.flush();
    return this.store.call(this.user, call.client);
  }

  takeBack(client) {
    return this.store.patchCall(this.user, client, { submit: null });
  }
}
