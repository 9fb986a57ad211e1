// The number pool as a map: by country and owner, what is on each number now.

import { control, vendor } from "../api.js";
import { badge, button, choice, field, h, pairs, row, show, table } from "../dom.js";
import { timeOf, when } from "../instants.js";
import { here, note, sessionLink } from "../links.js";
import { formatted, plainNumber, tel } from "../numberformat.js";
import { attempt, say, why } from "../say.js";
import { world } from "../state.js";
import { keepFresh } from "../stream.js";
import { inE164 } from "./numberentry.js";

/**
 * @typedef {import("../types.js").PoolNumber} PoolNumber
 * @typedef {import("../types.js").Session} Session
 */

const SHOWN_MAX = 200;

/** @type {Record<number, string>} */
const COUNTRIES = {
  1: "United States and Canada",
  33: "France",
  34: "Spain",
  44: "United Kingdom",
  49: "Germany",
  55: "Brazil",
  61: "Australia",
  65: "Singapore",
  91: "India",
};

const STATES = ["free", "in use", "cooling", "suspended"];

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {string} [detail] the number that is looked at
 */
export function numbers(main, signal, detail) {
  let selected = detail ?? null;
  let asked = false;
  const filter = h("input", {
    ...{ type: "search", "aria-label": "Filter numbers", placeholder: "Digits", "data-filter": true },
    value: here().filters.digits ?? "",
    oninput: () => turn(),
  });
  const turn = () => {
    note("numbers", selected, { digits: filter.value.trim() });
    refresh();
  };
  const map = h("div", { class: "stack" });
  const about = h("div");
  const legend = h("p", { class: "legend" }, STATES.map(badge));
  show(
    main,
    h("h1", {}, "Number pool"),
    h("div", { class: "cluster toolbar" }, field("Find", filter), addForm()),
    legend,
    about,
    map,
  );

  const select = (/** @type {string | null} */ number) => {
    selected = number;
    asked = number !== null;
    if (number === null) about.replaceChildren();
    turn();
  };
  const refresh = keepFresh(
    /^(Session|Number)/,
    async () => {
      const { numbers: pool } = await control("GET", "/numbers", undefined, { quiet: true, signal });
      show(map, drawn(pool, filter.value, { selected, select }));
      const one = pool.find((/** @type {PoolNumber} */ each) => each.number === selected);
      if (!one) return selected && show(about, noNumber(selected));
      const quiet = !asked;
      asked = false;
      show(about, await detailOf(one, { quiet, signal }, () => select(null)));
    },
    signal,
    600,
  );
}

function addForm() {
  const trouble = h("small", { id: "no-number", class: "trouble", role: "alert" });
  const complain = (/** @type {string} */ text) => {
    trouble.textContent = text;
    digits.setAttribute("aria-invalid", String(text !== ""));
  };
  const digits = h("input", {
    ...{ name: "number", type: "tel", placeholder: "+1 415-555-0199", "aria-describedby": trouble.id },
    oninput: () => complain(""),
  });
  const accounts = world().subaccounts.map(({ auth_id }) => auth_id);
  const owner = choice([["", "main account"], ...accounts], "");
  const add = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const number = inE164(digits.value, "1");
    const body = { number, ...(owner.value ? { subaccount: owner.value } : {}) };
    const done = `${formatted(number)} is in the pool.`;
    try {
      await control("POST", "/numbers", body);
      complain("");
      say(done);
      digits.value = "";
    } catch (error) {
      complain(why(error));
      digits.focus();
    }
  };
  const submit = h("button", { type: "submit" }, "Add");
  return h(
    "form",
    { class: "cluster toolbar", onsubmit: add },
    field("New number", digits),
    field("Owner", owner),
    submit,
    trouble,
  );
}

/** @param {string} number */
function noNumber(number) {
  return h("div", { class: "empty" }, `The pool has no number ${number.slice(0, 40)}. It may be of another world.`);
}

/**
 * @param {PoolNumber[]} pool
 * @param {string} wanted
 * @param {{ selected: string | null, select: (number: string) => unknown }} choosing
 */
