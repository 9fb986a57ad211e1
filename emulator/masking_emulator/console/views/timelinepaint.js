// The timeline as pixels. What was painted where is handed back, so that a pointer can find it.

import { marks } from "./timelinemodel.js";

/**
 * @typedef {import("./timelinemodel.js").Rows} Rows
 * @typedef {import("./timelinemodel.js").Span} Span
 * @typedef {{ kind: "sessions" | "calls" | "callbacks" | "requests", row: any[], x: number, y: number, width: number,
 *   height: number }} Hit
 * @typedef {{ rows: Rows, layout: ReturnType<typeof import("./timelinemodel.js").packed>, span: Span, now: number, brush: number | null }} Scene
 * @typedef {{ context: CanvasRenderingContext2D, width: number, x: (at: number) => number, ink: Record<string, string> }} Paper
 */

export const LANES = {
  height: 330,
  axis: { top: 0, height: 24 },
  sessions: { top: 28, height: 212, bar: 16 },
  callbacks: { top: 250, height: 28 },
  requests: { top: 290, height: 28 },
};
const LEFT = 78;
const MARKS_APART = 110;
const DAY_MS = 86_400_000;

const INKS = ["text", "soft", "line", "sunk", "card", "accent", "accent-soft", "good", "warn", "bad", "line-strong"];

/** @type {Record<string, string>} a callback's state → the ink of its tick */
const STATES = {
  delivered: "good",
  waiting: "accent",
  retrying: "warn",
  held: "warn",
  kept: "warn",
  failed: "bad",
  blocked: "bad",
  dropped: "line-strong",
};

/**
 * The instant at a place of the canvas.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Span} span
 * @param {number} x
 */
