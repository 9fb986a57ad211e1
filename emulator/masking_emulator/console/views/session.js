// One session: all that is known of it, and why.

import { control, vendor } from "../api.js";
import { badge, button, fold, h, pairs, raw, row, show, table } from "../dom.js";
import { about, sessionOf, titleOf } from "../events.js";
import { timeOf, when } from "../instants.js";
import { address } from "../links.js";
import { plainNumber, tel, withNumbers } from "../numberformat.js";
import { player } from "../recording.js";
import { attempt } from "../say.js";
import { state } from "../state.js";
import { keepFresh } from "../stream.js";
import { sessionForm } from "./sessionform.js";
import { callsOf, timeLeft } from "./sessions.js";

/**
 * @typedef {import("../types.js").Session} Session
 * @typedef {import("../types.js").JournalEvent} JournalEvent
 * @typedef {import("../types.js").Callback} Callback
 */

const EVENTS_MAX = 150;
const CANDIDATES_MAX = 200;

const PARTS = ["timeline", "explain", "interactions", "callbacks", "fields", "raw"];

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {string} uuid
 */
export function session(main, signal, uuid) {
  const form = h("div");
  const head = h("div", { class: "stack" });
  const parts = Object.fromEntries(PARTS.map((name) => [name, h("div")]));
  const body = layout(parts);
  show(main, h("p", {}, h("a", { href: address("sessions") }, "All sessions")), head, form, body);
  let asked = true;

  const change = (/** @type {Session} */ shown) => {
    const close = () => form.replaceChildren();
    const done = () => {
      close();
      refresh();
    };
    show(form, sessionForm({ uuid, session: editable(shown), done, cancel: close }));
  };
  const refresh = keepFresh(
    /^[A-Z]/,
    async () => {
      const found = await read(uuid, { quiet: !asked, signal });
      asked = false;
      body.hidden = found === null;
      if (found === null) {
        show(head, unknown(uuid));
        return;
      }
      show(head, headOf(found.session, { change, expire: () => expire(uuid, refresh) }));
      draw(parts, found);
    },
    signal,
    700,
  );
}

/** @param {Record<string, HTMLElement>} parts */
function layout(parts) {
  const section = (/** @type {string} */ title, /** @type {HTMLElement} */ part) =>
    h("section", { class: "card", "aria-label": title }, h("h2", {}, title), part);
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "columns" }, section("Timeline", parts.timeline), section("Why this number", parts.explain)),
    section("Calls and bills", parts.interactions),
    section("Callbacks", parts.callbacks),
    section("All fields", parts.fields),
    h("section", { class: "card" }, fold("Raw JSON, as the API gives it", parts.raw)),
  );
}

/**
 * @param {string} uuid
 * @param {import("../api.js").Options} options
 * @returns {Promise<{ session: Session, events: JournalEvent[], callbacks: Callback[], explained: any } | null>} null
 *   where there is no such session
 */
async function read(uuid, { quiet, signal }) {
  const path = `/Masking/Session/${encodeURIComponent(uuid)}/`;
  const answer = await vendor("GET", path, undefined, { quiet, signal }).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
  if (answer === null) return null;
  const after = Math.max(0, (state.world?.journal.first ?? 1) - 1);
  const silent = { quiet: true, signal };
  const [{ events }, { callbacks }, explained] = await Promise.all([
    control("GET", `/journal?after=${after}&limit=10000`, undefined, silent),
    control("GET", `/callbacks?session=${uuid}&limit=200`, undefined, silent),
    control("GET", `/sessions/${uuid}/explain`, undefined, silent).catch(() => null),
  ]);
  const own = events.filter((/** @type {JournalEvent} */ event) => sessionOf(event) === uuid);
  return { session: answer.response ?? answer, events: own, callbacks, explained };
}

/** @param {string} uuid */
function unknown(uuid) {
  return [
    h("h1", {}, "No such session"),
    h(
      "div",
      { class: "empty" },
      `This world has no session ${uuid.slice(0, 60)}. It may be of another world, of before a reset, or so old that it made room.`,
      h("a", { class: "button", href: address("sessions") }, "See the sessions there are"),
    ),
  ];
}

/**
 * @param {Session} found
 * @param {{ change: (session: Session) => unknown, expire: () => unknown }} acts
 */
