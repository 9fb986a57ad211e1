// The menu that plays the story of an event in the world, and delivers its callbacks to a URL.

import { control } from "../api.js";
import { button, choice, field, h } from "../dom.js";
import { menu } from "../menu.js";
import { attempt, say } from "../say.js";
import { setClock } from "../state.js";

/**
 * @typedef {{ event: string, variant: string, about: string }} StoryLine
 * @typedef {StoryLine & { now: string, delivered: boolean, callbacks: import("../types.js").Callback[] }} Played
 */

const KEPT = "trigger-to";

/** @param {AbortSignal} signal */
export function triggerMenu(signal) {
  const events = choice([], "", { onchange: () => offerWays() });
  const ways = choice([], "");
  const to = h("input", { type: "url", spellcheck: "false", value: localStorage.getItem(KEPT) ?? receiver() });
  const only = h("input", { type: "checkbox" });
  /** @type {StoryLine[]} */
  let stories = [];

  const offerWays = () => {
    const found = stories.filter(({ event }) => event === events.value);
    ways.replaceChildren(...found.map(({ variant, about }) => h("option", { value: variant }, about)));
  };
  const play = () => {
    const [key, word] = ways.value.split("=");
    const overrides = key ? { overrides: { [key]: word } } : {};
    const body = { event: events.value, to: to.value, ...overrides, ...(only.checked ? { only: true } : {}) };
    localStorage.setItem(KEPT, to.value);
    return attempt(async () => tell(await control("POST", "/trigger", body)));
  };
  attempt(async () => {
    stories = (await control("GET", "/_emulator/stories", undefined, { quiet: true, signal })).stories;
    const names = [...new Set(stories.map(({ event }) => event))];
    events.append(...names.map((name) => h("option", { value: name }, name)));
    offerWays();
  });
  return menu("Trigger an event", [
    field("Event", events),
    field("What is played", ways),
    field("Deliver to", to),
    h("label", { class: "check" }, only, " only the last callback"),
    button("Play", play, { class: "primary" }),
  ]);
}

function receiver() {
  return `${location.origin}/_emulator/console/receiver`;
}

/** @param {Played} played */
function tell({ event, now, delivered, callbacks }) {
  setClock({ now });
  const last = callbacks.find(({ state }) => state !== "delivered") ?? callbacks[callbacks.length - 1];
  const attempted = last?.attempts.at(-1);
  const came = attempted?.response?.status ?? attempted?.error ?? last?.state ?? "not sent";
  const count = `${callbacks.length} ${callbacks.length === 1 ? "callback" : "callbacks"}`;
  if (delivered) say(`${event}: ${count}, each answered with 2xx.`);
  else say(`${event}: ${last?.event ?? "nothing"} was not answered with 2xx: ${came}.`, "failed");
}
