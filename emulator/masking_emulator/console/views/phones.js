// Phones of the page, for the parties of a session and for strangers, and the calls between them as they run.

import { control, vendor } from "../api.js";
import { choice, field, h, show } from "../dom.js";
import { address, here, note } from "../links.js";
import { formatted, plainNumber } from "../numberformat.js";
import { stage } from "../stage.js";
import { world } from "../state.js";
import { history, keepFresh } from "../stream.js";

/**
 * @typedef {import("../types.js").Call} Call
 * @typedef {import("../types.js").Session} Session
 * @typedef {import("../handset.js").Person} Person
 */

const CALLS_MAX = 30;
const PHONES_MAX = 8;

/** @type {Map<string, Person[]>} the phones that somebody added, by world, as long as the page lives */
const added = new Map();

/** @type {Record<string, string>} */
const PHASES = {
  ringing_first: "rings",
  asking_pin: "asks for a PIN",
  pausing: "waits",
  announcing: "plays a message",
  ringing_second: "rings",
  bridged: "connected",
  ended: "over",
};

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {string} [detail] the session whose parties have their phones here
 */
export function phones(main, signal, detail) {
  const mine = added.get(world().auth_id) ?? [];
  added.set(world().auth_id, mine);
  const scene = stage(signal, { dialled: (call) => pick(call.call_uuid), acted: () => refresh() });
  const which = choice([], "", { "aria-label": "Call", onchange: () => pick(which.value) });
  const session = choice([], "", { "aria-label": "Session", onchange: () => turn(session.value) });
  const nothing = h("div");
  /** @type {Call[]} */
  let calls = [];
  let wanted = here().filters.call ?? "";
  let current = detail ?? "";
  let aimed = "";

  const turn = (/** @type {string} */ uuid) => {
    current = uuid;
    note("phones", uuid, { call: wanted });
    refresh();
  };
  const pick = (/** @type {string} */ uuid) => {
    wanted = uuid;
    note("phones", current || null, { call: uuid });
    refresh();
  };
  const add = (/** @type {Person} */ person) => {
    if (mine.some(({ number }) => number === person.number)) return;
    mine.push(person);
    if (mine.length > PHONES_MAX) mine.shift();
    refresh();
  };
  show(main, h("h1", {}, "Phones"), toolbar(session, add), nothing, scene.element);
  show(scene.picked, which);

  const refresh = keepFresh(
    /^(Call(?!back)|Leg|Pin|Message|Recording|Session)/,
    async () => {
      const quiet = { quiet: true, signal };
      const [answer, listed] = await Promise.all([
        control("GET", `/calls?limit=${CALLS_MAX}`, undefined, quiet),
        vendor("GET", "/Masking/Session/?status=active&limit=20", undefined, quiet),
      ]);
      calls = answer.calls;
      drawSession(listed.response.objects);
      drawCalls();
    },
    signal,
    150,
  );

  /** @param {Session[]} listed */
  function drawSession(listed) {
    const options = listed.map((each) => h("option", { value: each.session_uuid }, titleOf(each)));
    session.replaceChildren(...(options.length ? options : [h("option", { value: "" }, "– no live session –")]));
    const chosen = listed.find((each) => each.session_uuid === current) ?? (current ? null : listed[0]);
    if (chosen) session.value = chosen.session_uuid;
    const number = chosen ? plainNumber(chosen.virtual_number) : null;
    scene.cast([...(chosen ? partiesOf(chosen) : []), ...strangers(mine, chosen ?? null)]);
    scene.mask(chosen && number ? { number, until: chosen.expiry_time, live: true } : null);
    if (number && number !== aimed) scene.aim(number);
    aimed = number ?? aimed;
    scene.element.hidden = !chosen && !mine.length;
    show(nothing, scene.element.hidden ? noPhones(current) : null);
  }

  function drawCalls() {
    const options = calls.map((call) =>
      h("option", { value: call.call_uuid }, `${formatted(call.from)}, ${PHASES[call.phase] ?? call.phase}`),
    );
    which.replaceChildren(...options);
    const call = calls.find((each) => each.call_uuid === wanted) ?? calls[0] ?? null;
    which.value = call?.call_uuid ?? "";
    which.hidden = calls.length < 2;
    scene.draw(calls, history(), call);
  }
}

/**
 * @param {HTMLSelectElement} session
 * @param {(person: Person) => void} add
 */
function toolbar(session, add) {
  const digits = h("input", {
    type: "tel",
    placeholder: "+12025550199",
    "aria-label": "Number of the new phone",
    size: 15,
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const number = digits.value.replaceAll(/[^\d+]/g, "");
    if (!number) return;
    add({ number: plainNumber(number), who: "Another phone" });
    digits.value = "";
  };
  return h(
    "div",
    { class: "cluster toolbar" },
    field("Parties of", session),
    h(
      "form",
      { class: "cluster toolbar", onsubmit: submit },
      field("Another phone", digits),
      h("button", { type: "submit" }, "Add a phone"),
    ),
  );
}

/** @param {Session} session */
function titleOf({ first_party, second_party, virtual_number }) {
  return `${[first_party, second_party].filter(Boolean).map(formatted).join(" and ")} on ${formatted(virtual_number)}`;
}

/**
 * @param {Session} session
 * @returns {Person[]}
 */
function partiesOf({ first_party, second_party }) {
  const parties = [];
  if (first_party) parties.push({ number: plainNumber(first_party), who: "First party" });
  if (second_party) parties.push({ number: plainNumber(second_party), who: "Second party" });
  return parties;
}

/**
 * The phones beside the parties': the ones that were added, and one for a stranger where there is a session to call.
 *
 * @param {Person[]} mine
 * @param {Session | null} session
 */
function strangers(mine, session) {
  const parties = session ? partiesOf(session).map(({ number }) => number) : [];
  const others = mine.filter(({ number }) => !parties.includes(number));
  return session && !others.length ? [{ number: "+12025550177", who: "A stranger" }] : others;
}

/** @param {string} uuid */
function noPhones(uuid) {
  const create = h("a", { class: "button primary", href: address("sessions", null, { new: "1" }) }, "New session");
  const why = uuid
    ? `No live session is called ${uuid.slice(0, 36)}: it has ended, or never was.`
    : "No session is live. Create one, and both parties get a phone here; or add a phone.";
  return h("div", { class: "empty" }, why, create);
}
