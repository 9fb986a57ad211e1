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

const PAGE = 1000;

/** @type {Step[]} by what one can step; the key in upper case steps back */
export const STEPS = [
  { kind: "event", key: "e", fits: () => true },
  { kind: "callback", key: "b", fits: (event) => Boolean(event.callback) },
  { kind: "call", key: "c", fits: (event) => Boolean(event.call) },
];

/**
 * The number of the next event of a kind; null where the journal has none.
 *
 * @param {number} from the event that is stepped away from
 * @param {Step} step
 * @param {-1 | 1} way
 * @param {import("../api.js").Options} options
 * @returns {Promise<number | null>}
 */
export async function neighbour(from, step, way, options) {
  return way > 0 ? later(from, step, options) : earlier(from, step, options);
}

/**
 * @param {number} from
 * @param {Step} step
 * @param {import("../api.js").Options} options
 */
async function later(from, { fits }, options) {
  for (let after = from; ; ) {
    const { events } = await page(after, PAGE, options);
    const found = events.find(fits);
    if (found) return found.sequence;
    if (!events.length) return null;
    after = events[events.length - 1].sequence;
  }
}

/**
 * @param {number} from
 * @param {Step} step
 * @param {import("../api.js").Options} options
 */
async function earlier(from, { fits }, options) {
  for (let until = from; until > 1; until -= PAGE) {
    const after = Math.max(0, until - 1 - PAGE);
    const { events, first } = await page(after, until - 1 - after, options);
    // What the journal has forgotten is answered with what comes after it.
    const found = events.findLast((event) => event.sequence < until && fits(event));
    if (found) return found.sequence;
    if (after < first) return null;
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
