// What is wrong in a world, with why: refusals, undelivered callbacks, fields that nothing read, a pool that runs dry.

import { h } from "../dom.js";
import { timeOf } from "../instants.js";
import { address } from "../links.js";
import { tookOf } from "./callbacks.js";
import { stateOf } from "./numbers.js";
import { unreadOf } from "./requests.js";

/**
 * @typedef {import("../types.js").ApiRequest} ApiRequest
 * @typedef {import("../types.js").Callback} Callback
 * @typedef {import("../types.js").PoolNumber} PoolNumber
 * @typedef {{ what: string, why: string, href: string, at?: string }} Problem
 */

const SHOWN_MAX = 6;
const NEARLY_EMPTY = 0.1;

/**
 * @param {{ requests: ApiRequest[], undelivered: Callback[], numbers: PoolNumber[] }} world
 */
export function problems({ requests, undelivered, numbers }) {
  const newest = requests.toReversed();
  const found = [
    ...poolProblem(numbers),
    ...newest.filter((each) => (each.status ?? 0) >= 400).map(refusal),
    ...undelivered.map(undeliveredProblem),
    ...newest.filter((each) => each.unread.length && (each.status ?? 0) < 400).map(unread),
  ];
  if (!found.length) {
    return h(
      "p",
      { class: "all-well" },
      h("b", {}, "Nothing is wrong."),
      " No request was refused, every callback arrived, every field was read.",
    );
  }
  const more = found.length - SHOWN_MAX;
  return h(
    "section",
    { class: "card wrong", "aria-label": "What is wrong" },
    h("h2", {}, `${found.length} ${found.length === 1 ? "thing needs" : "things need"} a look`),
    h("ul", { class: "problems" }, found.slice(0, SHOWN_MAX).map(line)),
    more > 0 ? h("p", { class: "quiet" }, `${more} more are in the Requests and Callbacks views.`) : null,
  );
}

/** @param {Problem} problem */
function line({ what, why, href, at }) {
  return h("li", {}, h("a", { href }, what), at ? h("time", {}, timeOf(at)) : null, h("span", {}, why));
}

/** @param {ApiRequest} request */
function refusal(request) {
  const { sequence, operation, status, reason, response, at, faults } = request;
  const said = response?.body?.error ?? response?.error ?? "";
  const fault = faults.length ? `Fault ${faults.join(", ")} did it.` : "";
  return {
    what: `${(operation ?? "request").replaceAll("_", " ")} answered ${status}`,
    why: [said, reason, fault].filter(Boolean).join(" "),
    href: address("requests", String(sequence)),
    at,
  };
}

/** @param {ApiRequest} request */
function unread({ sequence, operation, unread: fields, at }) {
  return {
    what: `${(operation ?? "request").replaceAll("_", " ")}: a field that nothing read`,
    why: unreadOf(fields),
    href: address("requests", String(sequence)),
    at,
  };
}

/** @param {Callback} callback */
function undeliveredProblem(callback) {
  const { id, event, state, url, due_at: at } = callback;
  return { what: `${event} ${state}`, why: `${url}: ${tookOf(callback)}`, href: address("callbacks", String(id)), at };
}

/** @param {PoolNumber[]} numbers */
function poolProblem(numbers) {
  const free = numbers.filter((each) => stateOf(each) === "free").length;
  if (!numbers.length || free > numbers.length * NEARLY_EMPTY) return [];
  const why = "One number serves many pairs, as long as no party is in two sessions on it; else a create is refused.";
  return [{ what: `${free} of ${numbers.length} numbers are free`, why, href: address("numbers") }];
}
