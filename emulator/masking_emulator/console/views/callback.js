// One callback whole: its request, its signatures as the page checks them, and every attempt.

import { badge, button, h, pairs, raw } from "../dom.js";
import { when } from "../instants.js";
import { address, sessionLink } from "../links.js";
import { tel } from "../numberformat.js";
import { judged } from "../signature.js";
import { OPEN_STATES } from "../words.js";

/**
 * @typedef {import("../types.js").Callback} Callback
 * @typedef {import("../types.js").Attempt} Attempt
 */

/**
 * @param {Callback} callback
 * @param {{ act: (id: number, what: string) => unknown, close: () => unknown }} ways
 */
export async function callbackCard(callback, { act, close }) {
  const { id, request, state, attempts } = callback;
  const verdict = await judged(callback);
  const acts = [
    button("Replay", () => act(id, "replay"), { "data-key": "replay" }),
    state === "held" ? button("Release", () => act(id, "release"), { "data-key": "release" }) : null,
    OPEN_STATES.includes(state) ? button("Drop", () => act(id, "drop"), { class: "danger", "data-key": "drop" }) : null,
  ];
  const closer = button("Close", close, { "data-key": "close" });
  return h(
    "section",
    { class: "card stack", "aria-label": `Callback ${id}` },
    h("div", { class: "title" }, h("h2", {}, `#${id} ${callback.event}`), badge(state), closer),
    facts(callback, verdict),
    h("h3", {}, "Attempts"),
    attempts.length ? attempts.map(attempted) : h("p", { class: "quiet" }, unsent(callback)),
    h("div", { class: "cluster" }, acts),
    h("h3", {}, `${request.method} request`),
    raw(lines(request.headers)),
    raw(request.body || "(no body)"),
  );
}

/**
 * @param {Callback} callback
 * @param {{ right: boolean | null, text: string }} verdict
 */
function facts(callback, verdict) {
  const { copy_of: copied, parameters, laboratory, route } = callback;
  return pairs([
    ["To", callback.url],
    ...(route
      ? [
          /** @type {[string, string]} */ (["Delivered to", route.url.split("?")[0]]),
          /** @type {[string, string]} */ (["Route", `${route.from} → ${route.to}`]),
        ]
      : []),
    ["Due", when(callback.due_at)],
    ["Session", sessionLink(callback.session_uuid)],
    ["Virtual number", tel(parameters.VirtualNumber)],
    ["Signature", h("span", { class: verdict.right === false ? "bad" : "good" }, verdict.text)],
    ...(copied
      ? [
          /** @type {[string, Node]} */ ([
            "Copy of",
            h("a", { href: address("callbacks", String(copied)) }, `#${copied}`),
          ]),
        ]
      : []),
    ["Laboratory", laboratory.join(", ") || "untouched"],
  ]);
}

/** @param {Callback} callback */
function unsent({ state }) {
  if (state === "held") return "Not sent: it is held back until somebody releases it.";
  return state === "waiting" ? "Not sent yet: it waits for its turn, or for the clock." : "It was never sent.";
}

/** @param {Attempt} attempt */
function attempted({ number, at, meaning, took_ms: took, error, response }) {
  const text = ` at ${when(at)}: ${meaning}${error ? `, ${error}` : ""}, ${Math.round(took)} ms`;
  const answer = response ? raw(`${response.status}\n${lines(response.headers)}\n\n${response.body}`) : null;
  return h("div", { class: "attempt" }, h("p", {}, h("b", {}, `Attempt ${number}`), text), answer);
}

/** @param {Record<string, string>} headers */
function lines(headers) {
  return Object.entries(headers)
    .map((pair) => pair.join(": "))
    .join("\n");
}
