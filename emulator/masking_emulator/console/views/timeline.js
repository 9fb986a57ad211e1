// The timeline: sessions as bars with their calls inside, callbacks as ticks, requests as dots, on the world's clock.
//
// It is a canvas, because a world may hold ten thousand sessions; the same stands in a table below it.

import { button, h } from "../dom.js";
import { dated, instant } from "../instants.js";
import { formatted } from "../numberformat.js";
import { state, worldNow } from "../state.js";
import { onTheme } from "../theme.js";
import { packed, whole, zoomed } from "./timelinemodel.js";
import { instantAt, LANES, paint } from "./timelinepaint.js";

/**
 * @typedef {import("./timelinemodel.js").Rows} Rows
 * @typedef {import("./timelinemodel.js").Span} Span
 * @typedef {import("./timelinepaint.js").Hit} Hit
 * @typedef {"sessions" | "calls" | "callbacks" | "requests"} Kind
 */

const CLOSER = 0.6;
const FURTHER = 1 / CLOSER;
const PAN = 0.2;
const BRUSH_PX = 6;
const TICK_MS = 1000;

/**
 * @param {AbortSignal} signal
 * @param {{ open: (kind: Kind, row: any[]) => unknown }} ways
 */
export function timeline(signal, { open }) {
  const label = "Timeline. Arrow keys move it, plus and minus zoom, 0 shows all. A table below has the same.";
  const canvas = h("canvas", { class: "timeline-canvas", tabindex: 0, role: "img", "aria-label": label });
  const tip = h("p", { class: "timeline-tip", "aria-hidden": "true" }, "");
  const tools = h("div", { class: "cluster" });
  /** @type {Rows | null} */
  let rows = null;
  /** @type {ReturnType<typeof packed>} */
  let layout = { rows: new Int32Array(), count: 0 };
  /** @type {Span | null} null shows all */
  let chosen = null;
  /** @type {Hit[]} */
  let hits = [];
  /** @type {number | null} */
  let brush = null;
  let scheduled = false;

  const now = () => (state.world ? worldNow() : instant(rows?.now ?? "1970-01-01T00:00:00Z"));
  const span = () => chosen ?? whole(/** @type {Rows} */ (rows), now());
  const redraw = () => {
    if (scheduled || !rows) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      if (rows) hits = paint(canvas, { rows, layout, span: span(), now: now(), brush });
    });
  };
  const zoom = (/** @type {number} */ factor, /** @type {number} */ at) => {
    if (!rows) return;
    chosen = zoomed(span(), factor, at);
    redraw();
  };
  const middle = () => (span().from + span().to) / 2;
  const pan = (/** @type {number} */ share) => {
    const { from, to } = span();
    chosen = { from: from + share * (to - from), to: to + share * (to - from) };
    redraw();
  };
  const all = () => {
    chosen = null;
    redraw();
  };
  listen(canvas, {
    hit: (x, y) =>
      hits.findLast((each) => x >= each.x && x <= each.x + each.width && y >= each.y && y <= each.y + each.height) ??
      null,
    show: (found) => {
      tip.textContent = found ? wordsOf(found) : "";
      canvas.style.cursor = found ? "pointer" : "crosshair";
    },
    open: (found) => open(found.kind, found.row),
    brushing: (x) => {
      brush = x;
      redraw();
    },
    brushed: (from, to) => {
      brush = null;
      chosen = { from: instantAt(canvas, span(), from), to: instantAt(canvas, span(), to) };
      redraw();
    },
    zoom: (factor, x) => zoom(factor, instantAt(canvas, span(), x)),
    key: (key) => {
      const acts = /** @type {Record<string, () => void>} */ ({
        ArrowLeft: () => pan(-PAN),
        ArrowRight: () => pan(PAN),
        "+": () => zoom(CLOSER, middle()),
        "-": () => zoom(FURTHER, middle()),
        0: all,
      });
      acts[key]?.();
      return key in acts;
    },
  });
  const sizes = new ResizeObserver(redraw);
  sizes.observe(canvas);
  onTheme(redraw, signal);
  const ticking = setInterval(() => state.clock.rate && !document.hidden && redraw(), TICK_MS);
  signal.addEventListener("abort", () => {
    clearInterval(ticking);
    sizes.disconnect();
  });
  const zooming = [
    button("Closer", () => zoom(CLOSER, middle())),
    button("Further", () => zoom(FURTHER, middle())),
    button("All", all),
  ];
  const head = h(
    "div",
    { class: "title" },
    h("h2", {}, "On the world's clock"),
    legend(),
    h("div", { class: "cluster" }, zooming, tools),
  );
  return {
    element: h("div", { class: "timeline-box" }, head, canvas, tip),
    tools,
    draw: (/** @type {Rows} */ next) => {
      rows = next;
      layout = packed(next.sessions);
      redraw();
    },
  };
}

function legend() {
  const entries = [
    ["live", "live session"],
    ["ended", "ended"],
    ["delivered", "call, delivered, 2xx"],
    ["retried", "held or retried"],
    ["failed", "failed, 4xx, 5xx"],
  ];
  return h(
    "p",
    { class: "timeline-legend" },
    entries.map(([kind, text]) => h("span", {}, h("i", { class: `mark-${kind}`, "aria-hidden": "true" }), text)),
  );
}

/** @param {Hit} hit */
function wordsOf({ kind, row }) {
  /** @type {Record<Kind, (row: any[]) => string>} */
  const words = {
    sessions: ([uuid, number, created, expires, status]) =>
      `Session ${uuid.slice(0, 8)} on ${formatted(number)}, ${status}: ${dated(created)} to ${dated(expires)}`,
    calls: ([, , started, ended]) => `Call, ${dated(started)} to ${ended === null ? "now" : dated(ended)}`,
    callbacks: ([id, , due, state]) => `Callback #${id}, ${state}, due ${dated(due)}`,
    requests: ([sequence, operation, at, status]) =>
      `Request #${sequence}, ${(operation ?? "unknown").replaceAll("_", " ")}, ${status ?? "no answer"}, ${dated(at)}`,
  };
  return `${words[kind](row)}. Click to open.`;
}

/**
 * @typedef {{
 *   hit: (x: number, y: number) => Hit | null, show: (found: Hit | null) => void, open: (found: Hit) => void,
 *   brushing: (x: number | null) => void, brushed: (from: number, to: number) => void,
 *   zoom: (factor: number, x: number) => void, key: (key: string) => boolean
 * }} Acts
 */

/**
 * Pointer, wheel and keys.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Acts} acts
 */
function listen(canvas, acts) {
  /** @type {number | null} */
  let pressed = null;
  canvas.addEventListener("pointerdown", (event) => {
    pressed = event.offsetX;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (pressed !== null && Math.abs(event.offsetX - pressed) > BRUSH_PX) acts.brushing(pressed);
    acts.show(acts.hit(event.offsetX, event.offsetY));
  });
  canvas.addEventListener("pointerup", (event) => {
    const from = pressed;
    pressed = null;
    if (from === null) return;
    if (Math.abs(event.offsetX - from) > BRUSH_PX) {
      acts.brushed(Math.min(from, event.offsetX), Math.max(from, event.offsetX));
      return;
    }
    const found = acts.hit(event.offsetX, event.offsetY);
    if (found) acts.open(found);
  });
  canvas.addEventListener("pointerleave", () => acts.show(null));
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      acts.zoom(event.deltaY < 0 ? CLOSER : FURTHER, event.offsetX);
    },
    { passive: false },
  );
  canvas.addEventListener("keydown", (event) => {
    if (!acts.key(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.height = LANES.height;
}
