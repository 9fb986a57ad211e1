// The stage: both parties' phones, the virtual number between them, and the call as a diagram beside them.

import { control } from "./api.js";
import { button, h, show } from "./dom.js";
import { handset, standing } from "./handset.js";
import { instant, lasting } from "./instants.js";
import { plainNumber, tel } from "./numberformat.js";
import { player } from "./recording.js";
import { announce, attempt } from "./say.js";
import { readOut, UNNAMED } from "./screen.js";
import { sequence } from "./sequence.js";
import { ring } from "./sound.js";
import { worldNow } from "./state.js";

/**
 * @typedef {import("./types.js").Call} Call
 * @typedef {import("./types.js").JournalEvent} JournalEvent
 * @typedef {import("./handset.js").Person} Person
 * @typedef {import("./handset.js").Handset} Handset
 * @typedef {import("./handset.js").Kind} Kind
 * @typedef {{ number: string, until: string | null, live: boolean }} Mask
 */

const TICK_MS = 250;
const CONCEALED = "real-numbers-concealed";

//: A call in these phases is one that is looked at: something passes through the number.
const THROUGH = /** @type {Record<string, string>} */ ({
  ringing_first: "rings",
  asking_pin: "asks",
  pausing: "asks",
  announcing: "rings",
  ringing_second: "rings",
  bridged: "talks",
});

const IN_WORDS = /** @type {Record<string, string>} */ ({
  rings: "One phone rings. It shows this number only.",
  asks: "Who is calling? The number asks for a PIN.",
  talks: "They talk through this number. Neither sees the other's.",
  still: "Either side dials this number to reach the other.",
  none: "There is no session yet.",
  ended: "It leads nowhere now: whoever dials it reaches nobody.",
});

/**
 * @param {AbortSignal} signal
 * @param {{ dialled?: (call: Call) => unknown, acted?: () => unknown }} [heard]
 */
export function stage(signal, heard = {}) {
  const pair = h("div", { class: "pair" });
  const others = h("div", { class: "others" });
  const plate = maskPlate();
  const diagram = h("div");
  const recording = h("div");
  const picked = h("div");
  const element = h(
    "div",
    { class: "stage" },
    h("div", { class: "phones" }, pair, others),
    h(
      "section",
      { class: "card the-call" },
      h("div", { class: "title" }, h("h2", {}, "The call"), picked),
      diagram,
      recording,
    ),
  );
  /** @type {Handset[]} */
  let sets = [];
  /** @type {Person[]} */
  let people = [];
  /** @type {Map<string, Kind>} */
  const before = new Map();

  const nameOf = (/** @type {string} */ number, otherwise = UNNAMED[0]) =>
    people.find((each) => each.number === number)?.who ?? otherwise;
  const ways = {
    nameOf,
    dial: async (/** @type {string} */ from, /** @type {string} */ to) => {
      const call = await attempt(() => control("POST", "/calls", { from, to, manual: true }));
      if (call) heard.dialled?.(call);
    },
    act: async (/** @type {string} */ uuid, /** @type {Record<string, string>} */ body) => {
      await attempt(() => control("POST", `/calls/${uuid}/actions`, body));
      heard.acted?.();
    },
  };

  /** @param {Person[]} cast the first two stand beside the number, all others below */
  const cast = (cast) => {
    people = cast;
    sets = cast.map((person) => {
      const known = sets.find(({ number }) => number === person.number);
      known?.name(person.who);
      return known ?? handset(person, ways);
    });
    const [left, right, ...rest] = sets.map((set) => set.element);
    show(pair, left, plate.element, right);
    show(others, rest);
  };

  /**
   * @param {Call[]} calls
   * @param {JournalEvent[]} events
   * @param {Call | null} call the one that is drawn
   */
  const draw = (calls, events, call) => {
    const kinds = sets.map((set) => set.show(calls, events));
    for (const [place, kind] of kinds.entries()) tellOf(sets[place], kind, calls);
    ring(kinds.includes("ringing"));
    plate.call(call);
    show(
      diagram,
      call
        ? sequence(call, events, nameOf, people[1]?.number === call.from)
        : h("div", { class: "empty" }, "No call yet. Dial the number in the middle."),
    );
    const recorded = call?.recording_uuid && call.phase === "ended" ? player(call.recording_uuid) : null;
    if (recorded !== recording.firstChild) show(recording, recorded);
  };

  /**
   * @param {Handset} set
   * @param {Kind} kind
   * @param {Call[]} calls
   */
  const tellOf = (set, kind, calls) => {
    const was = before.get(set.number);
    before.set(set.number, kind);
    const text = was && was !== kind ? readOut(standing(set.number, calls), nameOf(set.number), ways) : null;
    if (text) announce(text);
  };

  const ticking = setInterval(() => {
    for (const set of sets) set.tick();
    plate.tick();
  }, TICK_MS);
  signal.addEventListener("abort", () => {
    clearInterval(ticking);
    ring(false);
  });
  return {
    element,
    picked,
    numbers: () => sets.map(({ number }) => number),
    cast,
    draw,
    mask: plate.mask,
    aim: (/** @type {string} */ to) => {
      for (const set of sets) set.aim(to);
    },
  };
}

/** Whether the real numbers are on the screens too, struck through. */
function isRevealed() {
  return !localStorage.getItem(CONCEALED);
}

function maskPlate() {
  const number = h("p", { class: "mask-number" }, "–");
  const words = h("p", { class: "quiet" }, IN_WORDS.none);
  const reveal = button("Show what is hidden", () => setReveal(!isRevealed()), {
    role: "switch",
    class: "plain reveal",
  });
  const setReveal = (/** @type {boolean} */ on) => {
    localStorage.setItem(CONCEALED, on ? "" : "yes");
    drawReveal();
  };
  const drawReveal = () => {
    reveal.setAttribute("aria-checked", String(isRevealed()));
    document.body.dataset.hidden = isRevealed() ? "shown" : "concealed";
  };
  drawReveal();
  const left = h("p", { class: "quiet num" }, "");
  const plate = h("div", { class: "plate" }, h("h2", {}, "Virtual number"), number, left);
  const element = h(
    "div",
    { class: "mask", "data-through": "still" },
    h("div", { class: "wires", "aria-hidden": "true" }, h("i", { class: "wire" }), h("i", { class: "wire" })),
    plate,
    words,
    reveal,
  );
  /** @type {Mask} */
  let shown = { number: "", until: null, live: false };
  let through = "still";

  const say = () => {
    const rest = shown.live ? "still" : shown.number ? "ended" : "none";
    const text = IN_WORDS[through === "still" ? rest : through];
    if (words.textContent !== text) words.textContent = text;
  };
  const tick = () => {
    const seconds = shown.until ? (instant(shown.until) - worldNow()) / 1000 : 0;
    const text = shown.live ? `for another ${lasting(seconds)}` : "the session has ended";
    const said = shown.until ? text : "";
    if (left.textContent !== said) left.textContent = said;
  };
  const mask = (/** @type {Mask | null} */ next) => {
    shown = next ?? { number: "", until: null, live: false };
    show(number, next ? tel(next.number) : "–");
    element.dataset.live = String(shown.live);
    tick();
    say();
  };
  const call = (/** @type {Call | null} */ now) => {
    // A call through another number is drawn, but is none of this plate's.
    const isMine = plainNumber(now?.to) === plainNumber(shown.number);
    through = (now && isMine && THROUGH[now.phase]) || "still";
    element.dataset.through = through;
    say();
  };
  return { element, mask, call, tick };
}
