// What goes wrong, switched on and off.

import { control } from "../api.js";
import { badge, button, choice, field, h, pairs, show, table } from "../dom.js";
import { attempt, say } from "../say.js";
import { FAULT_BODIES, FAULT_CONNECTIONS, FAULT_TIMES, OPERATIONS } from "../words.js";

const POLL_MS = 2000;

const READY = [
  ["Every create answers 503", { operation: "create_session", status: 503 }],
  ["Creates are done, but answer 500", { operation: "create_session", status: 500, when: "after" }],
  ["Every answer takes 2 seconds", { delay_s: 2 }],
  ["Half of all requests lose their connection", { connection: "drop", chance: 0.5 }],
  ["Answers are broken JSON", { body: "malformed" }],
  ["5 requests a second, then 429", { limit: { requests: 5, per_s: 1 } }],
];

const FIELDS = [
  ["operation", ["", ...OPERATIONS]],
  ["method", ["", "GET", "POST", "DELETE"]],
  ["path"],
  ["skip"],
  ["count"],
  ["chance"],
  ["for_s"],
  ["when", ["", ...FAULT_TIMES]],
  ["status"],
  ["text"],
  ["body", ["", ...FAULT_BODIES]],
  ["connection", ["", ...FAULT_CONNECTIONS]],
  ["delay_s"],
];
const NUMBERS = ["skip", "count", "chance", "for_s", "status", "delay_s"];

export function faults(main, signal) {
  const switches = h("div", { class: "switches" });
  const list = h("div");
  const trouble = h("p", { class: "trouble", role: "alert" });
  const inputs = Object.fromEntries(
    FIELDS.map(([name, options]) => [name, options ? choice(options, "") : h("input", { spellcheck: "false" })]),
  );
  show(
    main,
    h("h1", {}, "Faults"),
    h("section", { class: "card" }, h("h2", {}, "Ready-made"), switches),
    h(
      "section",
      { class: "card" },
      h(
        "div",
        { class: "title" },
        h("h2", {}, "At work"),
        button("Clear all", () =>
          attempt(() => control("DELETE", "/faults"), "Nothing goes wrong any more.").then(refresh),
        ),
      ),
      list,
    ),
    h(
      "form",
      { class: "card stack", onsubmit: add, "aria-label": "Another fault" },
      h("h2", {}, "Another"),
      h(
        "div",
        { class: "fields" },
        Object.entries(inputs).map(([name, input]) => field(name, input)),
      ),
      trouble,
      h("div", { class: "cluster" }, h("button", { type: "submit", class: "primary" }, "Add the fault")),
    ),
  );

  async function refresh() {
    if (signal.aborted) return;
    const { faults: known } = await control("GET", "/faults", undefined, { quiet: true, signal });
    const given = (each) => JSON.stringify(each);
    show(
      switches,
      READY.map(([label, fault]) => {
        const found = known.find((each) =>
          Object.entries(fault).every(([name, value]) => given(each[name]) === given(value)),
        );
        return button(label, () => turn(fault, found), {
          role: "switch",
          "aria-checked": String(found !== undefined),
          "data-key": label,
        });
      }),
    );
    show(
      list,
      table(
        "Faults",
        ["Fault", "State", "What", "Do"],
        known.map((each) => {
          const { id, state, ...rest } = each;
          return h(
            "tr",
            {},
            h("td", {}, id),
            h("td", {}, badge(state)),
            h("td", {}, pairs(Object.entries(rest).filter(([, value]) => value !== null))),
            h(
              "td",
              {},
              button("Remove", () => remove(id), { "aria-label": `Remove ${id}`, "data-key": `remove-${id}` }),
            ),
          );
        }),
        "Nothing goes wrong.",
      ),
    );
  }

  async function turn(fault, found) {
    if (found) await remove(found.id);
    else await put(fault);
  }

  async function put(fault) {
    const answer = await attempt(
      () => control("POST", "/faults", fault),
      (made) => made.note ?? "The fault is at work.",
    );
    await refresh();
    return answer;
  }

  async function remove(id) {
    await attempt(() => control("DELETE", `/faults/${encodeURIComponent(id)}`), "One fault less.");
    await refresh();
  }

  async function add(event) {
    event.preventDefault();
    const entries = Object.entries(inputs).filter(([, input]) => input.value.trim() !== "");
    const fault = Object.fromEntries(
      entries.map(([name, { value }]) => [
        name,
        NUMBERS.includes(name) && value.trim() !== "" && !Number.isNaN(Number(value)) ? Number(value) : value,
      ]),
    );
    trouble.textContent = "";
    try {
      const made = await control("POST", "/faults", fault);
      say(made.note ?? "The fault is at work.");
      await refresh();
    } catch (error) {
      trouble.textContent = error.field ? `${error.field}: ${error.message}` : error.message;
    }
  }

  // Faults are used up by requests, which are no events of the journal.
  const polling = setInterval(
    () => document.hidden || list.contains(document.activeElement) || refresh().catch(() => {}),
    POLL_MS,
  );
  signal.addEventListener("abort", () => clearInterval(polling));
  attempt(refresh);
}