function drawn(pool, wanted, choosing) {
  const digits = wanted.replaceAll(/[^\d]/g, "");
  const found = pool.filter((each) => each.number.includes(digits));
  if (!found.length)
    return [
      h(
        "div",
        { class: "empty" },
        pool.length ? "No number has these digits." : "The pool is empty. Add a number above.",
      ),
    ];
  const groups = Map.groupBy(found.slice(0, SHOWN_MAX), group);
  const cards = [...groups].map(([name, members]) =>
    h(
      "section",
      { class: "card" },
      h("h2", {}, name),
      h(
        "div",
        { class: "tiles" },
        members.map((each) => tile(each, choosing)),
      ),
    ),
  );
  const more = found.length - SHOWN_MAX;
  return [...cards, more > 0 ? h("p", { class: "quiet" }, `${more} more; filter to see them.`) : null];
}

/**
 * @param {PoolNumber} each
 * @param {{ selected: string | null, select: (number: string) => unknown }} choosing
 */
function tile(each, { selected, select }) {
  const what = stateOf(each);
  return h(
    "button",
    {
      type: "button",
      class: `tile is-${what.replace(" ", "_")}`,
      "data-key": each.number,
      "aria-pressed": String(each.number === selected),
      onclick: () => select(each.number),
    },
    tel(each.number),
    h("span", {}, noteOf(each, what)),
    each.exclusive_to ? h("span", {}, "one party alone") : null,
  );
}

/**
 * @param {PoolNumber} each
 * @param {string} what
 */
function noteOf(each, what) {
  if (each.live_sessions) return `${each.live_sessions} session${each.live_sessions > 1 ? "s" : ""}`;
  return each.cooling.length ? `until ${timeOf(each.cooling.at(-1)?.until)}` : what;
}

/**
 * @param {PoolNumber} each
 * @param {import("../api.js").Options} options
 * @param {() => unknown} close
 */
async function detailOf(each, options, close) {
  const query = new URLSearchParams({ virtual_number: each.number.slice(1), status: "active", limit: "20" });
  const { response } = await vendor("GET", `/Masking/Session/?${query}`, undefined, options);
  const heads = ["Session", "First party", "Second party", "Until"];
  const line = (/** @type {Session} */ session) =>
    row(
      sessionLink(session.session_uuid),
      tel(session.first_party),
      tel(session.second_party),
      when(session.expiry_time),
    );
  const cooling = each.cooling.map(({ until }) => `until ${when(until)}`).join(", ");
  return h(
    "section",
    { class: "card", "aria-label": `Number ${each.number}` },
    h("div", { class: "title" }, h("h2", {}, tel(each.number)), badge(stateOf(each))),
    pairs([
      ["Owner", each.owner],
      ["Live sessions", each.live_sessions],
      ["Cooling", cooling || "no"],
    ]),
    table("Who uses it now", heads, response.objects.map(line), "Nobody uses it now. The next session may get it."),
    h(
      "div",
      { class: "cluster" },
      button("Report as sub-optimal", () => replace(each.number), { disabled: each.suspended, "data-key": "replace" }),
      button("Close", close),
    ),
  );
}

/** @param {string} reported */
async function replace(reported) {
  const answer = await attempt(() => control("POST", `/numbers/${encodeURIComponent(reported)}/replace`, {}));
  if (!answer) return;
  const moved = answer.sessions.map(
    (/** @type {any} */ each) => `${each.session_uuid.slice(0, 8)} has ${formatted(each.virtual_number)}`,
  );
  const none = `${formatted(reported)} gets no session any more; none was on it.`;
  say(moved.length ? `Replaced: ${moved.join(", ")}.` : none);
}

/** @param {PoolNumber} each */
function group(each) {
  const whose = each.owner === world().auth_id ? "main account" : each.owner;
  return `${COUNTRIES[each.calling_code] ?? plainNumber(each.calling_code)}, ${whose}`;
}

/** @param {PoolNumber} each */
export function stateOf(each) {
  if (each.suspended) return "suspended";
  if (each.live_sessions) return "in use";
  return each.cooling.length ? "cooling" : "free";
}
