// Sessions: the list of the API with its filters and paging, live, and a new one.

import { vendor } from "../api.js";
import { badge, button, choice, field, fold, h, row, show, table } from "../dom.js";
import { dated, instant, lasting, when } from "../instants.js";
import { address, here, note } from "../links.js";
import { tel } from "../numberformat.js";
import { say, why } from "../say.js";
import { world, worldNow } from "../state.js";
import { keepFresh } from "../stream.js";
import { sessionForm } from "./sessionform.js";

/** @typedef {import("../types.js").Session} Session */

const PAGE = 20;
const TICK_MS = 1000;

/** @type {[string, string][]} */
const PARTIES = [
  ["first_party", "First party"],
  ["second_party", "Second party"],
  ["virtual_number", "Virtual number"],
];
/** @type {[string, string][]} */
const RANGES = [
  ["created_time__gte", "Created from"],
  ["created_time__lte", "Created until"],
  ["expiry_time__gte", "Expires from"],
  ["expiry_time__lte", "Expires until"],
  ["duration__gte", "Lasting at least, s"],
  ["duration__lte", "Lasting at most, s"],
];
const HEADS = ["Session, created", "Status", "Parties", "Virtual number", "Time left", "Ended calls", "US$"];

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export function sessions(main, signal) {
  const filters = filterForm(() => turn(0));
  const body = h("div");
  const pages = h("div", { class: "cluster" });
  const trouble = h("p", { class: "trouble", role: "alert" });
  const made = h("div");
  let offset = Number(here().filters.offset ?? 0) || 0;
  let asked = false;

  const create = () =>
    show(
      made,
      newSession(made, () => refresh()),
    );
  const fresh = button("New session", create, { class: "primary" });
  show(main, h("div", { class: "title" }, h("h1", {}, "Sessions"), fresh), made, filters.form, trouble, body, pages);
  if (here().filters.new) create();

  const turn = (/** @type {number} */ to) => {
    offset = Math.max(0, to);
    asked = true;
    note("sessions", null, { ...filters.given(), ...(offset ? { offset: String(offset) } : {}) });
    refresh();
  };
  const refresh = keepFresh(
    /^(Session|reset)/,
    async () => {
      const query = new URLSearchParams({ limit: String(PAGE), offset: String(offset), ...filters.given() });
      const quiet = !asked;
      asked = false;
      try {
        const { response } = await vendor("GET", `/Masking/Session/?${query}`, undefined, { quiet, signal });
        trouble.textContent = "";
        const isFiltered = Object.keys(filters.given()).length > 0;
        const empty = isFiltered ? noFit(filters.clear) : noneYet(create);
        show(body, table("Sessions", HEADS, response.objects.map(line), empty));
        show(pages, paging(response.meta, response.objects.length, turn));
      } catch (error) {
        if (/** @type {Error} */ (error).name !== "AbortError") trouble.textContent = why(error);
      }
    },
    signal,
    700,
  );

  const ticking = setInterval(() => body.querySelectorAll(".left").forEach(age), TICK_MS);
  signal.addEventListener("abort", () => clearInterval(ticking));
}

/** @param {() => unknown} changed */
function filterForm(changed) {
  const before = here().filters;
  const status = choice(["all", "active", "expired"], before.status ?? "all", { name: "status", "data-filter": true });
  const accounts = world().subaccounts.map(({ auth_id }) => [auth_id, auth_id]);
  const subaccount = choice([["", "any"], ...accounts], before.subaccount ?? "", { name: "subaccount" });
  /** @param {[string, string]} named */
  const input = ([name, label]) => {
    const placeholder = name.includes("time") ? "2026-01-31 09:30:00" : "";
    return { label, control: h("input", { name, placeholder, value: before[name] ?? "", spellcheck: "false" }) };
  };
  const [parties, ranges] = [PARTIES.map(input), RANGES.map(input)];
  const inputs = [status, subaccount, ...[...parties, ...ranges].map(({ control }) => control)];
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    changed();
  };
  const labelled = (/** @type {ReturnType<typeof input>} */ each) => field(each.label, each.control);
  const more = h("div", { class: "filters" }, field("Subaccount", subaccount), ranges.map(labelled));
  const form = h(
    "form",
    { class: "filters", "aria-label": "Filters", onsubmit: submit, onchange: submit },
    field("Status", status),
    parties.map(labelled),
    fold("More filters", more),
    h("button", { type: "submit", class: "hidden", tabindex: -1 }, "Filter"),
  );
  const given = () => {
    const entries = inputs.map(({ name, value }) => [name, value.trim()]);
    return Object.fromEntries(entries.filter(([, value]) => value && value !== "all"));
  };
  const clear = () => {
    for (const each of inputs) each.value = each === status ? "all" : "";
    changed();
  };
  return { form, given, clear };
}

