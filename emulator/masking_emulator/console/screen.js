// What a phone's screen says: whom it believes to be on the other end, and what stays hidden from it.

import { h, hidden } from "./dom.js";
import { instant, stopwatch } from "./instants.js";
import { formatted, tel } from "./numberformat.js";
import { worldNow } from "./state.js";
import { PLAYED_TO_THE_FIRST_LEG } from "./words.js";

/**
 * @typedef {import("./types.js").Call} Call
 * @typedef {import("./types.js").JournalEvent} JournalEvent
 * @typedef {import("./handset.js").Standing} Standing
 * @typedef {import("./handset.js").Kind} Kind
 * @typedef {import("./handset.js").Ways} Ways
 */

const PROMPTS_MAX = 3;

//: Who is on a call's first and second leg, as the source of an end names them, and in words.
const SIDES = ["caller", "callee"];
export const UNNAMED = ["The caller", "The callee"];

const NORMAL = "Normal Hangup";
//: Causes of a leg that may have ended because the other one did.
const FOLLOWS = [NORMAL, "Canceled"];
const SERVICE = "service";

/** @type {Record<Kind, (now: Standing, ways: Ways) => import("./dom.js").Child[]>} */
const SAID = {
  idle: () => [line("Ready")],
  calling: ({ call }) => [line("Calling…"), big(call), small("The other phone rings.")],
  ringing: (now, ways) => [line("Incoming call"), big(now.call), masked(now, ways)],
  pin: ({ call }) => [line(call?.wrong_pins ? wrongPin(call) : "PIN, please"), big(call)],
  waiting: ({ call }) => [line(call?.wrong_pins ? wrongPin(call) : "One moment"), small("The PIN is asked for again.")],
  message: ({ call }) => [line("A message plays"), big(call)],
  talking: (now, ways) => [line("On the line"), big(now.call), masked(now, ways), talkingFor(now.call)],
  over: (now, ways) => [line(endedBy(now, ways)), small(billOf(now))],
};

/**
 * @param {Standing} now
 * @param {Ways} ways
 */
export function said(now, ways) {
  return SAID[now.kind](now, ways);
}

/** @param {string} text */
function line(text) {
  return h("p", { class: "says" }, text);
}

/** @param {string} text */
function small(text) {
  return h("p", { class: "quiet" }, text);
}

/** @param {Call | null} call */
function big(call) {
  return h("p", { class: "shown-number" }, tel(call?.to));
}

/**
 * The number that stays hidden, struck through: the one of who is on the other end.
 *
 * @param {Standing} now
 * @param {Ways} ways
 */
function masked({ call, place }, ways) {
  const other = call?.legs[1 - place]?.person ?? (place === 0 ? call?.callee : call?.from);
  if (!other || other === call?.to) return null;
  const name = ways.nameOf(other, UNNAMED[1 - place]);
  return h("p", { class: "masked" }, hidden(`${name}'s own number: `), h("s", {}, tel(other)), " hidden");
}

/** @param {Call | null} call */
function talkingFor(call) {
  const recorded = call?.recording_uuid ? h("span", { class: "recorded" }, "Recording") : null;
  return h("p", { class: "talking" }, h("span", { class: "timer num" }, ""), recorded);
}

/** @param {Call} call */
function wrongPin({ pin_tries_left: left }) {
  if (left === null) return "Wrong PIN";
  return `Wrong PIN, ${left} ${left === 1 ? "try" : "tries"} left`;
}

/**
 * Who or what ended the call, in a few words: where the other leg ended first, why that one did.
 *
 * @param {Standing} now
 * @param {Ways} ways
 */
function endedBy({ call, leg, place }, ways) {
  const [cause, other] = [leg?.hangup_cause ?? "", call?.legs[1 - place]];
  const nameAt = (/** @type {number} */ at) => ways.nameOf(call?.legs[at]?.person ?? "", UNNAMED[at]);
  if (!FOLLOWS.includes(cause)) return cause ? `Ended: ${cause}` : "Ended";
  if (leg?.hangup_source === SIDES[place]) return `${nameAt(place)} hung up`;
  if (!other || leg?.hangup_source === SERVICE) return `Ended: ${other?.hangup_cause ?? "by the service"}`;
  return other.hangup_cause === NORMAL ? `${nameAt(1 - place)} hung up` : `${nameAt(1 - place)}: ${other.hangup_cause}`;
}

/** @param {Standing} now */
function billOf({ leg }) {
  if (!leg) return "";
  if (!leg.answered_at) return "Nobody talked; nothing to pay.";
  return `${stopwatch(leg.duration_s)} on the line, ${leg.billed_s} s billed, US$ ${leg.amount}`;
}

/**
 * @param {Element} screen
 * @param {Standing} now
 */
export function tick(screen, { kind, call }) {
  const timer = kind === "talking" ? screen.querySelector(".timer") : null;
  const since = call?.legs[1]?.answered_at;
  if (!timer || !since) return;
  const text = stopwatch((worldNow() - instant(since)) / 1000);
  if (timer.textContent !== text) timer.textContent = text;
}

/** @param {JournalEvent[]} heard */
export function prompts(heard) {
  if (!heard.length) return null;
  const items = heard.map(({ message, url }) =>
    h("li", {}, h("b", {}, message.replaceAll("_", " ")), " ", h("span", { class: "mono" }, url || "built-in")),
  );
  return h("ol", { class: "prompts", "aria-label": "What is played" }, items);
}

/**
 * @param {Call} call
 * @param {string} number
 * @param {JournalEvent[]} events
 */
export function played(call, number, events) {
  const hears = (/** @type {string} */ message) => {
    const leg = PLAYED_TO_THE_FIRST_LEG.includes(message)
      ? call.legs[0]
      : call.legs.find((each) => each.role === message);
    return leg?.person === number;
  };
  return events
    .filter((event) => event.event === "MessagePlayed" && event.call === call.call_uuid && hears(event.message))
    .slice(-PROMPTS_MAX);
}

/**
 * What is read out when a phone's state changes; null where nobody has to be told.
 *
 * @param {Standing} now
 * @param {string} who
 * @param {Ways} ways
 */
export function readOut(now, who, ways) {
  if (now.kind === "over") return `${who}'s phone: ${endedBy(now, ways)}.`;
  const words = { ringing: "rings, and shows", talking: "is on the line with" };
  const said = words[/** @type {keyof typeof words} */ (now.kind)];
  return said ? `${who}'s phone ${said} ${formatted(now.call?.to)}.` : null;
}