export function instantAt(canvas, span, x) {
  return span.from + ((x - LEFT) / Math.max(1, canvas.clientWidth - LEFT)) * (span.to - span.from);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 * @returns {Hit[]}
 */
export function paint(canvas, scene) {
  const paper = paperOf(canvas, scene.span);
  if (!paper) return [];
  paper.context.clearRect(0, 0, paper.width, LANES.height);
  ground(paper, scene);
  const clip = new Path2D();
  clip.rect(LEFT, 0, paper.width - LEFT, LANES.height);
  paper.context.save();
  paper.context.clip(clip);
  const hits = sessions(paper, scene);
  nowLine(paper, scene.now);
  hits.push(...callbacks(paper, scene), ...requests(paper, scene));
  paper.context.restore();
  return hits;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Span} span
 * @returns {Paper | null}
 */
function paperOf(canvas, { from, to }) {
  const context = canvas.getContext("2d");
  const width = canvas.clientWidth;
  if (!context || width <= LEFT) return null;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(LANES.height * scale)) canvas.height = Math.round(LANES.height * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const x = (/** @type {number} */ at) => LEFT + ((at - from) / (to - from)) * (width - LEFT);
  return { context, width, x, ink: inksOf(canvas) };
}

/** @param {HTMLCanvasElement} canvas */
function inksOf(canvas) {
  const probe = document.createElement("i");
  // A browser that forces colours would give one and the same for all: nothing could be told from its ground.
  probe.style.setProperty("forced-color-adjust", "none");
  canvas.after(probe);
  const inks = INKS.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(inks);
}

/**
 * Lanes, their names, and the axis.
 *
 * @param {Paper} paper
 * @param {Scene} scene
 */
function ground({ context, width, x, ink }, { span, now }) {
  context.font = `12px ${getComputedStyle(context.canvas).fontFamily}`;
  context.textBaseline = "middle";
  for (const [name, lane] of [
    ["Sessions", LANES.sessions],
    ["Callbacks", LANES.callbacks],
    ["Requests", LANES.requests],
  ]) {
    const { top, height } = /** @type {{ top: number, height: number }} */ (lane);
    context.fillStyle = ink.sunk;
    context.fillRect(LEFT, top, width - LEFT, height);
    context.fillStyle = ink.soft;
    context.fillText(String(name), 0, top + Math.min(height, 28) / 2);
  }
  const { step, at: all } = marks(span, width - LEFT, MARKS_APART);
  context.textAlign = "center";
  for (const at of all) {
    const text = new Date(at).toISOString();
    context.fillStyle = ink.line;
    context.fillRect(x(at), LANES.axis.height, 1, LANES.height);
    context.fillStyle = ink.soft;
    if (x(at) > LEFT + 24 && x(at) < width - 24) {
      context.fillText(
        step >= DAY_MS ? text.slice(5, 10) : text.slice(11, step < 60_000 ? 19 : 16),
        x(at),
        LANES.axis.height / 2,
      );
    }
  }
  context.textAlign = "start";
  const nowX = Math.max(LEFT, x(now));
  context.globalAlpha = 0.55;
  context.fillStyle = ink.card;
  if (nowX < width) context.fillRect(nowX, LANES.sessions.top, width - nowX, LANES.height - LANES.sessions.top);
  context.globalAlpha = 1;
}

/**
 * @param {Paper} paper
 * @param {Scene} scene
 * @returns {Hit[]}
 */
function sessions({ context, x, width, ink }, { rows, layout }) {
  const { top, height, bar } = LANES.sessions;
  const step = Math.min(bar, height / Math.max(1, layout.count));
  const thick = Math.max(1, step - (step > 4 ? 2 : 0));
  /** @type {Map<string, number>} */
  const places = new Map();
  /** @type {Hit[]} */
  const hits = [];
  for (const [place, row] of rows.sessions.entries()) {
    const [uuid, , created, expires, status] = row;
    const [from, to] = [x(created), x(expires)];
    places.set(uuid, place);
    if (to < LEFT || from > width) continue;
    const y = top + layout.rows[place] * step;
    context.fillStyle = status === "expired" ? ink["line-strong"] : ink.accent;
    context.globalAlpha = status === "expired" ? 0.55 : 0.8;
    context.fillRect(from, y, Math.max(1.5, to - from), thick);
    hits.push({ kind: "sessions", row, x: from, y, width: Math.max(3, to - from), height: Math.max(2, thick) });
  }
  context.globalAlpha = 1;
  context.fillStyle = ink.good;
  for (const row of rows.calls) {
    const [, session, started, ended] = row;
    const place = places.get(session);
    if (place === undefined) continue;
    const [from, to] = [x(started), x(ended ?? Date.parse(rows.now))];
    const y = top + layout.rows[place] * step;
    context.fillRect(from, y, Math.max(2, to - from), thick);
    hits.push({ kind: "calls", row, x: from - 1, y, width: Math.max(4, to - from + 2), height: Math.max(2, thick) });
  }
  return hits;
}

/**
 * @param {Paper} paper
 * @param {Scene} scene
 * @returns {Hit[]}
 */
function callbacks({ context, x, width, ink }, { rows }) {
  const { top, height } = LANES.callbacks;
  return rows.callbacks.flatMap((row) => {
    const [, , due, state] = row;
    const at = x(due);
    if (at < LEFT || at > width) return [];
    context.fillStyle = ink[STATES[state] ?? "line-strong"];
    context.fillRect(at - 1, top + 4, 2, height - 8);
    return [{ kind: /** @type {const} */ ("callbacks"), row, x: at - 3, y: top, width: 6, height }];
  });
}

/**
 * @param {Paper} paper
 * @param {Scene} scene
 * @returns {Hit[]}
 */
function requests({ context, x, width, ink }, { rows }) {
  const { top, height } = LANES.requests;
  const isBad = (/** @type {import("./timelinemodel.js").RequestRow} */ [, , , status]) => !status || status >= 400;
  const badLast = rows.requests.toSorted((a, b) => Number(isBad(a)) - Number(isBad(b)));
  return badLast.flatMap((row) => {
    const [, , arrived] = row;
    const at = x(arrived);
    if (at < LEFT || at > width) return [];
    context.fillStyle = isBad(row) ? ink.bad : ink.good;
    context.beginPath();
    context.arc(at, top + height / 2, 4, 0, 2 * Math.PI);
    context.fill();
    return [{ kind: /** @type {const} */ ("requests"), row, x: at - 5, y: top, width: 10, height }];
  });
}

/**
 * @param {Paper} paper
 * @param {number} now
 */
function nowLine({ context, x, ink }, now) {
  context.fillStyle = ink.bad;
  context.fillRect(x(now) - 1, LANES.axis.height - 4, 2, LANES.height);
}
