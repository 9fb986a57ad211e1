// What can be pressed on a phone now: to dial, to answer, to type digits, to hang up. Nothing else is there.

import { button, h } from "./dom.js";

/**
 * @typedef {import("./types.js").Call} Call
 * @typedef {import("./handset.js").Standing} Standing
 * @typedef {import("./handset.js").Ways} Ways
 */

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const KEY_NAMES = /** @type {Record<string, string>} */ ({ "*": "Star", "#": "Hash" });
const DIGITS_MAX = 32;

/**
 * @param {Standing} now
 * @param {string} number
 * @param {HTMLInputElement} target
 * @param {Ways} ways
 * @returns {import("./dom.js").Child[]}
 */
export function pressable({ kind, call, place }, number, target, ways) {
  if (!call || kind === "idle" || kind === "over") return [dialling(number, target, ways)];
  const party = place === 0 ? "caller" : "callee";
  const act = (/** @type {string} */ action) => () => ways.act(call.call_uuid, { action, party });
  const hangUp = button("Hang up", act("hangup"), { class: "danger" });
  if (kind === "ringing") {
    return [
      h("div", { class: "cluster" }, button("Answer", act("answer"), { class: "go" }), button("Reject", act("reject"))),
    ];
  }
  return kind === "pin" ? [keypad(call, ways), hangUp] : [hangUp];
}

/**
 * @param {string} number
 * @param {HTMLInputElement} target
 * @param {Ways} ways
 */
function dialling(number, target, ways) {
  const dial = (/** @type {Event} */ event) => {
    event.preventDefault();
    ways.dial(number, target.value.trim());
  };
  return h(
    "form",
    { class: "dialling", onsubmit: dial },
    target,
    h("button", { type: "submit", class: "primary" }, "Dial"),
  );
}

/**
 * @param {Call} call
 * @param {Ways} ways
 */
function keypad(call, ways) {
  const digits = h("output", { class: "digits num", "aria-label": "Digits typed" });
  const type = (/** @type {string} */ key) => {
    digits.textContent = ((digits.textContent ?? "") + key).slice(0, DIGITS_MAX);
  };
  const send = () => {
    ways.act(call.call_uuid, { action: "digits", digits: digits.textContent ?? "", party: "caller" });
    digits.textContent = "";
  };
  const pad = KEYS.map((key) => button(key, () => type(key), { "aria-label": KEY_NAMES[key] }));
  return h(
    "div",
    { class: "keypad" },
    digits,
    h("div", { class: "pad", role: "group", "aria-label": "Keypad" }, pad),
    button("Send digits", send, { class: "primary" }),
    h("p", { class: "quiet" }, "The call waits for them; sent empty, they are no PIN in time."),
  );
}
