// Sessions: the list of the API with its filters and paging, live, and a new one.

import { vendor } from "../api.js";
import { badge, button, choice, field, fold, h, instant, lasting, number, show, table, when } from "../dom.js";
import { address } from "../links.js";
import { say } from "../say.js";
import { state, worldNow } from "../state.js";
import { keepFresh } from "../stream.js";
import { sessionForm } from "./sessionform.js";

const PAGE = 20;
const TICK_MS = 1000;

const PARTIES = [
  ["first_party", "First party"],
  ["second_party", "Second party"],
  ["virtual_number", "Virtual number"],
];
const RANGES = [
  ["created_time__gte", "Created from"],
  ["created_time__lte", "Created until"],
  ["expiry_time__gte", "Expires from"],
  ["expiry_time__lte", "Expires until"],
  ["duration__gte", "Lasting at least, s"],
  ["duration__lte", "Lasting at most, s"],
];

export function sessions(main, signal) {
  let offset = 0;
  let asked = false;
  const status = choice(
    [
      ["all", "all"],
      ["active", "active"],
      ["expired", "expired"],
    ],
    "all",
    { name: "status" },
  );
  const subaccount = choice([["", "any"], ...state.world.subaccounts.map(({ auth_id }) => [auth_id, auth_id])], "", {
    name: "subaccount",
  });
  const inputs = [...PARTIES, ...RANGES].map(([name, label]) => [
    name,
    label,
    h("input", {
      name,
      spellcheck: "false",
      placeholder: name.includes("time") ? "2026-01-31 09:30:00" : "",
    }),
  ]);
  const body = h("div");
  const pages = h("div", { class: "cluster" });
  const trouble = h("p", { class: "trouble", role: "alert" });
  const made = h("div");

  const labelled = ([, label, input]) => field(label, input);
  const filters = h(
    "form",
    {
      class: "filters",
      "aria-label": "Filters",
      onsubmit: (event) => search(event),
      onchange: (event) => search(event),
    },
    field("Status", status),
    inputs.slice(0, 3).map(labelled),
    fold(
      "More filters",
      h("div", { class: "filters" }, field("Subaccount", subaccount), inputs.slice(3).map(labelled)),
    ),
    h("button", { type: "submit", class: "hidden" }, "Filter"),
  );
  show(
    main,
    h("div", { class: "title" }, h("h1", {}, "Sessions"), button("New session", create, { class: "primary" })),
    made,
    filters,
    trouble,
    body,
    pages,
  );

  function create() {
    show(
      made,
      sessionForm({
        done: (answer) => {
          made.replaceChildren();
          say(answer.message);
          refresh();
        },
        cancel: () => made.replaceChildren(),
      }),
    );
  }

  function search(event) {
    event.preventDefault();
    offset = 0;
    turn();
  }

  function turn() {
    asked = true;
    refresh();
  }

  const refresh = keepFresh(
    /^(Session|reset)/,
    async () => {
      const query = new URLSearchParams({ limit: String(PAGE), offset: String(offset) });
      for (const input of [status, subaccount, ...inputs.map(([, , each]) => each)])
        if (input.value.trim() && input.value !== "all") query.set(input.name, input.value.trim());
      const quiet = !asked;
      asked = false;
      try {
        const { response } = await vendor("GET", `/Masking/Session/?${query}`, undefined, { quiet, signal });
        trouble.textContent = "";
        draw(response.objects, response.meta);
      } catch (error) {
        if (error.name === "AbortError") return;
        trouble.textContent = error.reason ? `${error.message} ${error.reason}` : error.message;
      }
    },
    signal,
    700,
  );

  function draw(rows, meta) {
    show(
      body,
      table(
        "Sessions",
        ["Session, created", "Status", "Parties", "Virtual number", "Time left", "Legs", "Amount"],
        rows.map(row),
        "No session fits.",
      ),
    );
    const [from, to] = [meta.total_count ? meta.offset + 1 : 0, meta.offset + rows.length];
    show(
      pages,
      button(
        "Previous",
        () => {
          offset = Math.max(0, offset - PAGE);
          turn();
        },
        { disabled: !meta.offset, "data-key": "previous" },
      ),
      h("span", { class: "num" }, `${from} to ${to} of ${meta.total_count}`),
      button(
        "Next",
        () => {
          offset += PAGE;
          turn();
        },
        { disabled: to >= meta.total_count, "data-key": "next" },
      ),
    );
  }

  const ticking = setInterval(() => body.querySelectorAll(".left").forEach(age), TICK_MS);
  signal.addEventListener("abort", () => clearInterval(ticking));
}

function row(session) {
  return h(
    "tr",
    {},
    h(
      "td",
      {},
      h(
        "a",
        { href: address("sessions", session.session_uuid), class: "mono", "data-key": session.session_uuid },
        session.session_uuid.slice(0, 8),
      ),
      h("br"),
      h("small", { class: "num", title: "Created" }, when(session.created_time).slice(5)),
    ),
    h("td", {}, badge(session.status)),
    h("td", { class: "num" }, number(session.first_party), h("br"), number(session.second_party)),
    h("td", { class: "num" }, number(session.virtual_number)),
    h("td", {}, timeLeft(session)),
    h("td", { class: "num" }, session.total_call_count),
    h("td", { class: "num" }, session.total_session_amount),
  );
}

export function timeLeft(session) {
  const bar = h(
    "div",
    {
      class: "left",
      "data-from": instant(session.created_time),
      "data-to": instant(session.expiry_time),
      "data-live": String(session.status !== "expired"),
    },
    h("div", { class: "bar", "aria-hidden": "true" }, h("i")),
    h("span", { class: "num" }),
  );
  age(bar);
  return bar;
}

function age(bar) {
  const { from, to, live } = bar.dataset;
  const left = live === "true" ? Math.max(0, Number(to) - worldNow()) : 0;
  bar.querySelector("i").style.width = `${Math.min(100, (100 * left) / Math.max(1, to - from))}%`;
  const text = live === "true" ? lasting(left / 1000) : "ended";
  if (bar.lastChild.textContent !== text) bar.lastChild.textContent = text;
}
