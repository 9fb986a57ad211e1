// The journal as it happens. Events are handed on once a frame, so a burst is one update.

import { worldPath } from "./api.js";
import { EVENTS } from "./events.js";
import { Feed, KEPT_MAX } from "./feed.js";
import { say, why } from "./say.js";
import { seen, state } from "./state.js";

/**
 * @typedef {import("./types.js").JournalEvent} JournalEvent
 * @typedef {"open" | "lost" | "reset"} Connection
 */

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
/** @type {Set<() => unknown>} */
const onlookers = new Set();
let leave = () => {};

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
 * Hears that requests or faults have changed, which are no events of the journal.
 *
 * @param {() => unknown} onlooker
 * @param {AbortSignal} [signal]
 */
export function onTraffic(onlooker, signal) {
  add(onlookers, onlooker, signal);
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

/**
 * Follows the world that is looked at.
 *
 * @param {{ first: number, last: number }} journal
 */
export function follow(journal) {
  stop();
  kept = [];
  waiting = [];
  const after = Math.max(journal.first - 1, journal.last - KEPT_MAX);
  const wanted = { stream: new URL(worldPath("/journal/stream"), location.href).href, after, names: EVENTS };
  leave = (globalThis.SharedWorker ? together : alone)(wanted);
}

/** Follows nothing. */
export function stop() {
  leave();
  leave = () => {};
}

/** @typedef {import("./feed.js").Wanted} Wanted */

/** @param {Wanted} wanted */
function alone(wanted) {
  const feed = new Feed(wanted);
  feed.add(hear);
  return () => {
    feed.remove(hear);
  };
}

/**
 * With the other tabs of this browser. A tab that is closed says so; one that is put aside comes back.
 *
 * @param {Wanted} wanted
 */
function together(wanted) {
  const over = new AbortController();
  const worker = new SharedWorker(new URL("feedworker.js", import.meta.url), { type: "module", name: state.version });
  let end = () => worker.port.postMessage(null);
  worker.port.onmessage = ({ data }) => over.signal.aborted || hear(data);
  worker.onerror = () => {
    if (!over.signal.aborted) end = alone(wanted);
  };
  worker.port.postMessage(wanted);
  addEventListener("pagehide", () => end(), { signal: over.signal });
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload(), { signal: over.signal });
  return () => {
    over.abort();
    end();
  };
}

/** @param {import("./feed.js").News} news */
function hear(news) {
  switch (news.what) {
    case "event":
      return take(news.event);
    case "traffic":
      for (const onlooker of [...onlookers]) onlooker();
      return;
    case "past":
      kept = news.kept.slice(-KEPT_MAX);
      return news.isOpen ? tell("open") : undefined;
    case "reset":
      kept = [];
      waiting = [];
      return tell("reset");
    default:
      return tell(news.what);
  }
}

/** @param {JournalEvent} event */
function take(event) {
  waiting.push(event);
  if (waiting.length > KEPT_MAX) waiting.shift();
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(hand);
  setTimeout(hand, HIDDEN_MS);
}

// By whatever comes first: a tab in the background draws no frame, also where one was asked for before.
function hand() {
  if (!scheduled) return;
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
 * Runs `work` now and after events whose name matches, never twice at once, and not more often than the pause. Whoever
 * matches "traffic" also hears of requests and faults.
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
  if (pattern.test("traffic")) onTraffic(run, signal);
  onConnection((what) => what !== "lost" && run(), signal);
  run();
  return run;
}
