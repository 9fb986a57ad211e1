// The journal as it happens. Events are handed on once a frame, so a burst is one update.

import { worldPath } from "./api.js";
import { EVENTS } from "./events.js";
import { say, why } from "./say.js";
import { seen } from "./state.js";

/**
 * @typedef {import("./types.js").JournalEvent} JournalEvent
 * @typedef {"open" | "lost" | "reset"} Connection
 */

const KEPT_MAX = 1000;
const RETRY_MS = 1500;
const HIDDEN_MS = 250;

/** @type {Set<(batch: JournalEvent[]) => unknown>} */
const listeners = new Set();
/** @type {Set<(what: Connection) => unknown>} */
const watchers = new Set();
/** @type {JournalEvent[]} */
let kept = [];
/** @type {JournalEvent[]} */
let waiting = [];
let scheduled = false;
/** @type {EventSource | null} */
let source = null;
let last = 0;
let retry = 0;

/** The newest events of the world that is looked at, oldest first. */
export function history() {
  return kept;
}

/**
 * @param {(batch: JournalEvent[]) => unknown} listener
 * @param {AbortSignal} [signal]
 */
export function onEvents(listener, signal) {
  add(listeners, listener, signal);
}

/**
 * @param {(what: Connection) => unknown} watcher
 * @param {AbortSignal} [signal]
 */
export function onConnection(watcher, signal) {
  add(watchers, watcher, signal);
}

/**
 * @template Item
 * @param {Set<Item>} set
 * @param {Item} item
 * @param {AbortSignal} [signal]
 */
function add(set, item, signal) {
  set.add(item);
  signal?.addEventListener("abort", () => set.delete(item));
}

/** @param {{ first: number, last: number }} journal */
export function follow(journal) {
  stop();
  kept = [];
  waiting = [];
  last = Math.max(journal.first - 1, journal.last - KEPT_MAX);
  connect();
}

export function stop() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function connect() {
  const mine = new EventSource(`${worldPath("/journal/stream")}?after=${last}`);
  source = mine;
  let lost = false;
  mine.onopen = () => tell("open");
  mine.onerror = () => {
    if (source !== mine) return;
    if (!lost) tell("lost");
    lost = true;
    mine.close();
    retry = window.setTimeout(connect, RETRY_MS);
  };
  mine.addEventListener("reset", (message) => {
    const { first } = JSON.parse(message.data);
    if (first - 1 < last) kept = [];
    last = first - 1;
    tell("reset");
  });
  for (const name of EVENTS) mine.addEventListener(name, (message) => take(JSON.parse(message.data)));
}

/** @param {JournalEvent} event */
function take(event) {
  last = event.sequence;
  waiting.push(event);
  if (waiting.length > KEPT_MAX) waiting.shift();
  if (scheduled) return;
  scheduled = true;
  if (document.hidden) setTimeout(hand, HIDDEN_MS);
  else requestAnimationFrame(hand);
}

function hand() {
  scheduled = false;
  const batch = waiting;
  waiting = [];
  const newest = batch.at(-1);
  if (!newest) return;
  kept = [...kept, ...batch].slice(-KEPT_MAX);
  seen(newest.at);
  for (const listener of [...listeners]) listener(batch);
}

/** @param {Connection} what */
function tell(what) {
  for (const watcher of [...watchers]) watcher(what);
}

/**
 * Runs `work` now and after events whose name matches, never twice at once, and not more often than the pause.
 *
 * @param {RegExp} pattern
 * @param {() => Promise<unknown>} work
 * @param {AbortSignal} signal
 * @param {number} [pauseMs]
 * @returns {() => Promise<void>} runs it once more
 */
export function keepFresh(pattern, work, signal, pauseMs = 300) {
  let busy = false;
  let again = false;
  const rest = () => {
    busy = false;
    if (!again) return;
    again = false;
    run();
  };
  const run = async () => {
    if (signal.aborted) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await work();
    } catch (error) {
      if (!signal.aborted && /** @type {Error} */ (error).name !== "AbortError") say(why(error), "failed");
    } finally {
      setTimeout(rest, pauseMs);
    }
  };
  onEvents((batch) => batch.some(({ event }) => pattern.test(event)) && run(), signal);
  onConnection((what) => what !== "lost" && run(), signal);
  run();
  return run;
}
