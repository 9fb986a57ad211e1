// The number pool as a map: by country and owner, what is on each number now.

import { control, vendor } from "../api.js";
import { badge, button, choice, field, h, pairs, show, number as shown, table, when } from "../dom.js";
import { sessionLink } from "../links.js";
import { attempt, say } from "../say.js";
import { state } from "../state.js";
import { keepFresh } from "../stream.js";

const SHOWN_MAX = 200;

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

export function numbers(main, signal, detail) {
  let selected = detail ?? null;
  let asked = false;
  const filter = h("input", {
    type: "search",
    "aria-label": "Filter numbers",
    placeholder: "Digits",
    oninput: () => refresh(),
  });
  const map = h("div", { class: "stack" });
  const about = h("div");
  const digits = h("input", { name: "number", spellcheck: "false", placeholder: "+14155550199" });
  const owner = choice([["", "main account"], ...state.world.subaccounts.map(({ auth_id }) => auth_id)], "");
  show(
    main,
    h("h1", {}, "Number pool"),
    h(
      "form",
      { class: "cluster toolbar", onsubmit: add },
      filter,
      field("New number", digits),
      field("Owner", owner),
      h("button", { type: "submit" }, "Add"),
    ),
    h(
      "p",
      { class: "legend" },
      ["free", "in use", "cooling", "suspended"].map((each) => badge(each)),
    ),
    about,
    map,
  );

  async function add(event) {
    event.preventDefault();
    const body = { number: digits.value.trim(), ...(owner.value ? { subaccount: owner.value } : {}) };
    if (await attempt(() => control("POST", "/numbers", body), `${body.number} is in the pool.`)) digits.value = "";
  }

  const refresh = keepFresh(
    /^(Session|Number)/,
    async () => {
      const { numbers: pool } = await control("GET", "/numbers", undefined, { quiet: true, signal });
      const found = pool.filter((each) => each.number.includes(filter.value.trim()));
      const groups = Map.groupBy
        ? Map.groupBy(found.slice(0, SHOWN_MAX), group)
        : new Map([["", found.slice(0, SHOWN_MAX)]]);
      show(
        map,
        [...groups].map(([name, members]) =>
          h("section", { class: "card" }, h("h2", {}, name), h("div", { class: "tiles" }, members.map(tile))),
        ),
        found.length > SHOWN_MAX
          ? h("p", { class: "quiet" }, `${found.length - SHOWN_MAX} more; filter to see them.`)
          : null,
      );
      const one = pool.find((each) => each.number === selected);
      if (one) await open(one);
    },
    signal,
    600,
  );

  function tile(each) {
    const what = stateOf(each);
    const note = each.live_sessions
      ? `${each.live_sessions} session${each.live_sessions > 1 ? "s" : ""}`
      : each.cooling.length
        ? `until ${when(each.cooling.at(-1).until).slice(11)}`
        : what;
    return h(
      "button",
      {
        type: "button",
        class: `tile is-${what.replace(" ", "_")}`,
        "data-key": each.number,
        "aria-pressed": String(each.number === selected),
        onclick: () => {
          selected = each.number;
          asked = true;
          refresh();
        },
      },
      h("b", { class: "num" }, each.number),
      h("span", {}, note),
      each.exclusive_to ? h("span", {}, "one party alone") : null,
    );
  }

  async function open(each) {
    const quiet = !asked;
    asked = false;
    const { response } = await vendor(
      "GET",
      `/Masking/Session/?virtual_number=${encodeURIComponent(each.number.slice(1))}&status=active&limit=20`,
      undefined,
      { quiet, signal },
    );
    show(
      about,
      h(
        "section",
        { class: "card", "aria-label": `Number ${each.number}` },
        h("div", { class: "title" }, h("h2", {}, each.number), badge(stateOf(each))),
        pairs([
          ["Owner", each.owner],
          ["Live sessions", each.live_sessions],
          ["Cooling", each.cooling.length ? each.cooling.map(({ until }) => `until ${when(until)}`).join(", ") : "no"],
        ]),
        table(
          "Who uses it now",
          ["Session", "First party", "Second party", "Until"],
          response.objects.map((session) =>
            h(
              "tr",
              {},
              h("td", {}, sessionLink(session.session_uuid)),
              h("td", { class: "num" }, shown(session.first_party)),
              h("td", { class: "num" }, shown(session.second_party)),
              h("td", { class: "num" }, when(session.expiry_time)),
            ),
          ),
          "Nobody uses it now.",
        ),
        h(
          "div",
          { class: "cluster" },
          button("Report as sub-optimal", () => replace(each.number), {
            disabled: each.suspended,
            "data-key": "replace",
          }),
          button("Close", () => {
            selected = null;
            about.replaceChildren();
            refresh();
          }),
        ),
      ),
    );
  }

  async function replace(reported) {
    const answer = await attempt(() => control("POST", `/numbers/${encodeURIComponent(reported)}/replace`, {}));
    if (answer)
      say(
        answer.sessions.length
          ? `Replaced: ${answer.sessions.map(({ session_uuid, virtual_number }) => `${session_uuid.slice(0, 8)} has ${virtual_number}`).join(", ")}.`
          : `${reported} gets no session any more; none was on it.`,
      );
    refresh();
  }
}

function group(each) {
  const whose = each.owner === state.world.auth_id ? "main account" : each.owner;
  return `${COUNTRIES[each.calling_code] ?? `+${each.calling_code}`}, ${whose}`;
}

function stateOf(each) {
  if (each.suspended) return "suspended";
  return each.live_sessions ? "in use" : each.cooling.length ? "cooling" : "free";
}
