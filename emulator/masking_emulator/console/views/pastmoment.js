// A moment as it is shown: sessions, calls, callbacks and the pool as they were. There is nothing to act on in it.

import { badge, button, h, raw, row, table } from "../dom.js";
import { timeNear } from "../instants.js";
import { tel } from "../numberformat.js";
import { tookOf } from "./callbacks.js";
import { stateOf } from "./numbers.js";

/**
 * @typedef {import("../types.js").JournalEvent} JournalEvent
 * @typedef {import("../types.js").Session} Session
 * @typedef {import("../types.js").Call} Call
 * @typedef {import("../types.js").Callback} Callback
 * @typedef {import("../types.js").PoolNumber} PoolNumber
 * @typedef {{
 *   sequence: number, now: string, event: JournalEvent | null, first: number, last: number, sessions_live: number,
 *   sessions_kept: number, sessions: Session[], calls: Call[], callbacks: Callback[], numbers: PoolNumber[]
 * }} Moment
 * @typedef {{ sequence: number, now: string }} Look after which event, and when
 */

const LISTED_MAX = 50;

//: What is asked for of each kind: one more than is listed says that there is more.
export const ASKED_MAX = LISTED_MAX + 1;

/** @param {Moment} moment */
export function contentOf({ sequence, now, sessions, calls, callbacks, numbers, ...counted }) {
  const look = { sequence, now };
  const { sessions_live: live, sessions_kept: kept } = counted;
  return [
    part("Sessions", kept ? `${live} live of ${kept}` : "", {
      heads: ["Session, created", "Status", "Parties", "Virtual number", "Expires"],
      things: sessions,
      line: (session) => sessionLine(session, look),
      none: "There was no session.",
    }),
    part("Calls", "", {
      heads: ["Call, began", "From", "To", "Phase"],
      things: calls,
      line: (call) => callLine(call, look),
      none: "Nobody had called.",
    }),
    part("Callbacks", "", {
      heads: ["Callback, due", "Event", "State", "Took"],
      things: callbacks,
      line: (callback) => callbackLine(callback, look),
      none: "No callback had been due.",
    }),
    poolOf(numbers),
  ];
}

/**
 * @template Thing
 * @param {string} title
 * @param {string} counted
 * @param {{ heads: string[], things: Thing[], line: (thing: Thing) => HTMLTableRowElement, none: string }} listed
 */
function part(title, counted, { heads, things, line, none }) {
  const rows = things.slice(0, LISTED_MAX).map(line);
  return card(
    title,
    counted,
    rows.length ? table(title, heads, rows, "") : h("p", { class: "quiet" }, none),
    things.length > LISTED_MAX ? `The newest ${LISTED_MAX}; the control API has all of them.` : "",
  );
}

/**
 * @param {string} title
 * @param {string} counted
 * @param {HTMLElement} body
 * @param {string} more
 */
function card(title, counted, body, more) {
  return h(
    "section",
    { class: "card", "aria-label": `${title}, as it was` },
    h("div", { class: "title" }, h("h2", {}, title), counted && h("span", { class: "quiet" }, counted)),
    body,
    more && h("p", { class: "quiet" }, more),
  );
}

/**
 * @param {Session} session
 * @param {Look} look
 */
function sessionLine(session, look) {
  const { session_uuid: uuid, first_party, second_party, virtual_number } = session;
  const parties = h("div", {}, tel(first_party), h("br"), second_party ? tel(second_party) : null);
  const name = opener("session", uuid, session, look);
  const line = row(
    under(name, timeNear(session.created_time, look.now)),
    badge(session.status),
    parties,
    tel(virtual_number),
    timeNear(session.expiry_time, look.now),
  );
  return named(line, "session", uuid);
}

/**
 * @param {Call} call
 * @param {Look} look
 */
function callLine(call, look) {
  const name = opener("call", call.call_uuid, call, look);
  const line = row(under(name, timeNear(call.started_at, look.now)), tel(call.from), tel(call.to), badge(call.phase));
  return named(line, "call", call.call_uuid);
}

/**
 * @param {Callback} callback
 * @param {Look} look
 */
function callbackLine(callback, look) {
  const name = opener("callback", String(callback.id), callback, look);
  const line = row(
    under(name, timeNear(callback.due_at, look.now)),
    callback.event,
    badge(callback.state),
    tookOf(callback),
  );
  return named(line, "callback", String(callback.id));
}

/**
 * Names an element after what it shows, for `touch`.
 *
 * @template {HTMLElement} Made
 * @param {Made} element
 * @param {string} kind
 * @param {string} id
 */
function named(element, kind, id) {
  element.dataset.thing = `${kind} ${id}`;
  return element;
}

/**
 * Marks what is different, and nothing else.
 *
 * @param {HTMLElement} content
 * @param {{ kind: string, id: string }[]} changes
 */
export function touch(content, changes) {
  const touched = new Set(changes.map(({ kind, id }) => `${kind} ${id}`));
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (content.querySelectorAll("[data-thing]"))) {
    element.classList.toggle("is-touched", touched.has(element.dataset.thing ?? ""));
  }
}

/**
 * @param {HTMLElement} name
 * @param {string} since
 */
function under(name, since) {
  return h("div", {}, name, h("br"), h("small", { class: "num" }, since));
}

/**
 * @param {string} kind
 * @param {string} id
 * @param {unknown} thing
 * @param {Look} look
 */
function opener(kind, id, thing, { sequence }) {
  const name = kind === "callback" ? `#${id}` : id.slice(0, 8);
  return button(name, () => openRecord(`The ${kind} ${name} as it was after event ${sequence}`, thing), {
    class: `link ${kind === "callback" ? "num" : "mono"}`,
    title: kind === "callback" ? null : id,
    "aria-label": `Open ${kind} ${name} as it was`,
    "data-key": `${kind} ${id}`,
  });
}

/**
 * @param {string} title
 * @param {unknown} thing
 */
function openRecord(title, thing) {
  const dialog = h("dialog", { class: "past-record", "aria-labelledby": "past-record" });
  dialog.append(
    h("h2", { id: "past-record" }, title),
    raw(thing),
    button("Close", () => dialog.close()),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {PoolNumber[]} numbers */
function poolOf(numbers) {
  const tiles = numbers.slice(0, LISTED_MAX).map((each) => {
    const what = stateOf(each);
    const note = each.live_sessions ? `, ${each.live_sessions} session${each.live_sessions > 1 ? "s" : ""}` : "";
    const kind = `tile is-${what.replace(" ", "_")}`;
    return named(h("li", { class: kind }, tel(each.number), h("span", {}, `${what}${note}`)), "number", each.number);
  });
  const body = tiles.length
    ? h("ul", { class: "tiles", "aria-label": "Numbers" }, tiles)
    : h("p", { class: "quiet" }, "The pool was empty.");
  const more = numbers.length > LISTED_MAX ? `The first ${LISTED_MAX}; the control API has all of them.` : "";
  return card("The pool", "", body, more);
}
