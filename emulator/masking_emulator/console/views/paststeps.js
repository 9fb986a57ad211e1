// Steps through the journal: the next event of a kind, before or after another one, and what stands around one.

import { control } from "../api.js";
import { breakable, h } from "../dom.js";
import { about, titleOf } from "../events.js";
import { timeOf } from "../instants.js";
import { address, here } from "../links.js";

/**
 * @typedef {import("../types.js").JournalEvent} JournalEvent
 * @typedef {{ kind: string, key: string, fits: (event: JournalEvent) => boolean }} Step
 */

//: How many events are read at once: few at first, for the next one is near as a rule.
const PAGE_MIN = 32;
const PAGE_MAX = 1000;

/** @type {Step[]} by what one can step; the key in upper case steps back */
export const STEPS = [
  { kind: "event", key: "e", fits: () => true },
  { kind: "callback", key: "b", fits: (event) => Boolean(event.callback) },
  { kind: "call", key: "c", fits: (event) => Boolean(event.call) },
];

/**
 * The number of the next event of a kind; null where there is none. The journal knows of what kind an event is; where
 * every event is of the kind, nobody is asked.
 *
 * @param {{ sequence: number, first: number, last: number }} from the moment that is stepped away from
 * @param {Step} step
 * @param {-1 | 1} way
 * @param {import("../api.js").Options} options
 * @returns {Promise<number | null>}
 */
export async function neighbour({ sequence, first, last }, { kind, fits }, way, options) {
  if (kind === "event") return within(sequence + way, first, last);
  const found = await (way > 0 ? later : earlier)(sequence, fits, options);
  return within(found, first, Number.POSITIVE_INFINITY);
}

/**
 * @param {number | null} found
 * @param {number} first
 * @param {number} last
 */
function within(found, first, last) {
  return found !== null && found >= first && found <= last ? found : null;
}

/**
 * @param {number} from
 * @param {Step["fits"]} fits
 * @param {import("../api.js").Options} options
 */
async function later(from, fits, options) {
  let after = from;
  for (let limit = PAGE_MIN; ; limit = Math.min(PAGE_MAX, 4 * limit)) {
    const { events } = await page(after, limit, options);
    const found = events.find(fits);
    if (found) return found.sequence;
    if (!events.length) return null;
    after = events[events.length - 1].sequence;
  }
}

/**
 * @param {number} from
 * @param {Step["fits"]} fits
 * @param {import("../api.js").Options} options
 */
async function earlier(from, fits, options) {
  let until = from;
  for (let limit = PAGE_MIN; until > 1; limit = Math.min(PAGE_MAX, 4 * limit)) {
    const after = Math.max(0, until - 1 - limit);
    const { events, first } = await page(after, until - 1 - after, options);
    // What the journal has forgotten is answered with what comes after it.
    const found = events.findLast((event) => event.sequence < until && fits(event));
    if (found) return found.sequence;
    if (after < first) return null;
    until = after + 1;
  }
  return null;
}

/**
 * @param {number} after
 * @param {number} limit
 * @param {import("../api.js").Options} options
 * @returns {Promise<{ events: JournalEvent[], first: number, last: number }>}
 */
export function page(after, limit, options) {
  return control("GET", `/journal?after=${after}&limit=${limit}`, undefined, options);
}

/**
 * What happened just before and after a moment.
 *
 * @param {JournalEvent[]} events
 * @param {number} sequence
 * @param {(sequence: number) => unknown} go
 */
export function aroundCard(events, sequence, go) {
  const { since = "" } = here().filters;
  const turn = (/** @type {MouseEvent} */ click, /** @type {number} */ to) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey) return;
    click.preventDefault();
    go(to);
  };
  const items = events.map((event) => {
    const link = h(
      "a",
      {
        href: address("past", String(event.sequence), { since }),
        "data-key": `around-${event.sequence}`,
        "aria-current": event.sequence === sequence ? "true" : null,
        onclick: (/** @type {MouseEvent} */ click) => turn(click, event.sequence),
      },
      h("small", { class: "num" }, `#${event.sequence}`),
      h("b", {}, breakable(titleOf(event))),
      h("span", {}, `${timeOf(event.at)} ${about(event)}`),
    );
    return h("li", {}, link);
  });
  return h(
    "section",
    { class: "card", "aria-label": "Around this moment" },
    h("h2", {}, "Around this moment"),
    items.length
      ? h("ol", { class: "around" }, items)
      : h("p", { class: "quiet" }, "The journal no longer says what happened here."),
  );
}
