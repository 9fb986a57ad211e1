// What is read of the past: a moment, what happened around it, and what is different from another one.

import { control } from "../api.js";
import { ASKED_MAX } from "./pastmoment.js";
import { page } from "./paststeps.js";

/**
 * @typedef {import("../types.js").JournalEvent} JournalEvent
 * @typedef {import("./pastmoment.js").Moment} Moment
 * @typedef {import("./pastchanges.js").Comparison} Comparison
 * @typedef {import("../api.js").Options} Options
 */

const AROUND = 2;

/**
 * The world as it stood after an event.
 *
 * @param {number | null} at null for the newest event; a NaN is refused with a RangeError
 * @param {Options} options
 * @returns {Promise<Moment>}
 */
export async function momentAt(at, options) {
  if (Number.isNaN(at)) throw new RangeError("no number");
  return control("GET", `/at?limit=${ASKED_MAX}${at === null ? "" : `&sequence=${at}`}`, undefined, options);
}

/**
 * The events just before and after a moment.
 *
 * @param {number} sequence
 * @param {Options} options
 * @returns {Promise<JournalEvent[]>}
 */
export async function eventsAround(sequence, options) {
  const { events } = await page(Math.max(0, sequence - AROUND - 1), 2 * AROUND + 1, options);
  // What the journal has forgotten is answered with what comes after it.
  return events.filter((event) => Math.abs(event.sequence - sequence) <= 2 * AROUND);
}

/**
 * What is different between the moment and the one that it is compared with; null stands for the one before it.
 *
 * @param {Moment} moment
 * @param {number | null} since
 * @param {Options} options
 * @returns {Promise<Comparison>} with the error, where the two could not be compared
 */
export async function comparison({ sequence, first }, since, options) {
  const other = since ?? sequence - 1;
  const [from, to] = other < sequence ? [other, sequence] : [sequence, other];
  if (other === sequence || (since === null && other < first)) return { from, to, changes: [] };
  try {
    if (Number.isNaN(other)) throw new RangeError("no number");
    const { changes } = await control("GET", `/at/changes?since=${from}&sequence=${to}`, undefined, options);
    return { from, to, changes };
  } catch (error) {
    return { from, to, changes: [], error };
  }
}

/**
 * Work that runs once at a time, and once more where it was asked for meanwhile.
 *
 * @param {() => Promise<unknown>} work
 * @returns {() => Promise<void>}
 */
export function latest(work) {
  /** @type {Promise<void> | null} */
  let running = null;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await work();
    } while (again);
    running = null;
  };
  return () => {
    again = running !== null;
    running ??= run();
    return running;
  };
}
