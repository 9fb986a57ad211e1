// Events of the journal in words. Callbacks have the vendor's names; the names of the journal are in the raw view only.

import { timeOf } from "./instants.js";
import { formatted } from "./numberformat.js";

/** @typedef {import("./types.js").JournalEvent} JournalEvent */

//: The vendor's name of a callback, by what it is about and whose leg that was.
const CALLBACKS = /** @type {Record<string, string>} */ ({
  "leg_answered first_party": "SessionFirstPartyAnswer",
  "leg_ringing second_party": "SessionSecondPartyRing",
  "leg_answered second_party": "SessionSecondPartyAnswer",
  "leg_ended second_party": "SessionSecondPartyHangup",
  "leg_ended first_party": "SessionFirstPartyHangup",
  pin_checked: "SessionPinAuthenticationStatus",
  timed_out: "SessionTimeout",
  number_replaced: "SessionVirtualNumberReplaced",
  call_over: "SessionPartiesHangup",
  recording_started: "SessionRecordingInitiated",
  recording_completed: "SessionRecordingCompleted",
  recording_failed: "SessionRecordingFailed",
});

//: Who is on a call's first and second leg, as the source of an end names them.
const SIDES = ["caller", "callee"];

//: Why a leg ended, said of the person on it to the one on the other leg.
const BECAUSE = /** @type {Record<string, string>} */ ({
  normal: "hung up",
  busy: "was busy",
  rejected: "declined",
  no_answer: "did not answer",
  out_of_service: "cannot be reached",
  ring_timeout: "did not answer in time",
});

const TITLES = /** @type {Record<string, string>} */ ({
  SessionCreated: "Session created",
  SessionRefreshed: "Session refreshed",
  SessionUpdated: "Session changed",
  SessionExpired: "Session ended",
  ExpiryPostponed: "Expiry waits for the call",
  SessionCallBegan: "Session in progress",
  SessionCallEnded: "Call on the bill",
  SessionNumberReplaced: "Virtual number replaced",
  SessionsForgotten: "Old sessions made room",
  CoolOffStarted: "Number cools off",
  CoolOffEnded: "Number is free again",
  NumberAdded: "Number added to the pool",
  NumberSuspended: "Number suspended",
  PhoneSet: "Phone has new habits",
  CallBegan: "Call began",
  PinAsked: "PIN asked for",
  PinChecked: "PIN checked",
  LegRinging: "Phone rings",
  LegAnswered: "Phone answered",
  LegEnded: "Leg ended",
  CallEnded: "Call over",
  CallsForgotten: "Old calls made room",
  CallNotPlaced: "First party was not called",
  MessagePlayed: "Message played",
  MediaChecked: "Audio file checked",
  RecordingStarted: "Recording began",
  RecordingFailed: "Recording failed",
  RecordingCompleted: "Recording is there",
  RecordingDeleted: "Recording deleted",
  CallbackDue: "due",
  CallbackAttempted: "failed, is tried again",
  CallbackWaiting: "waits for its turn",
  CallbackHeld: "held back",
  CallbackSettled: "",
  DeliverySwitched: "Delivery of callbacks",
});

//: Every name of the stream, which is listened to by name.
export const EVENTS = Object.keys(TITLES);

/**
 * The vendor's name of the callback that an event is about.
 *
 * @param {{ kind: string, who: string | null }} notice
 */
export function vendorName({ kind, who }) {
  return CALLBACKS[who ? `${kind} ${who}` : kind] ?? CALLBACKS[kind] ?? kind;
}

/**
 * What happened, in words.
 *
 * @param {JournalEvent} event
 * @returns {string}
 */
export function titleOf(event) {
  if (event.event === "LegEnded" && hungUp(event.call, event.leg)) return "Phone hung up";
  const title = TITLES[event.event] ?? event.event;
  if (!event.callback) return title;
  const name = vendorName(event.callback.notice);
  return `${name} ${event.event === "CallbackSettled" ? event.callback.state : title}`;
}

