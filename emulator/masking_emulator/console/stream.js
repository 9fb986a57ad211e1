// The journal as it happens. Events are handed on once a frame, so a burst is one update.

import { worldPath } from "./api.js";
import { say } from "./say.js";
import { seen } from "./state.js";

export const EVENTS = [
  "SessionCreated",
  "SessionRefreshed",
  "SessionUpdated",
  "SessionExpired",
  "SessionCallBegan",
  "SessionCallEnded",
  "SessionNumberReplaced",
  "SessionsForgotten",
  "NumberHeld",
  "NumberReleased",
  "NumberAdded",
  "NumberSuspended",
  "PhoneSet",
  "CallBegan",
  "PinAsked",
  "PinChecked",
  "LegRinging",
  "LegAnswered",
  "LegEnded",
  "CallEnded",
  "CallsForgotten",
  "CallNotPlaced",
  "ExpiryPostponed",
  "MessagePlayed",
  "MediaChecked",
  "RecordingStarted",
  "RecordingFailed",
  "RecordingCompleted",
  "RecordingDeleted",
  "CallbackDue",
  "CallbackAttempted",
  "CallbackWaiting",
  "CallbackHeld",
  "CallbackSettled",
  "DeliverySwitched",
];

const KEPT_MAX = 1000;
const RETRY_MS = 1500;
const HIDDEN_MS = 250;

const listeners = new Set();
const watchers = new Set();
let kept = [];
let waiting = [];
let scheduled = false;
let source = null;
let last = 0;
let retry = 0;

export function history() {
  return kept;
}

export function onEvents(listener, signal) {
  add(listeners, listener, signal);
}

// Told "open", "lost" or "reset".
export function onConnection(watcher, signal) {
  add(watchers, watcher, signal);
}

function add(set, item, signal) {
  set.add(item);
  signal?.addEventListener("abort", () => set.delete(item));
}

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
    retry = setTimeout(connect, RETRY_MS);
  };
  mine.addEventListener("reset", (message) => {
    const { first } = JSON.parse(message.data);
    if (first - 1 < last) kept = [];
    last = first - 1;
    tell("reset");
  });
  for (const name of EVENTS) mine.addEventListener(name, (message) => take(JSON.parse(message.data)));
}

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
  if (!batch.length) return;
  kept = [...kept, ...batch].slice(-KEPT_MAX);
  seen(batch.at(-1).at);
  for (const listener of [...listeners]) listener(batch);
}

function tell(what) {
  for (const watcher of [...watchers]) watcher(what);
}

// Runs `work` now and after events whose name matches, never twice at once, and not more often than that.
export function keepFresh(pattern, work, signal, pauseMs = 300) {
  let busy = false;
  let again = false;
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
      if (!signal.aborted && error.name !== "AbortError") say(error.message, "failed");
    } finally {
      setTimeout(() => {
        busy = false;
        if (again) {
          again = false;
          run();
        }
      }, pauseMs);
    }
  };
  onEvents((batch) => batch.some(({ event }) => pattern.test(event)) && run(), signal);
  onConnection((what) => what !== "lost" && run(), signal);
  run();
  return run;
}
