// One phone on the page: what its screen says, and which of its keys can be pressed now.
//
// It exists on the page only: nothing in the world changes until somebody dials, answers, types or hangs up.

import { h, show } from "./dom.js";
import { pressable } from "./keys.js";
import { tel } from "./numberformat.js";
import { played, prompts, said, tick } from "./screen.js";

/**
 * @typedef {import("./types.js").Call} Call
 * @typedef {import("./types.js").Leg} Leg
 * @typedef {import("./types.js").JournalEvent} JournalEvent
 * @typedef {"idle" | "calling" | "ringing" | "pin" | "waiting" | "message" | "talking" | "over"} Kind
 * @typedef {{ kind: Kind, call: Call | null, leg: Leg | null, place: number }} Standing `place` 0 is the call's first leg
 * @typedef {{ number: string, who: string }} Person
 * @typedef {{
 *   dial: (from: string, to: string) => unknown, act: (uuid: string, body: Record<string, string>) => unknown,
 *   nameOf: (number: string, otherwise?: string) => string
 * }} Ways what the phone's keys do, and what somebody is called, or is where no phone of that number is here
 * @typedef {{
 *   number: string, element: HTMLElement, show: (calls: Call[], events: JournalEvent[]) => Kind,
 *   aim: (to: string) => void, tick: () => void, name: (who: string) => void
 * }} Handset
 */

/** @type {Record<string, [Kind, Kind]>} a call's phase → what the phones on its first and second leg do */
const KINDS = {
  ringing_first: ["ringing", "idle"],
  asking_pin: ["pin", "idle"],
  pausing: ["waiting", "idle"],
  announcing: ["message", "message"],
  ringing_second: ["calling", "ringing"],
  bridged: ["talking", "talking"],
};

/**
 * What a phone does now.
 *
 * @param {string} number
 * @param {Call[]} calls newest first
 * @returns {Standing}
 */
export function standing(number, calls) {
  const inCall = (/** @type {Call} */ call) =>
    call.legs.findIndex((leg) => leg.person === number && (call.phase === "ended" || !leg.ended_at));
  const call =
    calls.find((each) => each.phase !== "ended" && inCall(each) >= 0) ?? calls.find((each) => inCall(each) >= 0);
  if (!call) return { kind: "idle", call: null, leg: null, place: 0 };
  const place = inCall(call);
  const kind = call.phase === "ended" ? "over" : (KINDS[call.phase]?.[place] ?? "idle");
  return { kind, call, leg: call.legs[place], place };
}

/**
 * @param {Person} person
 * @param {Ways} ways
 * @returns {Handset}
 */
export function handset({ number, who }, ways) {
  const name = h("b", {}, who);
  const screen = h("div", { class: "screen" });
  const keys = h("div", { class: "keys" });
  const target = h("input", {
    type: "tel",
    "aria-label": `Number to dial from ${number}`,
    placeholder: "Number to dial",
  });
  const head = h("header", {}, name, tel(number));
  const element = h("article", { class: "handset", "aria-label": `Phone ${number}` }, head, screen, keys);
  let drawn = "";
  /** @type {Standing} */
  let now = { kind: "idle", call: null, leg: null, place: 0 };

  return {
    number,
    element,
    name: (text) => {
      name.textContent = text;
    },
    aim: (to) => {
      target.value = to;
    },
    tick: () => tick(screen, now),
    show: (calls, events) => {
      now = standing(number, calls);
      const heard = now.call ? played(now.call, number, events) : [];
      const state = JSON.stringify([now.kind, now.call, heard]);
      if (state === drawn) return now.kind;
      const keysStay = drawn !== "" && element.dataset.kind === now.kind && keys.dataset.call === now.call?.call_uuid;
      drawn = state;
      element.dataset.kind = now.kind;
      keys.dataset.call = now.call?.call_uuid ?? "";
      show(screen, ...said(now, ways), prompts(heard));
      if (!keysStay) show(keys, ...pressable(now, number, target, ways));
      tick(screen, now);
      return now.kind;
    },
  };
}