function headOf(found, { change, expire }) {
  const parties = [found.first_party, found.second_party].filter(Boolean);
  const title = parties.flatMap((each, place) => (place ? [" and ", tel(each)] : [tel(each)]));
  const acts = [
    button("Change", () => change(found), { "data-key": "change" }),
    button("Expire", expire, { class: "danger", "data-key": "expire" }),
    h("a", { class: "button", href: address("phones", found.session_uuid) }, "Call it"),
  ];
  return [
    h("div", { class: "title" }, h("h1", {}, title), badge(found.status)),
    pairs([
      ["Virtual number", tel(found.virtual_number)],
      ["Session", h("span", { class: "mono" }, found.session_uuid)],
      ["Time left", timeLeft(found)],
    ]),
    found.status === "expired" ? null : h("div", { class: "cluster" }, acts),
  ];
}

/**
 * @param {Record<string, HTMLElement>} parts
 * @param {NonNullable<Awaited<ReturnType<typeof read>>>} found
 */
function draw(parts, { session: shown, events, callbacks, explained }) {
  show(parts.timeline, timeline(events));
  show(parts.interactions, bills(shown));
  const heads = ["Callback", "Event", "State", "Due", "Attempts"];
  const none = shown.callback_url
    ? "None yet: a call or its end makes the first one."
    : "This session has no callback_url, so nobody is told. Change it to give it one.";
  show(parts.callbacks, table("Callbacks", heads, callbacks.map(callbackLine), none));
  show(parts.fields, pairs(Object.entries(shown).filter(([name]) => name !== "interaction")));
  show(parts.raw, raw(shown));
  if (explained) show(parts.explain, explanation(explained));
}

/** @param {JournalEvent[]} events */
function timeline(events) {
  if (!events.length) return h("p", { class: "quiet" }, "The journal does not reach back to this session.");
  const items = events
    .slice(-EVENTS_MAX)
    .map((event) =>
      h(
        "li",
        {},
        h("time", {}, timeOf(event.at)),
        h("b", {}, titleOf(event)),
        h("span", {}, withNumbers(about(event))),
      ),
    );
  return h("ol", { class: "timeline", tabindex: 0, "aria-label": "Events of the session" }, items);
}

/** @param {Session} shown */
function bills(shown) {
  const heads = ["From", "Until", "Seconds", "Billed", "Legs", "US$", "Recording"];
  const rows = (shown.interaction ?? []).map(interaction);
  return [
    table("Interactions", heads, rows, "No call has been made. Dial the virtual number from one of the two phones."),
    pairs([
      ["Ended calls", callsOf(shown)],
      ["Billed seconds", shown.total_call_billed_duration],
      ["Amount", `US$ ${shown.total_session_amount}`],
    ]),
  ];
}

/** @param {Record<string, any>} each */
function interaction(each) {
  const uuid = each.recording_resource_url?.split("/").filter(Boolean).pop();
  const { duration, call_billed_duration: billed, total_call_count: legs, total_call_amount: amount } = each;
  return row(when(each.start_time), when(each.end_time), duration, billed, legs, amount, uuid ? player(uuid) : "–");
}

/** @param {Callback} callback */
function callbackLine({ id, event, state: how, due_at, attempts }) {
  const link = h("a", { href: address("callbacks", String(id)) }, `#${id}`);
  return row(link, event, badge(how), when(due_at), attempts.length);
}

/** @param {any} explained */
function explanation({ wanted, candidates, dropped_unlisted: unlisted }) {
  const code = wanted.calling_code ? ` with calling code ${wanted.calling_code}` : "";
  const rows = candidates.slice(0, CANDIDATES_MAX).map((/** @type {any} */ each) => {
    const reason = each.until ? `${each.why} until ${when(each.until)}` : each.why;
    return row(tel(each.number), badge(each.verdict), reason);
  });
  return [
    h("p", {}, `Wanted: a number of ${wanted.owner}${code}${wanted.number_alone ? ", for this session alone" : ""}.`),
    table("Candidates", ["Number", "Verdict", "Why"], rows, "The pool was empty."),
    unlisted ? h("p", { class: "quiet" }, `${unlisted} more were passed over.`) : null,
  ];
}

/** @param {Session} shown */
function editable(shown) {
  const { first_party, second_party } = shown;
  return {
    ...shown,
    first_party: plainNumber(first_party),
    second_party: second_party ? plainNumber(second_party) : "",
  };
}

/**
 * @param {string} uuid
 * @param {() => unknown} refresh
 */
async function expire(uuid, refresh) {
  await attempt(() => vendor("DELETE", `/Masking/Session/${uuid}`), "The session has ended.");
  refresh();
}
