// On each page of the evaluator: makes this device ready to work without a connection, and sends what waits on it.
import { loadKit } from "./kit.js";
import { showOnDevice } from "./on_device.js";
import { useKit } from "./parts.js";
import { Queue } from "./queue.js";
import { isShared, openStore } from "./store.js";

const { dataset } = document.querySelector("[data-device]");
const user = Number(dataset.user);

export const store = await openStore();
await store.become(user).catch(() => {});
let kit = null;
export const queue = new Queue({ user, store, callsUrl: dataset.calls, tell });
queue.open = dataset.open || null;
if (queue.open) navigator.locks?.request(`klankbord-form-${queue.open}`, () => new Promise(() => {}));

export const ready = prepare();

function tell() {
  showOnDevice({ kit, store, queue, user });
  queue.told?.();
}

async function prepare() {
  const worker = navigator.serviceWorker && !isShared()
    ? navigator.serviceWorker.register(dataset.worker, { updateViaCache: "none" }).then(() => navigator.serviceWorker.ready).catch(() => null)
    : null;
  const sent = queue.watch();
  kit = await loadKit({ store, user, url: dataset.kit, build: dataset.build, fresh: "fresh" in dataset });
  useKit(kit);
  await Promise.all([sent, worker]);
  await showOnDevice({ kit, store, queue, user });
  document.documentElement.dataset.device = kit ? "ready" : "waiting";
  return kit;
}
