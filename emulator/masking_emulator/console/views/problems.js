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
  const more = found - SHOWN_MAX;
  return h(
    "section",
    { class: "card wrong", "aria-label": "What is wrong" },
    h("h2", {}, `${found} ${found === 1 ? "thing needs" : "things need"} a look`),
    h("ul", { class: "problems" }, listed.slice(0, SHOWN_MAX).map(line)),
    more > 0
      ? h("p", { class: "quiet" }, `${more} more ${more === 1 ? "is" : "are"} in the Requests and Callbacks views.`)
      : null,
  );
}

/** @param {Problem} problem */
function oftenOf({ kind, count }) {
  if (count === 1) return "";
  if (kind !== "undelivered") return ` (${count} times)`;
  return `, and ${count - 1} other ${count === 2 ? "callback" : "callbacks"}`;
}

/** @param {Problem} problem */
function line(problem) {
  const { what, why, at } = problem;
  return h(
    "li",
    {},
    h("a", { href: whereOf(problem) }, `${what}${oftenOf(problem)}`),
    at ? h("time", {}, timeOf(at)) : null,
    h("span", {}, why),
  );
}

/** @param {Problem} problem */
function whereOf({ request, callback }) {
  if (request !== null) return address("requests", String(request));
  return callback === null ? address("numbers") : address("callbacks", String(callback));
}
