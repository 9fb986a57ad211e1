// One world at a glance: what is wrong first, then everything on one line of time.

import { control } from "../api.js";
import { button, h, row, show, table } from "../dom.js";
import { dated } from "../instants.js";
import { address, sessionLink } from "../links.js";
import { tel } from "../numberformat.js";
import { keepFresh } from "../stream.js";
import { stateOf } from "./numbers.js";
import { problems } from "./problems.js";
import { timeline } from "./timeline.js";

/**
 * @typedef {import("../types.js").PoolNumber} PoolNumber
 * @typedef {import("./timelinemodel.js").Rows} Rows
 */

const LISTED_MAX = 50;
const POOL_MAX = 2000;
const PAUSE_MS = 1000;

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export function overview(main, signal) {
  const [facts, wrong, pool, listed] = [h("div"), h("div"), h("div"), h("div")];
  const line = timeline(signal, { open });
  show(
    main,
    h("div", { class: "title" }, h("h1", {}, "Overview"), facts),
    wrong,
    h("section", { class: "card" }, line.element),
    h("section", { class: "card" }, h("h2", {}, "The pool"), pool),
    h("details", { class: "card" }, h("summary", {}, "The same as a table"), listed),
  );
  const quiet = { quiet: true, signal };
  const refresh = keepFresh(
    /./,
    async () => {
      const [rows, { numbers }, found] = await Promise.all([
        control("GET", "/timeline", undefined, quiet),
        control("GET", "/numbers", undefined, quiet),
        control("GET", "/problems", undefined, quiet),
      ]);
      show(facts, factsOf(rows, numbers));
      show(wrong, problems(found));
      show(pool, heat(numbers));
      show(listed, listOf(rows));
      line.draw(rows);
    },
    signal,
    PAUSE_MS,
  );
  show(line.tools, button("Refresh", refresh));
}

/**
 * @param {"sessions" | "calls" | "callbacks" | "requests"} kind
 * @param {any[]} found a row of that kind
 */
function open(kind, [id, session]) {
  const targets = {
    sessions: () => address("sessions", id),
    calls: () => address("phones", session, { call: id }),
    callbacks: () => address("callbacks", String(id)),
    requests: () => address("requests", String(id)),
  };
  location.href = targets[kind]();
}

/**
 * @param {Rows} rows
 * @param {PoolNumber[]} numbers
 */
function factsOf(rows, numbers) {
  const live = rows.sessions.filter(([, , , , status]) => status !== "expired").length;
  const running = rows.calls.filter(([, , , ended]) => ended === null).length;
  const free = numbers.filter((each) => stateOf(each) === "free").length;
  const text = `${live} live of ${rows.sessions.length} sessions, ${running} running of ${rows.calls.length} calls, ${free} free of ${numbers.length} numbers`;
  return h("span", { class: "quiet" }, text);
}

/** @param {PoolNumber[]} numbers */
function heat(numbers) {
  if (!numbers.length) return h("div", { class: "empty" }, "The pool is empty. Add a number in the Numbers view.");
  const most = Math.max(1, ...numbers.map((each) => each.live_sessions));
  const cells = numbers.slice(0, POOL_MAX).map((each) => {
    const what = stateOf(each);
    const title = `${each.number}: ${what}${each.live_sessions ? `, ${each.live_sessions} sessions` : ""}`;
    const level = Math.ceil((4 * each.live_sessions) / most);
    const kind = `cell is-${what.replace(" ", "_")} level-${level}`;
    return h("a", { class: kind, href: address("numbers", each.number), title, "aria-label": title });
  });
  const more = numbers.length - POOL_MAX;
  return [h("div", { class: "heat" }, cells), more > 0 ? h("p", { class: "quiet" }, `${more} more.`) : null];
}

/** @param {Rows} rows */
function listOf(rows) {
  const heads = ["Session", "Virtual number", "Created", "Expires", "Status"];
  const newest = rows.sessions.slice(-LISTED_MAX).reverse();
  const lines = newest.map(([uuid, number, created, expires, status]) =>
    row(sessionLink(uuid), tel(number), dated(created), dated(expires), status),
  );
  const more = rows.sessions.length - newest.length;
  return [
    table("Sessions on the timeline", heads, lines, "No session yet."),
    more > 0 ? h("p", { class: "quiet" }, `${more} older ones are in the Sessions view.`) : null,
  ];
}
