// What is different between two moments, field by field.

import { Refused } from "../api.js";
import { badge, breakable, button, h, hidden, show } from "../dom.js";
import { when } from "../instants.js";
import { formatted } from "../numberformat.js";
import { why } from "../say.js";

/**
 * @typedef {{ field: string, before: unknown, after: unknown }} Difference
 * @typedef {{ kind: string, id: string, change: string, fields: Difference[] }} Change
 * @typedef {{ from: number, to: number, changes: Change[], error?: unknown }} Comparison
 */

const THINGS_MAX = 50;
const FIELDS_MAX = 40;
const TEXT_MAX = 160;
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)$/;

/**
 * @param {Change[]} changes
 * @param {string} none what is said where nothing is different
 */
function listOf(changes, none) {
  if (!changes.length) return h("p", { class: "quiet" }, none);
  const more = changes.length - THINGS_MAX;
  return [
    h("ul", { class: "changes" }, changes.slice(0, THINGS_MAX).map(thing)),
    more > 0 ? h("p", { class: "quiet" }, `${more} more things are different and not listed here.`) : null,
  ];
}

/** @param {Change} change */
function thing({ kind, id, change, fields }) {
  const differences = fields.flatMap(grown);
  const more = differences.length - FIELDS_MAX;
  const lines = differences
    .slice(0, FIELDS_MAX)
    .map(({ field, before, after }) => [
      h("dt", {}, breakable(field)),
      h(
        "dd",
        {},
        value(before),
        hidden(" became "),
        h("span", { class: "to", "aria-hidden": "true" }, " → "),
        value(after),
      ),
    ]);
  return h(
    "li",
    {},
    h("div", { class: "title" }, h("b", { title: id }, `${kind} ${shortened(kind, id)}`), badge(change)),
    lines.length ? h("dl", {}, lines) : null,
    more > 0 ? h("p", { class: "quiet" }, `${more} more fields.`) : null,
  );
}

/**
 * @param {string} kind
 * @param {string} id
 */
function shortened(kind, id) {
  if (kind === "callback") return `#${id}`;
  return id.startsWith("+") ? formatted(id) : id.slice(0, 8);
}

/**
 * A list that grew is shown by what it has now and had not, and that by its fields; all else stays as it is.
 *
 * @param {Difference} difference
 * @returns {Difference[]}
 */
function grown({ field, before, after }) {
  if (!Array.isArray(before) || !Array.isArray(after)) return [{ field, before, after }];
  const places = Array.from({ length: Math.max(before.length, after.length) }, (_, place) => place);
  return places
    .filter((place) => JSON.stringify(before[place]) !== JSON.stringify(after[place]))
    .flatMap((place) => byFields(`${field}[${place}]`, before[place], after[place]));
}

/**
 * @param {string} name
 * @param {any} before
 * @param {any} after
 * @returns {Difference[]}
 */
function byFields(name, before, after) {
  const isRecord = typeof (after ?? before) === "object";
  if (!isRecord) return [{ field: name, before, after }];
  return Object.keys({ ...before, ...after })
    .map((key) => ({ field: `${name}.${key}`, before: before?.[key], after: after?.[key] }))
    .filter((each) => inWords(each.before) !== inWords(each.after));
}

/** @param {unknown} value */
function value(value) {
  const whole = inWords(value);
  const text = whole.length > TEXT_MAX ? `${whole.slice(0, TEXT_MAX)}…` : whole;
  return h("span", { class: "value", title: whole === text ? null : whole }, text);
}

/**
 * Records by their fields, as far as there is something in them.
 *
 * @param {unknown} value
 * @returns {string}
 */
function inWords(value) {
  if (isNothing(value)) return "–";
  if (Array.isArray(value)) return value.map(inWords).join("; ");
  if (typeof value === "string" && INSTANT.test(value)) return when(value);
  if (typeof value !== "object") return String(value);
  const fields = Object.entries(/** @type {object} */ (value)).filter(([, each]) => !isNothing(each));
  return fields.map(([name, each]) => `${name}: ${inWords(each)}`).join(", ");
}

/** @param {unknown} value */
function isNothing(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
}

/**
 * The differences, and the ways to choose what the moment is compared with. It stands for the whole visit, so that
 * nothing takes away what is being typed.
 *
 * @param {(since: number | null) => unknown} compare
 * @param {() => unknown} compareHere
 */
export function changesCard(compare, compareHere) {
  const [title, ways, found] = [h("h2"), h("span", { class: "cluster" }), h("div")];
  const properties = { inputmode: "numeric", size: 7, "aria-label": "Compare with event", placeholder: "number" };
  const input = h("input", properties);
  input.addEventListener("change", () => compare(input.value.trim() === "" ? null : Number(input.value)));
  const label = h("label", { class: "cluster" }, "Compare with event ", input);
  const card = { class: "card", "aria-label": "What changed" };
  const element = h("section", card, title, h("div", { class: "cluster" }, label, ways), found);

  /**
   * @param {Comparison | null} compared null while it is not known
   * @param {import("./pastmoment.js").Moment} moment
   * @param {number | null} since
   */
  const draw = (compared, moment, since) => {
    const { sequence } = moment;
    element.setAttribute("aria-busy", String(compared === null));
    title.textContent = titleOf(moment, since);
    if (document.activeElement !== input) input.value = since === null || Number.isNaN(since) ? "" : String(since);
    show(
      ways,
      since === sequence ? null : button("Compare from here", compareHere, { "data-key": "from-here" }),
      since === null
        ? null
        : button("Stop", () => compare(null), { "aria-label": "Stop comparing", "data-key": "stop" }),
    );
    if (compared) show(found, foundOf(compared, moment, since));
    else show(found, h("p", { class: "quiet" }, "Comparing…"));
  };
  return { element, draw };
}

/**
 * @param {import("./pastmoment.js").Moment} moment
 * @param {number | null} since
 */
function titleOf({ sequence, first }, since) {
  if (since === null) return sequence === first ? "What changed" : `What event ${sequence} changed`;
  if (Number.isNaN(since)) return "What changed";
  return `What changed from event ${Math.min(since, sequence)} to event ${Math.max(since, sequence)}`;
}

/**
 * @param {Comparison} compared
 * @param {import("./pastmoment.js").Moment} moment
 * @param {number | null} since
 */
function foundOf({ changes, error }, { sequence, first }, since) {
  if (error) return h("p", { class: "trouble", role: "alert" }, troubleOf(error, since));
  if (since === sequence) return listOf(changes, SAME);
  return listOf(changes, sequence === first && since === null ? NOTHING_BEFORE : NOTHING);
}

const SAME = "This is the moment itself. Move to another one to see what is different there.";
const NOTHING_BEFORE = "There is no moment before this one.";
const NOTHING = "Nothing that is listed here is different.";

/**
 * @param {unknown} error
 * @param {number | null} since
 */
function troubleOf(error, since) {
  if (!(error instanceof Error) || error.name === "TypeError") return "The server does not answer.";
  if (error instanceof RangeError) return "An event is named by its number, as in 12.";
  if (error instanceof Refused && error.status === 404)
    return `There is nothing to compare with at event ${since}: ${error.message}.`;
  return why(error);
}
