// The laboratory's switches: what is done to callbacks on their way.

import { control } from "../api.js";
import { button, h } from "../dom.js";
import { attempt } from "../say.js";

/** @typedef {{ deliver: boolean, rules: ({ action: string } & Record<string, any>)[] }} Policy */

/** @type {{ label: string, action: string, rule: Record<string, any>, on: string, off: string }[]} */
const RULES = [
  {
    label: "Hold new ones",
    action: "hold",
    rule: { action: "hold" },
    on: "New callbacks are held.",
    off: "New callbacks go out.",
  },
  {
    label: "Delay by a minute",
    action: "delay",
    rule: { action: "delay", delay_s: 60 },
    on: "New callbacks come a minute late.",
    off: "New callbacks come at once.",
  },
  {
    label: "Send twice",
    action: "duplicate",
    rule: { action: "duplicate", copies: 1 },
    on: "New callbacks come twice.",
    off: "New callbacks come once.",
  },
  {
    label: "Tamper with signatures",
    action: "tamper",
    rule: { action: "tamper", target: "signature" },
    on: "Signatures are wrong from now on.",
    off: "Signatures are right again.",
  },
];

/**
 * @param {Policy} policy
 * @param {() => unknown} refresh
 */
export function laboratory({ deliver, rules }, refresh) {
  const set = (/** @type {Record<string, any>} */ body, /** @type {string} */ done) =>
    attempt(() => control("PUT", "/callbacks/policy", body), done).then(refresh);
  const switches = RULES.map(({ label, action, rule, on, off }) => {
    const is = rules.some((each) => each.action === action);
    const others = rules.filter((each) => each.action !== action).map(asGiven);
    const next = { rules: is ? others : [...others, rule] };
    return turn(label, is, () => set(next, is ? off : on));
  });
  const delivery = turn("Deliver", deliver, () =>
    set({ deliver: !deliver }, deliver ? "Callbacks are made and kept." : "Callbacks are sent."),
  );
  return h("div", { class: "cluster switchboard" }, delivery, switches);
}

/**
 * The button that lets go what is held.
 *
 * @param {() => unknown} refresh
 */
export function releaseButton(refresh) {
  const release = () =>
    attempt(
      () => control("POST", "/callbacks/release", {}),
      ({ released }) => `${released.length} released.`,
    ).then(refresh);
  return button("Release all held", release);
}

/**
 * A rule without what only the server says of it.
 *
 * @param {Record<string, any>} rule
 */
function asGiven(rule) {
  const said = ["matched", "applied"];
  return Object.fromEntries(Object.entries(rule).filter(([name, value]) => value !== null && !said.includes(name)));
}

/**
 * @param {string} label
 * @param {boolean} on
 * @param {() => unknown} act
 */
function turn(label, on, act) {
  return button(label, act, { role: "switch", "aria-checked": String(on), "data-key": label });
}
