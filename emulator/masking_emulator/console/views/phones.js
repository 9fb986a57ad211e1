// Handsets: phones of the page, each a party or a stranger, and the calls between them as they run.

import { control, vendor } from "../api.js";
import { choice, field, h, number, show } from "../dom.js";
import { handset } from "../handset.js";
import { player } from "../recording.js";
import { attempt } from "../say.js";
import { sequence } from "../sequence.js";
import { ring } from "../sound.js";
import { state } from "../state.js";
import { history, keepFresh } from "../stream.js";

const CALLS_MAX = 30;
const PHONES_MAX = 8;

//: The phones of each world, as long as the page lives.
const kept = new Map();

export function phones(main, signal, detail) {
  const mine = kept.get(state.world.auth_id) ?? [];
  kept.set(state.world.auth_id, mine);
  const sets = h("div", { class: "handsets" });
  const diagram = h("div");
  const recording = h("div");
  const which = choice([], "", { "aria-label": "Call", onchange: () => drawCall() });
  const session = choice([], "", { "aria-label": "Session", onchange: () => attempt(() => take(session.value)) });
  const added = h("input", {
    placeholder: "+12025550199",
    spellcheck: "false",
    "aria-label": "Number of the new phone",
    size: 14,
  });
  let calls = [];
  let listed = [];
  show(
    main,
    h("h1", {}, "Phones"),
    h(
      "div",
      { class: "cluster toolbar" },
      field("Parties of", session),
      h("form", { class: "cluster", onsubmit: add }, added, h("button", { type: "submit" }, "Add a phone")),
    ),
    sets,
    h("section", { class: "card" }, h("div", { class: "title" }, h("h2", {}, "The call"), which), diagram, recording),
  );

  async function put(digits) {
    const known = number(digits);
    if (mine.some((each) => each.number === known)) return;
    await control("PUT", `/phones/${encodeURIComponent(known)}`, { outcome: "manual" });
    if (mine.length >= PHONES_MAX) mine.shift().element.remove();
    mine.push(handset(known, { dial, act }));
  }

  function add(event) {
    event.preventDefault();
    attempt(async () => {
      await put(added.value.trim());
      added.value = "";
      sets.replaceChildren(...mine.map(({ element }) => element));
      refresh();
    });
  }

  async function take(uuid) {
    const chosen = listed.find((each) => each.session_uuid === uuid);
    if (!chosen) return;
    mine.splice(0);
    for (const digits of [chosen.first_party, chosen.second_party].filter(Boolean)) await put(digits);
    await put("+12025550177");
    for (const each of mine) each.aim(number(chosen.virtual_number));
    sets.replaceChildren(...mine.map(({ element }) => element));
    refresh();
  }

  async function dial(from, to) {
    const call = await attempt(() => control("POST", "/calls", { from, to, manual: true }));
    if (call) which.dataset.wanted = call.call_uuid;
    refresh();
  }

  async function act(uuid, body) {
    await attempt(() => control("POST", `/calls/${uuid}/actions`, body));
    refresh();
  }

  const refresh = keepFresh(
    /^(Call(?!back)|Leg|Pin|Message|Recording|SessionCreated|SessionExpired)/,
    async () => {
      const quiet = { quiet: true, signal };
      const [answer, { response }] = await Promise.all([
        control("GET", `/calls?limit=${CALLS_MAX}`, undefined, quiet),
        vendor("GET", "/Masking/Session/?status=active&limit=20", undefined, quiet),
      ]);
      calls = answer.calls;
      listed = response.objects;
      const uuid = session.value;
      session.replaceChildren(
        ...listed.map((each) =>
          h(
            "option",
            { value: each.session_uuid },
            `${number(each.first_party)} ↔ ${number(each.second_party)} on ${number(each.virtual_number)}`,
          ),
        ),
      );
      if (!listed.length) session.append(h("option", { value: "" }, "– no live session –"));
      else if (listed.some((each) => each.session_uuid === uuid)) session.value = uuid;
      if (!mine.length && listed.length) {
        session.value = listed.some((each) => each.session_uuid === detail) ? detail : listed[0].session_uuid;
        await take(session.value);
      }
      if (!sets.childElementCount)
        show(
          sets,
          mine.length
            ? mine.map(({ element }) => element)
            : h("p", { class: "empty" }, "Create a session, and its parties get a phone here; or add a phone."),
        );
      for (const each of mine) each.show(calls, history());
      ring(mine.some((each) => each.rings()));
      const before = which.dataset.wanted ?? which.value;
      which.replaceChildren(
        ...calls.map((call) =>
          h("option", { value: call.call_uuid }, `${call.from} → ${call.to}, ${call.phase.replaceAll("_", " ")}`),
        ),
      );
      which.value = calls.some((call) => call.call_uuid === before) ? before : (calls[0]?.call_uuid ?? "");
      delete which.dataset.wanted;
      drawCall();
    },
    signal,
    150,
  );

  function drawCall() {
    const call = calls.find((each) => each.call_uuid === which.value);
    which.hidden = !calls.length;
    show(
      diagram,
      call ? sequence(call, history()) : h("p", { class: "empty" }, "No call yet. Dial the virtual number."),
    );
    const recorded = call?.recording_uuid && call.phase === "ended" ? player(call.recording_uuid) : null;
    if (recorded !== recording.firstChild) show(recording, recorded);
  }

  sets.replaceChildren(...mine.map(({ element }) => element));
  signal.addEventListener("abort", () => ring(false));
}
