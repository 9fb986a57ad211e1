// The journal: every event in words, newest first, with its record as it is.

import { control } from "../api.js";
import { button, fold, h, raw, row, show, table } from "../dom.js";
import { about, titleOf } from "../events.js";
import { when } from "../instants.js";
import { address, here, note } from "../links.js";
import { withNumbers } from "../numberformat.js";
import { keepFresh } from "../stream.js";

/** @typedef {import("../types.js").JournalEvent} JournalEvent */

const ROWS_MAX = 100;
const HEADS = ["Event", "Time", "What", "About", "As it is"];

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export function journal(main, signal) {
  const filter = h("input", {
    ...{ type: "search", "aria-label": "Filter", placeholder: "Name or text", "data-filter": true },
    value: here().filters.text ?? "",
    oninput: () => turn(end),
  });
  const body = h("div");
  const range = h("span", { class: "quiet" });
  /** @type {number | null} the newest event that is shown; null for whatever is newest */
  let end = Number(here().filters.until) || null;
  let last = 0;
  let asked = false;

  const turn = (/** @type {number | null} */ until) => {
    end = until !== null && until < last ? Math.max(1, until) : null;
    asked = true;
    note("journal", null, { text: filter.value, until: end === null ? "" : String(end) });
    refresh();
  };
  const bar = h(
    "div",
    { class: "cluster toolbar" },
    filter,
    h(
      "div",
      { class: "cluster" },
      button("Older", () => turn((end ?? last) - ROWS_MAX)),
      button("Newer", () => turn(end === null ? null : end + ROWS_MAX)),
      button("Newest", () => turn(null)),
    ),
    range,
  );
  show(main, h("h1", {}, "Journal"), bar, body);

  const refresh = keepFresh(
    /^[A-Z]/,
    async () => {
      const { journal: kept } = await control("GET", "", undefined, { quiet: true, signal });
      last = kept.last;
      const upTo = end ?? last;
      const path = `/journal?after=${Math.max(0, upTo - ROWS_MAX)}&limit=${ROWS_MAX}`;
      const { events } = await control("GET", path, undefined, { quiet: !asked, signal });
      asked = false;
      const found = events.filter((/** @type {JournalEvent} */ event) => holds(event, filter.value)).reverse();
      const first = Math.max(kept.first, upTo - ROWS_MAX + 1);
      range.textContent = last ? `${found.length} of events ${first} to ${upTo}; ${last} in all` : "";
      show(body, table("Events", HEADS, found.map(line), none(filter.value !== "")));
    },
    signal,
    500,
  );
}

/**
 * @param {JournalEvent} event
 * @param {string} wanted
 */
function holds(event, wanted) {
  const text = `${titleOf(event)} ${about(event)} ${JSON.stringify(event)}`;
  return !wanted || text.toLowerCase().includes(wanted.toLowerCase());
}

/** @param {boolean} isFiltered */
function none(isFiltered) {
  if (isFiltered) return "None of these events has that in it.";
  return "Nothing has happened in this world yet. Create a session, dial a number, or move the clock.";
}

/** @param {JournalEvent} event */
function line(event) {
  const then = { href: address("past", String(event.sequence)), title: "The world as it stood after this event" };
  return row(
    h("a", then, `#${event.sequence}`),
    when(event.at),
    titleOf(event),
    h("span", {}, withNumbers(about(event))),
    lazy(event),
  );
}

/** @param {JournalEvent} event */
function lazy(event) {
  const made = fold("JSON");
  made.addEventListener("toggle", () => made.open && made.childElementCount === 1 && made.append(raw(event)));
  return made;
}
