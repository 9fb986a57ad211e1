// What is wrong in a world, with why, as the control API lists it: refusals, undelivered callbacks, fields that nothing
// read, a pool that runs dry.

import { h } from "../dom.js";
import { timeOf } from "../instants.js";
import { address } from "../links.js";

/**
 * @typedef {{
 *   kind: string, what: string, why: string, at: string | null, count: number, request: number | null,
 *   callback: number | null
 * }} Problem
 */

const SHOWN_MAX = 6;

/**
 * @param {{ found: number, problems: Problem[] }} wrong
 */
export function problems({ found, problems: listed }) {
  if (!found) {
    return h(
      "p",
      { class: "all-well" },
      h("b", {}, "Nothing is wrong."),
      " Of what this world remembers, no request was refused, every callback arrived and every field was read.",
    );
  }
  const lines = byCause(listed);
  const more = Math.max(0, lines.length - SHOWN_MAX) + Math.max(0, found - listed.length);
  return h(
    "section",
    { class: "card wrong", "aria-label": "What is wrong" },
    h("h2", {}, `${found} ${found === 1 ? "thing needs" : "things need"} a look`),
    h("ul", { class: "problems" }, lines.slice(0, SHOWN_MAX).map(line)),
    more > 0
      ? h("p", { class: "quiet" }, `${more} more ${more === 1 ? "is" : "are"} in the Requests and Callbacks views.`)
      : null,
  );
}

/**
 * Callbacks that failed for one cause are one line: a receiver that is down must not crowd out everything else.
 *
 * @param {Problem[]} listed
 * @returns {(Problem & { others?: number })[]}
 */
function byCause(listed) {
  const callbacks = listed.filter(({ callback }) => callback !== null);
  const firstOf = (/** @type {Problem} */ { why }) => callbacks.find((each) => each.why === why);
  return listed
    .filter((problem) => problem.callback === null || firstOf(problem) === problem)
    .map((problem) => ({ ...problem, others: problem.callback === null ? 0 : sharing(callbacks, problem) - 1 }));
}

/**
 * @param {Problem[]} callbacks
 * @param {Problem} problem
 */
function sharing(callbacks, { why }) {
  return callbacks.filter((each) => each.why === why).length;
}

/** @param {Problem & { others?: number }} problem */
function line(problem) {
  const { what, why, at, count, others = 0 } = problem;
  const further = others ? `, and ${others} other ${others === 1 ? "callback" : "callbacks"}` : "";
  const often = further || (count > 1 ? ` (${count} times)` : "");
  return h(
    "li",
    {},
    h("a", { href: whereOf(problem) }, `${what}${often}`),
    at ? h("time", {}, timeOf(at)) : null,
    h("span", {}, why),
  );
}

/** @param {Problem} problem */
function whereOf({ request, callback }) {
  if (request !== null) return address("requests", String(request));
  return callback === null ? address("numbers") : address("callbacks", String(callback));
}
