// Answers that the server has not confirmed yet, kept on this device, per person and call. Nothing else is kept here.
import { openDB } from "../vendor/idb.js";

const NAME = "klankbord";
const PART = "changes";

const within = (prefix) => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
const callPrefix = (user, client) => `${user}|${client}|`;

class DeviceStore {
  constructor(database) {
    this.database = database;
    this.lasting = true;
  }

  // `strict`: on the disk, not only handed to the operating system, before we go on.
  async write(work) {
    const transaction = this.database.transaction(PART, "readwrite", { durability: "strict" });
    const done = work(transaction.store);
    await Promise.all([done, transaction.done]);
  }

  changes(user, client) {
    return this.database.getAll(PART, within(callPrefix(user, client)));
  }

  put(user, client, change) {
    return this.write((part) => part.put(change, callPrefix(user, client) + change.code));
  }

  // Dropped only if it is still the change that was confirmed.
  drop(user, client, change) {
    return this.write(async (part) => {
      const key = callPrefix(user, client) + change.code;
      const now = await part.get(key);
      if (now && now.seq === change.seq) await part.delete(key);
    });
  }

  unsent(user) {
    return this.database.count(PART, within(`${user}|`));
  }

  wipe(user, client = "") {
    return this.write((part) => part.delete(within(client ? callPrefix(user, client) : `${user}|`)));
  }
}

// Where a browser keeps nothing (some private windows), the page itself has to do.
class PageStore {
  lasting = false;
  async changes() { return []; }
  async put() {}
  async drop() {}
  async unsent() { return 0; }
  async wipe() {}
}

export async function openStore() {
  try {
    const database = await openDB(NAME, 1, { upgrade(fresh) { fresh.createObjectStore(PART); } });
    return new DeviceStore(database);
  } catch {
    return new PageStore();
  }
}