/**
 * @param {Element} made
 * @param {() => unknown} refresh
 */
function newSession(made, refresh) {
  return sessionForm({
    done: (answer) => {
      made.replaceChildren();
      say(answer.message);
      refresh();
    },
    cancel: () => made.replaceChildren(),
  });
}

/** @param {() => unknown} clear */
function noFit(clear) {
  return ["No session fits these filters.", button("Clear the filters", clear)];
}

/** @param {() => unknown} create */
function noneYet(create) {
  const text = "No session yet. One appears here as soon as your code creates it, or you do.";
  return [text, button("Create one", create, { class: "primary" })];
}

/**
 * @param {{ offset: number, total_count: number }} meta
 * @param {number} count
 * @param {(to: number) => void} turn
 */
function paging(meta, count, turn) {
  const [from, to] = [meta.total_count ? meta.offset + 1 : 0, meta.offset + count];
  if (meta.total_count <= PAGE && !meta.offset)
    return [h("span", { class: "quiet num" }, `${from} to ${to} of ${meta.total_count}`)];
  return [
    button("Previous", () => turn(meta.offset - PAGE), { disabled: !meta.offset, "data-key": "previous" }),
    h("span", { class: "num" }, `${from} to ${to} of ${meta.total_count}`),
    button("Next", () => turn(meta.offset + PAGE), { disabled: to >= meta.total_count, "data-key": "next" }),
  ];
}

/** @param {Session} session */
function line(session) {
  const { session_uuid: uuid } = session;
  const link = { href: address("sessions", uuid), class: "mono", "data-key": uuid, title: uuid };
  return row(
    h("div", {}, h("a", link, uuid.slice(0, 8)), h("br"), h("small", { class: "num" }, when(session.created_time))),
    badge(session.status),
    h("div", {}, tel(session.first_party), h("br"), session.second_party ? tel(session.second_party) : null),
    tel(session.virtual_number),
    timeLeft(session),
    callsOf(session),
    session.total_session_amount ?? 0,
  );
}

/**
 * How many calls of a session have ended, and of how many legs they were: the API counts legs only.
 *
 * @param {Session} session
 */
export function callsOf({ interaction, total_call_count: legs }) {
  const shown = interaction?.length ?? 0;
  if (!shown) return "0";
  // A session shows its newest calls only, up to a limit of the world.
  const calls = shown < world().limits.interactions_max ? String(shown) : `${shown} or more`;
  return h("span", {}, calls, " ", h("small", { class: "num" }, `(${legs} ${legs === 1 ? "leg" : "legs"})`));
}

/** @param {Session} session */
export function timeLeft(session) {
  const [from, to] = [instant(session.created_time), instant(session.expiry_time)];
  const left = h(
    "div",
    {
      class: "left",
      "data-from": from,
      "data-to": to,
      "data-live": String(session.status !== "expired"),
      title: `until ${dated(to)}`,
    },
    h("div", { class: "bar", "aria-hidden": "true" }, h("i")),
    h("span", { class: "num" }),
  );
  age(left);
  return left;
}

/** @param {Element} left */
function age(left) {
  const { from, to, live } = /** @type {HTMLElement} */ (left).dataset;
  const [bar, text] = [left.querySelector("i"), left.lastChild];
  if (!bar || !text) return;
  const remaining = live === "true" ? Math.max(0, Number(to) - worldNow()) : 0;
  bar.style.width = `${Math.min(100, (100 * remaining) / Math.max(1, Number(to) - Number(from)))}%`;
  const said = live === "true" ? lasting(remaining / 1000) : "ended";
  if (text.textContent !== said) text.textContent = said;
}
