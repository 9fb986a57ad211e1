// API requests as they arrive: what was answered, why, and what nothing read.

import { control } from "../api.js";
import { badge, button, choice, field, h, pairs, raw, row, show, table } from "../dom.js";
import { timeOf } from "../instants.js";
import { here, note, sessionLink } from "../links.js";
import { why } from "../say.js";
import { keepFresh } from "../stream.js";
import { OPERATIONS } from "../words.js";

/** @typedef {import("../types.js").ApiRequest} ApiRequest */

const SHOWN_MAX = 100;
const HEADS = ["Request", "Time", "What", "Session", "Status", "Why", "Unread"];

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {string} [detail] the request that is looked at
 */
export function requests(main, signal, detail) {
  const filters = filterBar(() => turn());
  const [list, one] = [h("div"), h("div")];
  const trouble = h("p", { class: "trouble", role: "alert" });
  const quiet = { quiet: true, signal };
  let open = detail ?? null;
  const lead = h(
    "p",
    { class: "quiet" },
    "What your code sends to the emulated API. What this page reads is not among it.",
  );
  show(main, h("h1", {}, "API requests"), lead, filters.bar, trouble, one, list);

  const turn = () => {
    note("requests", open, filters.given());
    refresh();
  };
  const select = async (/** @type {string | null} */ sequence) => {
    open = sequence;
    note("requests", sequence, filters.given());
    one.replaceChildren();
    if (sequence === null) return;
    const path = `/requests/${encodeURIComponent(sequence)}`;
    const shown = await control("GET", path, undefined, { signal }).then(
      (request) => card(request, () => select(null)),
      (error) => h("div", { class: "empty", role: "alert" }, why(error)),
    );
    if (!signal.aborted && open === sequence) show(one, shown);
    one.scrollIntoView({ block: "nearest" });
  };
  const refresh = keepFresh(
    /^traffic/,
    async () => {
      const query = new URLSearchParams({ limit: String(SHOWN_MAX), ...filters.given() });
      try {
        const answer = await control("GET", `/requests?${query}`, undefined, quiet);
        trouble.textContent = "";
        const rows = answer.requests.reverse().map((/** @type {ApiRequest} */ each) => line(each, select));
        show(list, table("API requests", HEADS, rows, none(Object.keys(filters.given()).length > 0)));
      } catch (error) {
        if (/** @type {Error} */ (error).name !== "AbortError") trouble.textContent = why(error);
      }
    },
    signal,
  );
  if (open) select(open);
}

/** @param {() => unknown} changed */
function filterBar(changed) {
  const before = here().filters;
  const inputs = {
    operation: choice([["", "any operation"], ...OPERATIONS], before.operation ?? "", { "data-filter": true }),
    method: choice([["", "any method"], "GET", "POST", "DELETE"], before.method ?? ""),
    status: h("input", { inputmode: "numeric", size: 5, placeholder: "400", value: before.status ?? "" }),
    path: h("input", { placeholder: "*/Session/*", spellcheck: "false", value: before.path ?? "" }),
    session: h("input", { placeholder: "UUID", spellcheck: "false", value: before.session ?? "" }),
  };
  const labelled = Object.entries(inputs).map(([name, input]) => field(name[0].toUpperCase() + name.slice(1), input));
  const given = () => {
    const entries = Object.entries(inputs).map(([name, { value }]) => [name, value.trim()]);
    return Object.fromEntries(entries.filter(([, value]) => value));
  };
  return { bar: h("div", { class: "filters", onchange: changed }, labelled), given };
}

/** @param {boolean} isFiltered */
function none(isFiltered) {
  if (isFiltered) return "No request fits these filters.";
  return "Nothing has arrived. Point your SDK here, and each of its requests appears, with what it was answered and why.";
}

/**
 * @param {ApiRequest} request
 * @param {(sequence: string) => unknown} select
 */
function line(request, select) {
  const { sequence } = request;
  const opener = button(`#${sequence}`, () => select(String(sequence)), {
    class: "link num",
    "aria-label": `Open request ${sequence}`,
    "data-key": `open-${sequence}`,
  });
  const path = request.path.replace(/^\/v1\/Account\/[^/]+/, "…");
  return row(
    opener,
    timeOf(request.at),
    h("span", { class: "mono" }, `${request.method} ${path}`),
    sessionLink(request.session),
    badge(request.status ?? request.outcome),
    [request.reason ?? "", ...request.faults.map((each) => `fault ${each}`)].filter(Boolean).join("; "),
    unreadOf(request.unread),
  );
}

/**
 * Fields that nothing read, each with what was meant, if somebody can guess.
 *
 * @param {any[]} unread
 */
export function unreadOf(unread) {
  return unread
    .map((each) => (typeof each === "string" ? each : Object.values(each).filter(Boolean).join(": ")))
    .join("; ");
}

/**
 * @param {ApiRequest} request
 * @param {() => unknown} close
 */
function card(request, close) {
  const took = request.duration_s === null ? null : `${(1000 * request.duration_s).toFixed(1)} ms`;
  const lost = request.lost_response ? [h("h3", {}, "Answer that a fault kept back"), raw(request.lost_response)] : [];
  return h(
    "section",
    { class: "card stack", "aria-label": `Request ${request.sequence}` },
    h(
      "div",
      { class: "title" },
      h("h2", {}, `#${request.sequence} ${request.operation ?? request.path}`),
      badge(request.status ?? request.outcome),
      button("Close", close),
    ),
    pairs([
      ["Why", request.reason ?? "–"],
      ["Request", `${request.method} ${request.url}`],
      ["Took", took],
      ["Unread", unreadOf(request.unread) || "nothing"],
    ]),
    h("h3", {}, "Body"),
    raw(request.body ?? "(none)"),
    h("h3", {}, "Answer"),
    raw(request.response ?? "(none)"),
    h("h3", {}, "Headers"),
    raw(request.headers),
    lost,
  );
}
