// What this device keeps, per person: answers that the server has not confirmed, the calls they belong to, and the kit that
// forms are made of without a connection. On a shared device, and where a browser keeps nothing, only this tab remembers.
import { openDB } from "../vendor/idb.js";

const NAME = "klankbord";
const PARTS = ["changes", "calls", "kits", "device"];

const within = (prefix) => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
const callKey = (user, client) => `${user}|${client}`;
const changePrefix = (user, client) => `${user}|${client}|`;

export const isShared = () => /(?:^|;\s*)klankbord_shared=yes/.test(document.cookie);
const isFull = (error) => error?.name === "QuotaExceededError" || error?.inner?.name === "QuotaExceededError";

class DeviceStore {
  constructor(database) {
    this.database = database;
    this.lasting = true;
    this.full = false;
  }

  // `strict`: on the disk, not only handed to the operating system, before we go on. What can be fetched again makes room.
  async write(parts, work) {
    try {
      await this.writeOnce(parts, work);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.full = true;
      await this.database.clear("kits");
      await this.writeOnce(parts, work);
    }
  }

  async writeOnce(parts, work) {
    const transaction = this.database.transaction(parts, "readwrite", { durability: "strict" });
    const done = work((part) => transaction.objectStore(part));
    await Promise.all([done, transaction.done]);
  }

  // --- answers

  changes(user, client) {
    return this.database.getAll("changes", within(changePrefix(user, client)));
  }

  put(user, client, change) {
    return this.write(["changes"], (part) => part("changes").put(change, changePrefix(user, client) + change.code));
  }

  // Dropped only if it is still the change that was confirmed.
  drop(user, client, change) {
    return this.write(["changes"], async (part) => {
      const key = changePrefix(user, client) + change.code;
      const now = await part("changes").get(key);
      if (now && now.seq === change.seq) await part("changes").delete(key);
    });
  }

  // How many answers of each call wait to be sent: {client: count}.
  async waiting(user) {
    const found = {};
    for (const key of await this.database.getAllKeys("changes", within(`${user}|`))) {
      const [, client] = key.split("|");
      found[client] = (found[client] ?? 0) + 1;
    }
    return found;
  }

  // Calls that the server does not have as they are here.
  async unsent(user) {
    const calls = (await this.calls(user)).filter((call) => call.submit || isNew(call)).map((call) => call.client);
    return new Set([...Object.keys(await this.waiting(user)), ...calls]).size;
  }

  // --- calls

  calls(user) {
    return this.database.getAll("calls", within(`${user}|`));
  }

  call(user, client) {
    return this.database.get("calls", callKey(user, client));
  }

  keepCall(user, call) {
    return this.write(["calls"], (part) => part("calls").put(call, callKey(user, call.client)));
  }

  // Changes a few fields of a call that is known; `null` for one that is not.
  async patchCall(user, client, fields) {
    let now = null;
    await this.write(["calls"], async (part) => {
      const call = await part("calls").get(callKey(user, client));
      now = call ? { ...call, ...fields } : null;
      if (now) await part("calls").put(now, callKey(user, client));
    });
    return now;
  }

  // The server's drafts as they are now. A call that it no longer lists goes, unless something of it still waits here.
  async refreshCalls(user, listed) {
    const waiting = await this.waiting(user);
    await this.write(["calls"], async (part) => {
      const known = new Set(listed.map((call) => call.client));
      for (const call of await part("calls").getAll(within(`${user}|`))) {
        const stays = call.submit || isNew(call) || waiting[call.client] || (call.done && Date.now() - call.done.at < 36e5);
        if (!known.has(call.client) && !stays) await part("calls").delete(callKey(user, call.client));
      }
      for (const call of listed) {
        const key = callKey(user, call.client);
        const old = await part("calls").get(key);
        if (old && old.revision > call.revision && !isNew(old)) continue;
        await part("calls").put(old?.submit ? { ...call, submit: old.submit } : call, key);
      }
    });
  }

  // The call is in: nothing of it stays but the word that it was sent.
  finish(user, client, done) {
    return this.write(["changes", "calls"], async (part) => {
      await part("changes").delete(within(changePrefix(user, client)));
      const call = await part("calls").get(callKey(user, client));
      if (!call) return;
      const { department, brief, calledAt, zone, start } = call;
      await part("calls").put({ client, department, brief: { name: brief?.name ?? "" }, calledAt, zone, start, done }, callKey(user, client));
    });
  }

  wipe(user, client) {
    return this.write(["changes", "calls"], async (part) => {
      await part("changes").delete(within(changePrefix(user, client)));
      await part("calls").delete(callKey(user, client));
    });
  }

  // --- the kit, and whose turn it is

  kit(user) {
    return this.database.get("kits", String(user));
  }

  async keepKit(user, kit) {
    try {
      await this.writeOnce(["kits"], (part) => part("kits").put(kit, String(user)));
    } catch (error) {
      if (isFull(error)) this.full = true;
    }
  }

