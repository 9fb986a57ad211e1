// API requests as they arrive: what was answered, and what nothing read.

import { control } from "../api.js";
import { badge, button, choice, field, h, pairs, raw, show, table, timeOf } from "../dom.js";
import { sessionLink } from "../links.js";
import { attempt } from "../say.js";
import { onConnection } from "../stream.js";
import { OPERATIONS } from "../words.js";

const SHOWN_MAX = 100;
const POLL_MS = 800;

export function requests(main, signal) {
  const inputs = {
    operation: choice([["", "any operation"], ...OPERATIONS], ""),
    method: choice([["", "any method"], "GET", "POST", "DELETE"], ""),
    status: h("input", { inputmode: "numeric", size: 5, placeholder: "400" }),
    path: h("input", { placeholder: "*/Session/*", spellcheck: "false" }),
    session: h("input", { placeholder: "UUID", spellcheck: "false" }),
  };
  const list = h("div");
  const one = h("div");
  const trouble = h("p", { class: "trouble", role: "alert" });
  const quiet = { quiet: true, signal };
  let last = 0;
  show(
    main,
    h("h1", {}, "API requests"),
    h("p", { class: "quiet" }, "What the page reads to stay fresh is not among them."),
    h(
      "div",
      { class: "filters", onchange: () => refresh() },
      Object.entries(inputs).map(([name, input]) => field(name[0].toUpperCase() + name.slice(1), input)),
    ),
    trouble,
    one,
    list,
  );

  async function refresh() {
    const query = new URLSearchParams({ limit: String(SHOWN_MAX) });
    for (const [name, input] of Object.entries(inputs)) if (input.value.trim()) query.set(name, input.value.trim());
    try {
      const answer = await control("GET", `/requests?${query}`, undefined, quiet);
      trouble.textContent = "";
      show(
        list,
        table(
          "API requests",
          ["#", "Time", "Request", "Session", "Status", "Faults", "Unread"],
          answer.requests.reverse().map(row),
          "Nothing has arrived.",
        ),
      );
      last = answer.last;
    } catch (error) {
      if (error.name !== "AbortError") trouble.textContent = error.message;
    }
  }

  function row(request) {
    return h(
      "tr",
      {},
      h(
        "td",
        {},
        button(`#${request.sequence}`, () => open(request.sequence), {
          class: "link num",
          "aria-label": `Open request ${request.sequence}`,
          "data-key": `open-${request.sequence}`,
        }),
      ),
      h("td", { class: "num" }, timeOf(request.at)),
      h(
        "td",
        {},
        h("span", { class: "mono" }, `${request.method} ${request.path.replace(/^\/v1\/Account\/[^/]+/, "…")}`),
      ),
      h("td", {}, sessionLink(request.session)),
      h("td", {}, badge(request.status ?? request.outcome)),
      h("td", {}, request.faults.join(", ")),
      h("td", {}, request.unread.length ? JSON.stringify(request.unread) : ""),
    );
  }

  async function open(sequence) {
    const request = await attempt(() => control("GET", `/requests/${sequence}`, undefined, { signal }));
    if (request) draw(request);
  }

  function draw(request) {
    show(
      one,
      h(
        "section",
        { class: "card stack", "aria-label": `Request ${request.sequence}` },
        h(
          "div",
          { class: "title" },
          h("h2", {}, `#${request.sequence} ${request.operation ?? request.path}`),
          button("Close", () => one.replaceChildren()),
        ),
        pairs([
          ["Request", `${request.method} ${request.url}`],
          ["Reason", request.reason],
          ["Took", request.duration_s === null ? null : `${(1000 * request.duration_s).toFixed(1)} ms`],
          ["Unread", request.unread.length ? request.unread : "nothing"],
        ]),
        h("h3", {}, "Headers"),
        raw(request.headers),
        h("h3", {}, "Body"),
        raw(request.body ?? "(none)"),
        h("h3", {}, "Answer"),
        raw(request.response ?? "(none)"),
        request.lost_response ? [h("h3", {}, "Answer that a fault kept back"), raw(request.lost_response)] : null,
      ),
    );
  }

  // Requests are no events of the journal, and a request that waits for one would hold up a server that ends.
  async function look() {
    if (document.hidden) return;
    const { count } = await control("GET", `/requests/count?after=${last}`, undefined, quiet);
    if (count) await refresh();
  }

  const polling = setInterval(() => look().catch(() => {}), POLL_MS);
  signal.addEventListener("abort", () => clearInterval(polling));
  refresh();
  onConnection((what) => what === "reset" && refresh(), signal);
}
