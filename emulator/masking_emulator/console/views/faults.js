// What goes wrong on purpose: presets by a switch, and a form that reads as a sentence.

import { control } from "../api.js";
import { badge, button, choice, field, fold, h, row, show, table } from "../dom.js";
import { attempt, say, why } from "../say.js";
import { keepFresh } from "../stream.js";
import { FAULT_BODIES, FAULT_CONNECTIONS, FAULT_TIMES, OPERATIONS } from "../words.js";
import { BODIES, CONNECTIONS, inSentence, REQUESTS } from "./faultwords.js";

/** @typedef {import("../types.js").Fault} Fault */

/** @type {[string, Record<string, any>][]} */
const PRESETS = [
  ["Every create answers 503", { operation: "create_session", status: 503 }],
  ["Creates are done, but answer 500", { operation: "create_session", status: 500, when: "after" }],
  ["Every answer takes 2 seconds", { delay_s: 2 }],
  ["Half of all requests lose their connection", { connection: "drop", chance: 0.5 }],
  ["Answers are broken JSON", { body: "malformed" }],
  ["5 requests a second, then 429", { limit: { requests: 5, per_s: 1 } }],
];

/** @type {string[][]} */
const REQUESTED = [["", "requests of any kind"], ...OPERATIONS.map((name) => [name, REQUESTS[name]])];

const WAYS = [
  ["status", "with the status"],
  ["body", "with"],
  ["connection", "by a connection that is"],
  ["delay_s", "after a wait of seconds"],
];

/** @type {Record<string, string[][]>} */
const VALUES = {
  body: FAULT_BODIES.map((name) => [name, BODIES[name]]),
  connection: FAULT_CONNECTIONS.map((name) => [name, CONNECTIONS[name]]),
};

/** @type {[string, string, string[][] | null][]} */
const FURTHER = [
  ["skip", "After so many have passed", null],
  ["chance", "With a chance of, 0 to 1", null],
  ["for_s", "For so many seconds", null],
  [
    "when",
    "Before or after the change is made",
    [["", "before it"], ...FAULT_TIMES.map((time) => [time, `${time} it`])],
  ],
  ["text", "Text of the error", null],
  ["path", "Only on paths like", null],
];
const NUMBERS = ["skip", "count", "chance", "for_s", "status", "delay_s"];

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export function faults(main, signal) {
  const switches = h("div", { class: "switches" });
  const list = h("div");
  const clear = () => attempt(() => control("DELETE", "/faults"), "Nothing goes wrong any more.").then(refresh);
  const clearing = button("Clear all", clear);
  show(
    main,
    h("h1", {}, "Faults"),
    h("section", { class: "card" }, h("h2", {}, "Ready-made"), switches),
    faultForm(() => refresh()),
    h("section", { class: "card" }, h("div", { class: "title" }, h("h2", {}, "At work"), clearing), list),
  );

  const refresh = keepFresh(
    /^traffic/,
    async () => {
      const { faults: known } = await control("GET", "/faults", undefined, { quiet: true, signal });
      show(
        switches,
        PRESETS.map(([label, fault]) => preset(label, fault, known, refresh)),
      );
      const none = "Nothing goes wrong. Switch on a fault above, and your code meets it at its next request.";
      show(
        list,
        table(
          "Faults",
          ["Fault", "State", "What", "Do"],
          known.map((/** @type {Fault} */ each) => line(each, refresh)),
          none,
        ),
      );
      clearing.disabled = !known.length;
    },
    signal,
  );
}

/**
 * @param {string} label
 * @param {Record<string, any>} fault
 * @param {Fault[]} known
 * @param {() => unknown} refresh
 */
function preset(label, fault, known, refresh) {
  const same = (/** @type {Fault} */ each) => {
    const { id: _, state: _state, matched: _matched, applied: _applied, ...given } = each;
    const named = Object.entries(given).filter(([, value]) => value !== null);
    return JSON.stringify(named.sort()) === JSON.stringify(Object.entries(fault).sort());
  };
  const found = known.find(same);
  const turn = () => (found ? remove(found.id, refresh) : add(fault).then(refresh));
  return button(label, turn, { role: "switch", "aria-checked": String(found !== undefined), "data-key": label });
}

/** @param {Record<string, any>} fault */
function add(fault) {
  return attempt(
    () => control("POST", "/faults", fault),
    (made) => made.note ?? "The fault is at work.",
  );
}

/**
 * @param {string} id
 * @param {() => unknown} refresh
 */
async function remove(id, refresh) {
  await attempt(() => control("DELETE", `/faults/${encodeURIComponent(id)}`), "One fault less.");
  await refresh();
}

/**
 * @param {Fault} fault
 * @param {() => unknown} refresh
 */
function line(fault, refresh) {
  const { id, state } = fault;
  const gone = button("Remove", () => remove(id, refresh), {
    "aria-label": `Remove ${id}`,
    "data-key": `remove-${id}`,
  });
  return row(id, badge(state), inSentence(fault), gone);
}

/** @param {() => unknown} refresh */
function faultForm(refresh) {
  const trouble = h("p", { class: "trouble", role: "alert" });
  const count = h("input", { inputmode: "numeric", "aria-label": "How many", placeholder: "all", size: 4 });
  const operation = choice(REQUESTED, "create_session", { "aria-label": "Which requests" });
  const way = choice(WAYS, "status", { "aria-label": "How", onchange: () => valued() });
  const slot = h("span");
  /** @type {HTMLInputElement | HTMLSelectElement} */
  let value;
  const valued = () => {
    value = entryOf(way.value);
    show(slot, value);
  };
  valued();
  const further = FURTHER.map(([name, label, options]) => ({
    name,
    label,
    control: options ? choice(options, "") : h("input", { spellcheck: "false" }),
  }));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const more = further.map(({ name, control }) => [name, control.value]);
    const given = [["count", count.value], ["operation", operation.value], [way.value, value.value], ...more];
    trouble.textContent = "";
    try {
      const made = await control("POST", "/faults", faultOf(given));
      say(made.note ?? "The fault is at work.");
      await refresh();
    } catch (error) {
      trouble.textContent = why(error);
    }
  };
  return h(
    "form",
    { class: "card stack", onsubmit: submit, "aria-label": "Another fault" },
    h("h2", {}, "Another"),
    h("p", { class: "sentence" }, "Answer the next ", count, operation, way, slot),
    fold(
      "More conditions",
      h(
        "div",
        { class: "fields" },
        further.map(({ label, control }) => field(label, control)),
      ),
    ),
    trouble,
    h("div", { class: "cluster" }, h("button", { type: "submit", class: "primary" }, "Add the fault")),
  );
}

/** @param {string} way */
function entryOf(way) {
  if (VALUES[way]) return choice(VALUES[way], VALUES[way][0][0], { "aria-label": "What is wrong" });
  const label = way === "status" ? "Status" : "Seconds";
  return h("input", { inputmode: "numeric", "aria-label": label, value: way === "status" ? "503" : "2" });
}

/** @param {string[][]} given */
function faultOf(given) {
  const typed = given.map(([name, text]) => [name, text.trim()]).filter(([, text]) => text !== "");
  return Object.fromEntries(
    typed.map(([name, text]) => [name, NUMBERS.includes(name) && !Number.isNaN(Number(text)) ? Number(text) : text]),
  );
}
