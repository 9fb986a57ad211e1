// The timeline as numbers: which row a session's bar is in, what is under the pointer, and how an axis is divided.

/**
 * @typedef {[string, string, number, number, string]} SessionRow uuid, number, created, expires, status
 * @typedef {[string, string, number, number | null]} CallRow uuid, session, started, ended
 * @typedef {[number, string, number, string]} CallbackRow id, session, due, state
 * @typedef {[number, string | null, number, number | null]} RequestRow sequence, operation, at, status
 * @typedef {{ now: string, sessions: SessionRow[], calls: CallRow[], callbacks: CallbackRow[], requests: RequestRow[] }} Rows
 * @typedef {{ from: number, to: number }} Span milliseconds since 1970
 */

const STEPS_S = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400];
const MARGIN = 0.03;
const SHORTEST_MS = 60_000;

/**
 * Everything that there is, past and due, with a little room at both ends.
 *
 * @param {Rows} rows
 * @param {number} now
 * @returns {Span}
 */
export function whole(rows, now) {
  let [from, to] = [now, now];
  for (const [, , created, expires] of rows.sessions) {
    if (created < from) from = created;
    if (expires > to) to = expires;
  }
  for (const [, , at] of rows.requests) if (at < from) from = at;
  for (const [, , at] of rows.callbacks) if (at < from) from = at;
  const room = Math.max(SHORTEST_MS, to - from) * MARGIN;
  return { from: from - room, to: Math.max(to, from + SHORTEST_MS) + room };
}

/**
 * The row of each session: the first whose last bar has ended, so that bars do not overlap.
 *
 * @param {SessionRow[]} sessions oldest first
 * @returns {{ rows: Int32Array, count: number }}
 */
export function packed(sessions) {
  const rows = new Int32Array(sessions.length);
  /** @type {{ end: number, row: number }[]} a heap, the row that is free soonest at its top */
  const heap = [];
  let count = 0;
  for (const [place, [, , created, expires]] of sessions.entries()) {
    const soonest = heap[0];
    const row = soonest && soonest.end <= created ? pop(heap).row : count;
    if (row === count) count += 1;
    rows[place] = row;
    push(heap, { end: expires, row });
  }
  return { rows, count };
}

/**
 * @param {{ end: number, row: number }[]} heap
 * @param {{ end: number, row: number }} item
 */
function push(heap, item) {
  let place = heap.push(item) - 1;
  while (place > 0) {
    const above = (place - 1) >> 1;
    if (heap[above].end <= heap[place].end) return;
    [heap[above], heap[place]] = [heap[place], heap[above]];
    place = above;
  }
}

/** @param {{ end: number, row: number }[]} heap */
function pop(heap) {
  const top = heap[0];
  const last = /** @type {{ end: number, row: number }} */ (heap.pop());
  if (!heap.length) return top;
  heap[0] = last;
  for (let place = 0; ; ) {
    let least = place;
    for (const below of [2 * place + 1, 2 * place + 2]) {
      if (below < heap.length && heap[below].end < heap[least].end) least = below;
    }
    if (least === place) return top;
    [heap[least], heap[place]] = [heap[place], heap[least]];
    place = least;
  }
}

/**
 * Where the axis is marked: at round instants, not closer than `apart` pixels.
 *
 * @param {Span} span
 * @param {number} width
 * @param {number} apart
 */
export function marks({ from, to }, width, apart) {
  const wanted = ((to - from) / 1000) * (apart / Math.max(1, width));
  const step = 1000 * (STEPS_S.find((each) => each >= wanted) ?? STEPS_S[STEPS_S.length - 1]);
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return { step, at: found };
}

/**
 * @param {Span} span
 * @param {number} factor below 1 looks closer
 * @param {number} at the instant that stays where it is
 * @returns {Span}
 */
export function zoomed({ from, to }, factor, at) {
  const next = { from: at - (at - from) * factor, to: at + (to - at) * factor };
  return next.to - next.from < 1000 ? { from, to } : next;
}
