// Throwing a draft away leaves nothing of it on this device either.
import { openStore } from "./store.js";

const form = document.querySelector("form[data-wipe]");
const store = await openStore();
form.addEventListener("submit", () => { store.wipe(Number(form.dataset.user), form.dataset.wipe); });
