// Callbacks as they are sent: each with its request, its signatures and every attempt; and the laboratory.

import { control } from "../api.js";
import { badge, button, choice, field, h, number, pairs, raw, show, table, timeOf, when } from "../dom.js";
import { address, sessionLink } from "../links.js";
import { attempt } from "../say.js";
import { judged } from "../signature.js";
import { keepFresh } from "../stream.js";
import { OPEN_STATES, STATES } from "../words.js";

const PAGE = 50;

let events = null;

export function callbacks(main, signal, detail) {
  let before = null;
  let open = detail ?? null;
  const event = choice([["", "any event"]], "", { onchange: () => newest() });
  const kind = choice([["", "any state"], ...STATES], "", { onchange: () => newest() });
  const session = h("input", { spellcheck: "false", placeholder: "UUID", onchange: () => newest() });
  const list = h("div");
  const one = h("div");
  const policy = h("div", { class: "cluster" });
  const pages = h("div", { class: "cluster" });
  show(
    main,
    h("h1", {}, "Callbacks"),
    policy,
    h("div", { class: "filters" }, field("Event", event), field("State", kind), field("Session", session)),
    one,
    list,
    pages,
  );
  const quiet = { quiet: true, signal };
  attempt(async () => {
    events ??= Object.keys(await control("GET", "/_emulator/callback-schemas", undefined, quiet)).sort();
    event.append(...events.map((name) => h("option", { value: name }, name)));
  });

  function newest() {
    before = null;
    refresh();
  }

  const refresh = keepFresh(
    /^(Callback|DeliverySwitched)/,
    async () => {
      const query = new URLSearchParams({ limit: String(PAGE), order: "newest" });
      for (const [name, value] of [
        ["event", event.value],
        ["state", kind.value],
        ["session", session.value.trim()],
        ["before", before],
      ])
        if (value) query.set(name, value);
      const [{ callbacks: rows }, rules] = await Promise.all([
        control("GET", `/callbacks?${query}`, undefined, quiet),
        control("GET", "/callbacks/policy", undefined, quiet),
      ]);
      show(
        list,
        table(
          "Callbacks",
          ["#", "Due", "Event", "Session", "State", "Attempts", "Answer", "Do"],
          rows.map(row),
          "No callback fits. Give a session a callback_url.",
        ),
      );
      show(
        pages,
        button("Newest", newest, { disabled: before === null, "data-key": "newest" }),
        button(
          "Older",
          () => {
            before = rows.at(-1).id;
            refresh();
          },
          { disabled: rows.length < PAGE, "data-key": "older" },
        ),
      );
      drawPolicy(rules);
      if (open) await draw(open);
    },
    signal,
    600,
  );

  function drawPolicy({ deliver, rules }) {
    const holds = rules.some(({ action }) => action === "hold");
    const set = (body, done) => attempt(() => control("PUT", "/callbacks/policy", body), done).then(refresh);
    const turn = (label, on, body, done) =>
      button(label, () => set(body, done), { role: "switch", "aria-checked": String(on), "data-key": label });
    show(
      policy,
      turn("Deliver", deliver, { deliver: !deliver }, deliver ? "Callbacks are made and kept." : "Callbacks are sent."),
      turn(
        "Hold new ones",
        holds,
        { rules: holds ? [] : [{ action: "hold" }] },
        holds ? "New callbacks go out." : "New callbacks are held.",
      ),
      turn(
        "Tamper with signatures",
        rules.some(({ action }) => action === "tamper"),
        { rules: rules.some(({ action }) => action === "tamper") ? [] : [{ action: "tamper", target: "signature" }] },
        "The rules have changed.",
      ),
      button(
        "Release all held",
        () =>
          attempt(
            () => control("POST", "/callbacks/release", {}),
            ({ released }) => `${released.length} released.`,
          ).then(refresh),
        { "data-key": "release-all" },
      ),
    );
  }

  function row(callback) {
    const last = callback.attempts.at(-1);
    return h(
      "tr",
      {},
      h(
        "td",
        {},
        button(`#${callback.id}`, () => select(callback.id), {
          class: "link num",
          "aria-label": `Open callback ${callback.id}`,
          "data-key": `open-${callback.id}`,
        }),
      ),
      h("td", { class: "num" }, timeOf(callback.due_at)),
      h("td", {}, callback.event),
      h("td", {}, sessionLink(callback.session_uuid)),
      h("td", {}, badge(callback.state)),
      h("td", { class: "num" }, callback.attempts.length),
      h("td", {}, last ? (last.response?.status ?? last.error ?? last.outcome) : "–"),
      h(
        "td",
        {},
        h(
          "div",
          { class: "cluster" },
          button("Replay", () => act(callback.id, "replay"), { "aria-label": `Replay callback ${callback.id}` }),
          callback.state === "held"
            ? button("Release", () => act(callback.id, "release"), { "aria-label": `Release callback ${callback.id}` })
            : null,
        ),
      ),
    );
  }

  async function act(id, what) {
    await attempt(() => control("POST", `/callbacks/${id}/${what}`, {}), `Callback ${id}: ${what}.`);
    refresh();
  }

  function select(id) {
    open = id;
    history.replaceState(null, "", address("callbacks", String(id)));
    attempt(() => draw(id, { signal })).then(() => one.firstChild?.scrollIntoView({ block: "nearest" }));
  }

  /** @param {{ quiet?: boolean, signal: AbortSignal }} [options] */
  async function draw(id, options = quiet) {
    const callback = await control("GET", `/callbacks/${id}`, undefined, options);
    const verdict = await judged(callback);
    if (String(open) !== String(id)) return;
    show(
      one,
      h(
        "section",
        { class: "card stack", "aria-label": `Callback ${id}` },
        h(
          "div",
          { class: "title" },
          h("h2", {}, `#${id} ${callback.event}`),
          badge(callback.state),
          button("Close", close, { "data-key": "close" }),
        ),
        pairs([
          ["Signature", h("span", { class: verdict.right ? "good" : "bad" }, verdict.text)],
          ["Session", sessionLink(callback.session_uuid)],
          ["URL", callback.url],
          ["Due", when(callback.due_at)],
          ["Laboratory", callback.laboratory.join(", ") || "untouched"],
          ["Virtual number", number(callback.parameters.VirtualNumber)],
        ]),
        h("h3", {}, `${callback.request.method} request`),
        raw(
          Object.entries(callback.request.headers)
            .map((pair) => pair.join(": "))
            .join("\n"),
        ),
        raw(callback.request.body || "(no body)"),
        h("h3", {}, "Attempts"),
        callback.attempts.length ? callback.attempts.map(attempted) : h("p", { class: "quiet" }, "Not sent yet."),
        h(
          "div",
          { class: "cluster" },
          button("Replay", () => act(id, "replay"), { "data-key": "replay" }),
          callback.state === "held" ? button("Release", () => act(id, "release")) : null,
          OPEN_STATES.includes(callback.state)
            ? button("Drop", () => act(id, "drop"), { class: "danger" })
            : null,
        ),
      ),
    );
  }

  function close() {
    open = null;
    one.replaceChildren();
  }
}

function attempted({ number: count, at, meaning, took_ms, error, response }) {
  return h(
    "div",
    { class: "attempt" },
    h(
      "p",
      {},
      h("b", {}, `Attempt ${count}`),
      ` at ${when(at)}: ${meaning}${error ? `, ${error}` : ""}, ${Math.round(took_ms)} ms`,
    ),
    response
      ? raw(
          `${response.status}\n${Object.entries(response.headers)
            .map((pair) => pair.join(": "))
            .join("\n")}\n\n${response.body}`,
        )
      : null,
  );
}
