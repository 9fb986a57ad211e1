// Callbacks as they are sent: one line each, and one of them whole; and the laboratory.

import { control } from "../api.js";
import { badge, button, choice, field, h, row, show, table } from "../dom.js";
import { timeOf } from "../instants.js";
import { here, note, sessionLink } from "../links.js";
import { attempt, why } from "../say.js";
import { keepFresh } from "../stream.js";
import { STATES } from "../words.js";
import { callbackCard } from "./callback.js";
import { laboratory, releaseButton } from "./laboratory.js";
import { triggerMenu } from "./trigger.js";

/** @typedef {import("../types.js").Callback} Callback */

const PAGE = 50;
const HEADS = ["Callback", "Due", "Event", "To", "State", "Took", "Session", "Do"];

/** @type {string[] | null} */
let events = null;

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {string} [detail] the callback that is looked at
 */
export function callbacks(main, signal, detail) {
  /** @type {number | null} */
  let before = null;
  let open = detail ?? null;
  const filters = filterBar(() => newest(), signal);
  const release = releaseButton(() => refresh());
  const [list, one, policy, pages] = [h("div"), h("div"), h("div"), h("div", { class: "cluster" })];
  show(
    main,
    h(
      "div",
      { class: "title" },
      h("h1", {}, "Callbacks"),
      h("div", { class: "cluster" }, release, triggerMenu(signal)),
    ),
    policy,
    filters.bar,
    one,
    list,
    pages,
  );
  const quiet = { quiet: true, signal };

  const newest = () => {
    before = null;
    note("callbacks", open, filters.given());
    refresh();
  };
  const select = (/** @type {string | null} */ id) => {
    open = id;
    note("callbacks", id, filters.given());
    if (id === null) one.replaceChildren();
    else draw(id, { signal }).then(() => one.scrollIntoView({ block: "nearest" }));
  };
  const draw = async (/** @type {string} */ id, /** @type {import("../api.js").Options} */ options = quiet) => {
    const path = `/callbacks/${encodeURIComponent(id)}`;
    const shown = await control("GET", path, undefined, options).then(
      (callback) => callbackCard(callback, { act, close: () => select(null) }),
      (error) => h("div", { class: "empty", role: "alert" }, why(error)),
    );
    if (!signal.aborted && open === id) show(one, shown);
  };
  const act = async (/** @type {number} */ id, /** @type {string} */ what) => {
    await attempt(() => control("POST", `/callbacks/${id}/${what}`, {}), `Callback ${id}: ${DONE[what]}.`);
    refresh();
  };
  const refresh = keepFresh(
    /^(Callback|DeliverySwitched)/,
    async () => {
      const query = new URLSearchParams({ limit: String(PAGE), order: "newest", ...filters.given() });
      if (before !== null) query.set("before", String(before));
      const [{ callbacks: rows }, rules] = await Promise.all([
        control("GET", `/callbacks?${query}`, undefined, quiet),
        control("GET", "/callbacks/policy", undefined, quiet),
      ]);
      const isFiltered = Object.keys(filters.given()).length > 0;
      show(
        list,
        table(
          "Callbacks",
          HEADS,
          rows.map((/** @type {Callback} */ each) => line(each, { select, act })),
          none(isFiltered),
        ),
      );
      const older = () => {
        before = rows.at(-1).id;
        refresh();
      };
      show(
        pages,
        before === null && rows.length < PAGE ? null : paging(newest, older, before === null, rows.length < PAGE),
      );
      show(policy, laboratory(rules, refresh));
      if (open) await draw(open);
    },
    signal,
    600,
  );
}

/** @type {Record<string, string>} */
const DONE = { replay: "sent again", release: "let go", drop: "dropped" };

/**
 * @param {() => unknown} changed
 * @param {AbortSignal} signal
 */
function filterBar(changed, signal) {
  const before = here().filters;
  const event = choice([["", "any event"]], "", { onchange: changed, "data-filter": true });
  const kind = choice([["", "any state"], ...STATES], before.state ?? "", { onchange: changed });
  const session = h("input", {
    spellcheck: "false",
    placeholder: "UUID",
    onchange: changed,
    value: before.session ?? "",
  });
  const inputs = { event, state: kind, session };
  attempt(async () => {
    const schemas = "/_emulator/callback-schemas";
    events ??= Object.keys(await control("GET", schemas, undefined, { quiet: true, signal })).sort();
    event.append(...events.map((name) => h("option", { value: name }, name)));
    if (before.event) {
      event.value = before.event;
      changed();
    }
  });
  const given = () => {
    const entries = Object.entries(inputs).map(([name, { value }]) => [name, value.trim()]);
    return Object.fromEntries(entries.filter(([, value]) => value));
  };
  const bar = h("div", { class: "filters" }, field("Event", event), field("State", kind), field("Session", session));
  return { bar, given };
}

/** @param {boolean} isFiltered */
function none(isFiltered) {
  if (isFiltered) return "No callback fits these filters.";
  return "No callback yet. A session that has a callback_url sends one at each step of a call, and at its end.";
}

/**
 * @param {() => unknown} newest
 * @param {() => unknown} older
 * @param {boolean} isNewest
 * @param {boolean} isOldest
 */
function paging(newest, older, isNewest, isOldest) {
  return [
    button("Newest", newest, { disabled: isNewest, "data-key": "newest" }),
    button("Older", older, { disabled: isOldest, "data-key": "older" }),
  ];
}

/**
 * @param {Callback} callback
 * @param {{ select: (id: string) => unknown, act: (id: number, what: string) => unknown }} ways
 */
function line(callback, { select, act }) {
  const { id, state } = callback;
  const opener = button(`#${id}`, () => select(String(id)), {
    class: "link num",
    "aria-label": `Open callback ${id}`,
    "data-key": `open-${id}`,
  });
  const again = button("Replay", () => act(id, "replay"), { "aria-label": `Replay callback ${id}` });
  const release = button("Release", () => act(id, "release"), { "aria-label": `Release callback ${id}` });
  return row(
    opener,
    timeOf(callback.due_at),
    callback.copy_of ? `${callback.event}, a copy of #${callback.copy_of}` : callback.event,
    host(callback),
    badge(state),
    tookOf(callback),
    sessionLink(callback.session_uuid),
    h("div", { class: "cluster" }, again, state === "held" ? release : null),
  );
}

/** @param {Callback} callback */
function host({ url, route }) {
  const title = route ? `${url}, delivered to ${route.url.split("?")[0]}` : url;
  return URL.canParse(url) ? h("span", { title }, new URL(url).host) : url;
}

/**
 * What came of the last attempt, and how long it took.
 *
 * @param {Callback} callback
 */
export function tookOf({ attempts }) {
  const last = attempts.at(-1);
  if (!last) return "–";
  const answer = last.response?.status ?? last.error ?? last.meaning;
  const count = attempts.length > 1 ? `, attempt ${attempts.length}` : "";
  const whole = `${answer}${last.response ? " in" : ","} ${Math.round(last.took_ms)} ms`;
  return `${typeof answer === "number" ? whole.replaceAll(" ", "\u00a0") : whole}${count}`;
}
