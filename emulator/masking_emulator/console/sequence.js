// A call as a sequence diagram, drawn from the journal while it runs.

import { h, svg } from "./dom.js";
import { callOf } from "./events.js";
import { timeOf } from "./instants.js";
import { formatted } from "./numberformat.js";
import { UNNAMED } from "./screen.js";

/**
 * @typedef {import("./types.js").Call} Call
 * @typedef {import("./types.js").JournalEvent} JournalEvent
 * @typedef {{ from: number, to: number, text: string, kind: string, at: string }} Step 0 caller, 1 service, 2 callee
 */

const WIDTH = 500;
const X = [112, 276, 436];
const ACTOR = 126;
const STEP = 29;
const TOP = 58;
const SHOWN_MAX = 40;

/**
 * @param {Call} call
 * @param {JournalEvent[]} events
 * @param {(number: string, otherwise: string) => string} nameOf
 * @param {boolean} [isFromRight] the caller stands on the right, as the phones beside it do
 */
export function sequence(call, events, nameOf, isFromRight = false) {
  const steps = events
    .filter((event) => callOf(event) === call.call_uuid)
    .flatMap(stepsOf)
    .slice(-SHOWN_MAX);
  const columns = isFromRight ? [...X].reverse() : X;
  const height = TOP + STEP * (steps.length + 1);
  const first = call.route === "placed" ? call.legs[0].person : call.from;
  const people = [first, call.to, call.callee ?? call.legs[1]?.person ?? ""];
  const dialler = call.route === "placed" ? "The first party" : UNNAMED[0];
  const titles = [nameOf(first, dialler), "Virtual number", people[2] ? nameOf(people[2], UNNAMED[1]) : "?"];
  const label = `Call from ${titles[0]} through ${formatted(call.to)}: ${steps.length} steps, listed below`;
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${height}`, class: "sequence", role: "img", "aria-label": label },
    arrowHead(),
    columns.flatMap((x, place) => actor(x, height, titles[place], people[place], place === 1)),
    steps.flatMap((step, row) => drawn(step, TOP + STEP * (row + 1) - 8, columns)),
  );
  const read = steps.map(({ text, at, from }) => h("li", {}, `${timeOf(at)} ${titles[from]} ${text}`));
  return h("figure", { class: "diagram" }, drawing, h("ol", { class: "hidden" }, read));
}

function arrowHead() {
  const size = { viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto-start-reverse" };
  return svg("defs", {}, svg("marker", { id: "arrow", ...size }, svg("path", { d: "M0 0 8 4 0 8z", class: "tip" })));
}

/**
 * @param {number} x
 * @param {number} height
 * @param {string} title
 * @param {string} number
 * @param {boolean} isService
 */
function actor(x, height, title, number, isService) {
  return [
    svg("line", { x1: x, x2: x, y1: 46, y2: height, class: "life" }),
    svg("rect", {
      x: x - ACTOR / 2,
      y: 4,
      width: ACTOR,
      height: 42,
      rx: 8,
      class: isService ? "actor service" : "actor",
    }),
    svg("text", { x, y: 21, class: "name" }, title),
    svg("text", { x, y: 37, class: "actor-number" }, number ? formatted(number) : ""),
  ];
}

/**
 * @param {Step} step
 * @param {number} y
 * @param {number[]} columns
 */
function drawn({ from, to, text, at, kind }, y, columns) {
  const time = svg("text", { x: 0, y: y + 4, class: "time" }, timeOf(at));
  if (from === to) return [time, svg("text", { x: columns[from], y: y + 4, class: `note is-${kind}` }, text)];
  const [x1, x2] = [columns[from], columns[to]];
  const inset = x1 < x2 ? 4 : -4;
  const ends = { x1: x1 + inset, x2: x2 - inset, y1: y + 3, y2: y + 3 };
  return [
    time,
    svg("line", { ...ends, class: `message is-${kind}`, "marker-end": "url(#arrow)" }),
    svg("text", { x: (x1 + x2) / 2, y: y - 3, class: "label" }, text),
  ];
}

/** @type {Record<string, (event: JournalEvent, person: number) => [number, number, string, string?]>} */
const STEPS = {
  CallBegan: ({ call }) => (call.legs[0].inbound ? [0, 1, "dials"] : [1, 0, "calls the first party"]),
  PinAsked: () => [1, 0, "asks for the PIN"],
  PinChecked: ({ verdict }) => [0, 1, `PIN ${verdict.replaceAll("_", " ")}`, verdict === "wrong" ? "bad" : "good"],
  MessagePlayed: ({ message }) => [1, message === "second_party" ? 2 : 0, `plays ${message.replaceAll("_", " ")}`],
  LegRinging: (_, person) => [1, person, "rings"],
  // Whoever dials is answered by the number itself.
  LegAnswered: ({ call, leg }, person) =>
    call.legs[leg].inbound ? [1, person, "answers", "good"] : [person, 1, "answers", "good"],
  RecordingStarted: () => [1, 1, "● records", "bad"],
  RecordingCompleted: () => [1, 1, "recording is there"],
  RecordingFailed: () => [1, 1, "recording failed", "bad"],
  LegEnded: ({ call, leg }, person) => {
    const { cause, source } = call.legs[leg];
    const hangsUp = cause === "normal" && source === (leg === 1 ? "callee" : "caller");
    if (hangsUp) return [person, 1, "hangs up"];
    if (cause === "normal") return [1, person, "ends the call"];
    return [1, person, `ends: ${String(cause).replaceAll("_", " ")}`, "bad"];
  },
};

/**
 * @param {JournalEvent} event
 * @returns {Step[]}
 */
function stepsOf(event) {
  const made = STEPS[event.event]?.(event, event.leg === 1 ? 2 : 0);
  if (!made) return [];
  const [from, to, text, kind = "plain"] = made;
  return [{ from, to, text, kind, at: event.at }];
}
