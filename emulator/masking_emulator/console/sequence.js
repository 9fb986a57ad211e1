// A call as a sequence diagram, drawn from the journal while it runs.

import { h, number, svg, timeOf } from "./dom.js";
import { callOf } from "./events.js";

const WIDTH = 500;
const X = [114, 276, 436];
const STEP = 30;
const TOP = 46;
const SHOWN_MAX = 40;

export function sequence(call, events) {
  const steps = events
    .filter((event) => callOf(event) === call.call_uuid)
    .flatMap(step)
    .slice(-SHOWN_MAX);
  const height = TOP + STEP * (steps.length + 1);
  const names = [call.from, call.to, call.callee ?? "?"];
  if (call.route === "placed") names[0] = call.legs[0].person;
  const drawing = svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${height}`,
      class: "sequence",
      role: "img",
      "aria-label": `Call from ${names[0]} through ${names[1]}: ${steps.length} steps, told below`,
    },
    svg(
      "defs",
      {},
      svg(
        "marker",
        {
          id: "arrow",
          viewBox: "0 0 8 8",
          refX: 7,
          refY: 4,
          markerWidth: 8,
          markerHeight: 8,
          orient: "auto-start-reverse",
        },
        svg("path", { d: "M0 0 8 4 0 8z", class: "tip" }),
      ),
    ),
    X.map((x, place) => [
      svg("line", { x1: x, x2: x, y1: 34, y2: height, class: "life" }),
      svg("rect", { x: x - 61, y: 6, width: 122, height: 28, rx: 6, class: place === 1 ? "actor service" : "actor" }),
      svg("text", { x, y: 24, class: "name" }, names[place]),
    ]),
    steps.map((each, row) => drawn(each, TOP + STEP * (row + 1) - 8)),
  );
  return h(
    "figure",
    { class: "diagram" },
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Sequence diagram" }, drawing),
    h(
      "ol",
      { class: "hidden" },
      steps.map(({ text, at }) => h("li", {}, `${timeOf(at)} ${text}`)),
    ),
  );
}

function drawn({ from, to, text, at, kind }, y) {
  const time = svg("text", { x: 2, y: y + 4, class: "time" }, timeOf(at));
  if (from === to) return [time, svg("text", { x: X[from], y: y + 4, class: `note is-${kind}` }, text)];
  const inset = from < to ? 4 : -4;
  return [
    time,
    svg("line", {
      x1: X[from] + inset,
      x2: X[to] - inset,
      y1: y + 3,
      y2: y + 3,
      class: `message is-${kind}`,
      "marker-end": "url(#arrow)",
    }),
    svg("text", { x: (X[from] + X[to]) / 2, y: y - 3, class: "label" }, text),
  ];
}

// Who tells whom: 0 the caller, 1 the service, 2 the callee.
function step(event) {
  const person = event.leg === 1 ? 2 : 0;
  const made = (from, to, text, kind = "plain") => [{ from, to, text, kind, at: event.at }];
  const leg = event.call?.legs?.[event.leg];
  switch (event.event) {
    case "CallBegan":
      return event.call.legs[0].inbound
        ? made(0, 1, `dials ${number(event.call.number)}`)
        : made(1, 0, "calls the first party");
    case "PinAsked":
      return made(1, 0, "asks for the PIN");
    case "PinChecked":
      return made(0, 1, `PIN ${event.verdict.replaceAll("_", " ")}`, event.verdict === "wrong" ? "bad" : "good");
    case "MessagePlayed":
      return made(1, event.message === "second_party" ? 2 : 0, `plays ${event.message.replaceAll("_", " ")}`);
    case "LegRinging":
      return made(1, person, "rings");
    case "LegAnswered":
      return made(person, 1, "answers", "good");
    case "RecordingStarted":
      return made(1, 1, "● records");
    case "RecordingCompleted":
      return made(1, 1, "recording is there");
    case "RecordingFailed":
      return made(1, 1, "recording failed", "bad");
    case "LegEnded":
      return made(
        person,
        1,
        `ends: ${String(leg?.cause ?? "").replaceAll("_", " ")}`,
        leg?.cause === "normal" ? "plain" : "bad",
      );
    default:
      return [];
  }
}
