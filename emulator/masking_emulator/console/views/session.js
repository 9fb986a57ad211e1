// One session: all that is known of it.

import { control, vendor } from "../api.js";
import { badge, button, fold, h, number, pairs, raw, show, table, timeOf, when } from "../dom.js";
import { about, sessionOf } from "../events.js";
import { address } from "../links.js";
import { player } from "../recording.js";
import { attempt } from "../say.js";
import { state } from "../state.js";
import { keepFresh } from "../stream.js";
import { sessionForm } from "./sessionform.js";
import { timeLeft } from "./sessions.js";

const EVENTS_MAX = 150;

export function session(main, signal, uuid) {
  const form = h("div");
  const head = h("div", { class: "stack" });
  const parts = {
    timeline: h("div"),
    interactions: h("div"),
    callbacks: h("div"),
    explain: h("div"),
    fields: h("div"),
    raw: h("div"),
  };
  const section = (title, part) => h("section", { class: "card" }, h("h2", {}, title), part);
  show(
    main,
    h("p", {}, h("a", { href: address("sessions") }, "All sessions")),
    head,
    form,
    h("div", { class: "columns" }, section("Timeline", parts.timeline), section("Why this number", parts.explain)),
    section("Interactions and bills", parts.interactions),
    section("Callbacks", parts.callbacks),
    section("All fields", parts.fields),
    h("section", { class: "card" }, fold("Raw JSON, as the API gives it", parts.raw)),
  );
  const quiet = { quiet: true, signal };
  let shown = null;
  let asked = true;

  const refresh = keepFresh(
    /./,
    async () => {
      let answer;
      try {
        answer = await vendor("GET", `/Masking/Session/${encodeURIComponent(uuid)}/`, undefined, {
          quiet: !asked,
          signal,
        });
        asked = false;
      } catch (error) {
        if (error.name !== "AbortError")
          show(head, h("h1", {}, "No such session"), h("p", { class: "trouble" }, error.message));
        return;
      }
      const [{ events }, { callbacks }, why] = await Promise.all([
        control("GET", `/journal?after=${Math.max(0, state.world.journal.first - 1)}&limit=10000`, undefined, quiet),
        control("GET", `/callbacks?session=${uuid}&limit=200`, undefined, quiet),
        control("GET", `/sessions/${uuid}/explain`, undefined, quiet).catch(() => null),
      ]);
      draw(
        answer.response ?? answer,
        events.filter((event) => sessionOf(event) === uuid),
        callbacks,
        why,
      );
    },
    signal,
    700,
  );

  function draw(found, events, callbacks, why) {
    shown = found;
    const live = found.status !== "expired";
    show(
      head,
      h(
        "div",
        { class: "title" },
        h("h1", {}, `${number(found.first_party)} ↔ ${number(found.second_party)}`),
        badge(found.status),
      ),
      pairs([
        ["Virtual number", number(found.virtual_number)],
        ["Session", h("span", { class: "mono" }, found.session_uuid)],
        ["Time left", timeLeft(found)],
      ]),
      live
        ? h(
            "div",
            { class: "cluster" },
            button("Change", change, { "data-key": "change" }),
            button("Expire", expire, { class: "danger", "data-key": "expire" }),
            h("a", { class: "button", href: address("phones", uuid) }, "Call it"),
          )
        : null,
    );
    show(
      parts.timeline,
      h(
        "ol",
        { class: "timeline", tabindex: 0, "aria-label": "Events of the session" },
        events
          .slice(-EVENTS_MAX)
          .map((event) =>
            h("li", {}, h("time", {}, timeOf(event.at)), h("b", {}, event.event), h("span", {}, about(event))),
          ),
      ),
    );
    show(
      parts.interactions,
      table(
        "Interactions",
        ["From", "Until", "Seconds", "Billed", "Legs", "Amount", "Recording"],
        (found.interaction ?? []).map(interaction),
        "No calls yet.",
      ),
      pairs([
        ["Calls", found.total_call_count],
        ["Billed seconds", found.total_call_billed_duration],
        ["Amount", found.total_session_amount],
      ]),
    );
    show(
      parts.callbacks,
      table(
        "Callbacks",
        ["#", "Event", "State", "Due", "Attempts"],
        callbacks.map((callback) =>
          h(
            "tr",
            {},
            h("td", {}, h("a", { href: address("callbacks", String(callback.id)) }, callback.id)),
            h("td", {}, callback.event),
            h("td", {}, badge(callback.state)),
            h("td", { class: "num" }, when(callback.due_at)),
            h("td", { class: "num" }, callback.attempts.length),
          ),
        ),
        "It has sent none.",
      ),
    );
    show(parts.fields, pairs(Object.entries(found).filter(([name]) => name !== "interaction")));
    show(parts.raw, raw(found));
    if (why) explain(parts.explain, why);
  }

  function change() {
    show(
      form,
      sessionForm({
        uuid,
        session: {
          ...shown,
          first_party: number(shown.first_party),
          second_party: shown.second_party ? number(shown.second_party) : "",
        },
        done: () => {
          form.replaceChildren();
          refresh();
        },
        cancel: () => form.replaceChildren(),
      }),
    );
  }

  async function expire() {
    await attempt(() => vendor("DELETE", `/Masking/Session/${uuid}`), "The session has ended.");
    refresh();
  }
}

function interaction(each) {
  const uuid = each.recording_resource_url?.split("/").filter(Boolean).pop();
  return h(
    "tr",
    {},
    h("td", { class: "num" }, when(each.start_time)),
    h("td", { class: "num" }, when(each.end_time)),
    h("td", { class: "num" }, each.duration),
    h("td", { class: "num" }, each.call_billed_duration),
    h("td", { class: "num" }, each.total_call_count),
    h("td", { class: "num" }, each.total_call_amount),
    h("td", {}, uuid ? player(uuid) : "–"),
  );
}

function explain(part, why) {
  const { wanted } = why;
  show(
    part,
    h(
      "p",
      {},
      `Wanted: a number of ${wanted.owner}${wanted.calling_code ? ` with calling code ${wanted.calling_code}` : ""}${wanted.number_alone ? ", for this session alone" : ""}.`,
    ),
    table(
      "Candidates",
      ["Number", "Verdict", "Why"],
      why.candidates
        .slice(0, 200)
        .map((candidate) =>
          h(
            "tr",
            {},
            h("td", { class: "num" }, candidate.number),
            h("td", {}, badge(candidate.verdict)),
            h("td", {}, candidate.why, candidate.until ? ` until ${when(candidate.until)}` : ""),
          ),
        ),
    ),
    why.dropped_unlisted ? h("p", { class: "quiet" }, `${why.dropped_unlisted} more were passed over.`) : null,
  );
}