  // The assignments that are still to be begun, with their briefs: fetched anew with every greeting.
  async work(user) {
    return (await this.database.get("kits", `${user}|work`)) ?? [];
  }

  async keepWork(user, work) {
    if (!isShared()) await this.writeOnce(["kits"], (part) => part("kits").put(work, `${user}|work`));
  }

  async current() {
    return (await this.database.get("device", "current"))?.user ?? null;
  }

  // Somebody is signed in: what the others have here and can fetch again goes; what they could not send stays, unseen.
  async become(user) {
    const before = await this.current();
    if (before === user) return;
    await this.forget((owner) => owner !== String(user));
    await this.write(["device"], (part) => part("device").put({ user }, "current"));
  }

  // Signing out leaves nothing but what could not be sent, for its owner alone.
  async leave(user) {
    await this.forget((owner) => owner === String(user));
    await this.write(["device"], (part) => part("device").delete("current"));
  }

  forget(concerns) {
    return this.write(["changes", "calls", "kits"], async (part) => {
      const waiting = new Set((await part("changes").getAllKeys()).map((key) => key.split("|", 2).join("|")));
      for (const key of await part("calls").getAllKeys()) {
        if (!concerns(key.split("|")[0])) continue;
        const call = await part("calls").get(key);
        if (!call.submit && !isNew(call) && !waiting.has(key)) await part("calls").delete(key);
        else await part("calls").put({ ...call, answers: {} }, key);
      }
      for (const key of await part("kits").getAllKeys()) if (concerns(key.split("|")[0])) await part("kits").delete(key);
    });
  }
}

// The same in this tab: gone with it.
class TabStore {
  constructor() {
    this.lasting = false;
    this.full = false;
    this.kits = new Map();
    this.held = JSON.parse(sessionStorage.getItem(NAME) ?? '{"changes":{},"calls":{}}');
  }

  save() {
    try {
      sessionStorage.setItem(NAME, JSON.stringify(this.held));
    } catch {
      this.full = true;
    }
  }

  under(part, prefix) {
    return Object.entries(this.held[part]).filter(([key]) => key.startsWith(prefix));
  }

  async changes(user, client) { return this.under("changes", changePrefix(user, client)).map(([, change]) => change); }
  async put(user, client, change) { this.held.changes[changePrefix(user, client) + change.code] = change; this.save(); }

  async drop(user, client, change) {
    const key = changePrefix(user, client) + change.code;
    if (this.held.changes[key]?.seq === change.seq) delete this.held.changes[key];
    this.save();
  }

  async waiting(user) {
    const found = {};
    for (const [key] of this.under("changes", `${user}|`)) found[key.split("|")[1]] = (found[key.split("|")[1]] ?? 0) + 1;
    return found;
  }

  async unsent(user) {
    const calls = (await this.calls(user)).filter((call) => call.submit).map((call) => call.client);
    return new Set([...Object.keys(await this.waiting(user)), ...calls]).size;
  }

  async calls(user) { return this.under("calls", `${user}|`).map(([, call]) => call); }
  async call(user, client) { return this.held.calls[callKey(user, client)]; }
  async keepCall(user, call) { this.held.calls[callKey(user, call.client)] = call; this.save(); }

  async patchCall(user, client, fields) {
    const call = await this.call(user, client);
    if (!call) return null;
    await this.keepCall(user, { ...call, ...fields });
    return this.call(user, client);
  }

  async refreshCalls() {}
  async finish(user, client) { await this.wipe(user, client); }

  async wipe(user, client) {
    for (const [key] of this.under("changes", changePrefix(user, client))) delete this.held.changes[key];
    delete this.held.calls[callKey(user, client)];
    this.save();
  }

  async kit(user) { return this.kits.get(user); }
  async keepKit(user, kit) { this.kits.set(user, kit); }
  async work() { return []; }
  async keepWork() {}
  async current() { return null; }
  async become() {}
  async leave() { sessionStorage.removeItem(NAME); }
}

// Begun here, and the server has not heard of it.
export const isNew = (call) => Boolean(call.start) && !call.call && !call.done;

let opened = null;

export function openStore() {
  opened ??= open();
  return opened;
}

async function open() {
  let database = null;
  try {
    database = await openDB(NAME, 2, {
      upgrade(fresh) {
        for (const part of PARTS) if (!fresh.objectStoreNames.contains(part)) fresh.createObjectStore(part);
      },
      blocking(_now, _next, event) { event.target.close(); },
    });
  } catch {
    return new TabStore();
  }
  if (!isShared()) return new DeviceStore(database);
  // A device that became shared: what waits on it goes out first; the rest goes now.
  await database.clear("kits");
  const waits = (await database.count("changes")) + (await database.getAll("calls")).filter((call) => call.submit || isNew(call)).length;
  if (waits) return new DeviceStore(database);
  await database.clear("calls");
  await database.clear("device");
  database.close();
  return new TabStore();
}