/**
 * @param {JournalEvent} event
 * @returns {string | null}
 */
export function sessionOf(event) {
  const about = event.session ?? event.call ?? event.callback ?? event.recording ?? event.cool_off;
  if (event.session) return event.session.uuid;
  return about?.session ?? (["CallNotPlaced", "ExpiryPostponed"].includes(event.event) ? event.uuid : null);
}

/**
 * @param {JournalEvent} event
 * @returns {string | null}
 */
export function callOf(event) {
  if (typeof event.call === "string") return event.call;
  return event.call?.uuid ?? event.recording?.call ?? event.callback?.notice?.call?.uuid ?? null;
}

/** @type {[(event: JournalEvent) => unknown, (event: JournalEvent) => string][]} the first that fits says it */
const ABOUT = [
  [(event) => event.session?.first_party, ({ session }) => `${pair(session)} on ${formatted(session.number)}`],
  [(event) => event.event === "PinChecked", ({ verdict }) => verdict.replaceAll("_", " ")],
  [(event) => event.leg !== undefined && event.call?.legs, (event) => legs(event)],
  [(event) => event.call?.caller, ({ call }) => `${formatted(call.caller)} dials ${formatted(call.number)}`],
  [(event) => event.callback, ({ attempt, callback }) => answered(attempt, callback)],
  [(event) => event.cool_off, ({ cool_off: its }) => `${formatted(its.number)} until ${timeOf(its.until)}`],
  [(event) => event.message, (event) => `${event.message.replaceAll("_", " ")}: ${event.outcome ?? event.url}`],
  [(event) => event.number, ({ number }) => formatted(number.digits)],
  [(event) => event.phone, ({ phone }) => `${formatted(phone.number)}: ${phone.habit.replaceAll("_", " ")}`],
  [(event) => event.digits, ({ digits }) => formatted(digits)],
  [(event) => event.event === "DeliverySwitched", ({ on }) => (on ? "on" : "off")],
];

/**
 * What an event is about.
 *
 * @param {JournalEvent} event
 * @returns {string}
 */
export function about(event) {
  const found = ABOUT.find(([fits]) => fits(event));
  return found ? found[1](event) : "";
}

/** @param {{ first_party: string, second_party: string }} session */
function pair({ first_party, second_party }) {
  return second_party ? `${formatted(first_party)} and ${formatted(second_party)}` : formatted(first_party);
}

/** @param {JournalEvent} event */
function legs({ event, call, leg }) {
  const person = formatted(call.legs[leg].person);
  const because = event === "LegEnded" ? reasonOf(call, leg) : "";
  return because ? `${person}, ${because}` : person;
}

/**
 * Whether the person on this leg hung up, and not somebody else.
 *
 * @param {any} call
 * @param {number} leg
 */
function hungUp(call, leg) {
  const { cause, source } = call.legs[leg];
  return cause === "normal" && source === SIDES[leg];
}

/**
 * Why a leg ended; nothing where its own phone hung up, which says it all.
 *
 * @param {any} call
 * @param {number} leg
 */
function reasonOf(call, leg) {
  const [{ cause, source }, other] = [call.legs[leg], call.legs[1 - leg]];
  if (hungUp(call, leg)) return "";
  if (cause !== "normal" && cause !== "canceled") return cause.replaceAll("_", " ");
  if (source === "service" && (other?.cause ?? "normal") === "normal") return "by the service";
  return other ? `because ${formatted(other.person)} ${BECAUSE[other.cause] ?? "left"}` : "";
}

/**
 * @param {{ status: number | null, error: string } | null | undefined} attempt
 * @param {{ url: string }} callback
 */
function answered(attempt, callback) {
  const to = URL.canParse(callback.url) ? new URL(callback.url).host : callback.url;
  if (!attempt) return `to ${to}`;
  return attempt.status ? `${to} answered ${attempt.status}` : `${to}: ${attempt.error}`;
}
