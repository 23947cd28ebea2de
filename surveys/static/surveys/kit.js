// What forms are made of without a connection: fetched with one, kept on the device, and the same for all calls.
export class Kit {
  constructor(page) {
    this.page = new DOMParser().parseFromString(page, "text/html");
    this.data = JSON.parse(this.page.getElementById("kit-data").textContent);
  }

  copy(selector) {
    return document.importNode(this.page.querySelector(selector).content, true);
  }

  frame(name) {
    return this.copy(`template[data-frame="${name}"]`);
  }

  word(name) {
    return this.page.querySelector(`template[data-words="${name}"]`).content.textContent;
  }

  // A part of a version's form as `Parts` keeps them; `null` for one that the kit does not have.
  part(version, code) {
    const found = this.page.querySelector(`template[data-part="${version}:${CSS.escape(code)}"]`);
    if (!found) return null;
    const main = document.createElement("main");
    main.append(document.importNode(found.content, true));
    return { main, title: found.dataset.title };
  }

  say(name, values = {}) {
    return this.data.words[name].replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
  }

  count(one, many, count) {
    return this.say(count === 1 ? one : many, { count });
  }

  organisation(slug) {
    return this.data.organisations.find((each) => each.slug === slug);
  }

  time(moment, zone) {
    return this.clock(moment, zone, { hour: "2-digit", minute: "2-digit" });
  }

  clock(moment, zone, shape) {
    // Days before months, as our own pages write them.
    const language = this.data.language === "en" ? "en-GB" : this.data.language;
    return new Intl.DateTimeFormat(language, { ...shape, hourCycle: "h23", timeZone: zone }).format(new Date(moment));
  }

  // When a call was made: by the clock of its organisation, also as it was typed on this device.
  moment(call) {
    const shape = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
    if (call.calledAt) return this.clock(call.calledAt, call.zone, shape);
    return call.start?.called_at ? this.clock(`${call.start.called_at}Z`, "UTC", shape) : "";
  }
}

const FRESH_FOR = 3600_000;

// The kept kit, or a new one where there is none, it is old, or it was made by another build. `fresh` asks in any case.
export async function loadKit({ store, user, url, build, fresh = false }) {
  const kept = await store.kit(user);
  const fits = kept && (!build || kept.build === build);
  if (fits && !fresh && Date.now() - kept.at < FRESH_FOR) return new Kit(kept.page);
  try {
    const headers = fits ? { "If-None-Match": kept.tag } : {};
    const answer = await fetch(url, { headers, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(20_000) });
    if (answer.status === 304) {
      await store.keepKit(user, { ...kept, at: Date.now() });
    } else if (answer.status === 200) {
      const page = await answer.text();
      const kit = new Kit(page);
      if (kit.data.user !== user) return null;
      await store.keepKit(user, { page, tag: answer.headers.get("ETag"), at: Date.now(), build: kit.data.build });
      return kit;
    }
  } catch {
    // No connection, or an answer that is none of ours: what is kept will do.
  }
  return kept ? new Kit(kept.page) : null;
}
