// Phones of the page, for the parties of a session and for strangers, and the calls between them as they run.

import { control, vendor } from "../api.js";
import { choice, field, h, show } from "../dom.js";
import { address, here, note } from "../links.js";
import { formatted, plainNumber } from "../numberformat.js";
import { stage } from "../stage.js";
import { world } from "../state.js";
import { history, keepFresh } from "../stream.js";
import { inE164 } from "./numberentry.js";

/**
 * @typedef {import("../types.js").Call} Call
 * @typedef {import("../types.js").Session} Session
 * @typedef {import("../handset.js").Person} Person
 */

const CALLS_MAX = 30;
const PHONES_MAX = 8;
const STRANGER = { number: "+12025550177", who: "A stranger" };

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
  const add = (/** @type {string} */ number) => {
    const trouble = troubleWith(number, scene.numbers(), mine.length);
    if (trouble) return trouble;
    mine.push({ number, who: "Another phone" });
    refresh();
    return "";
  };
  show(main, h("h1", {}, "Phones"), toolbar(session, add), nothing, scene.element);
  const lost = h("p", { class: "quiet", role: "status" });
  show(scene.picked, which, lost);

  const refresh = keepFresh(
    /^(Call(?!back)|Leg|Pin|Message|Recording|Session)/,
    async () => {
      const quiet = { quiet: true, signal };
      const [answer, listed] = await Promise.all([
        control("GET", `/calls?limit=${CALLS_MAX}`, undefined, quiet),
        vendor("GET", "/Masking/Session/?status=active&limit=20", undefined, quiet),
      ]);
      const isListed = !wanted || answer.calls.some((/** @type {Call} */ each) => each.call_uuid === wanted);
      const older = isListed ? null : await callOf(wanted, quiet);
      calls = older ? [...answer.calls, older] : answer.calls;
      lost.textContent = isListed || older ? "" : noCall(wanted);
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
 * A call that is not among the newest; null where there is none of this name, or none any more.
 *
 * @param {string} uuid
 * @param {import("../api.js").Options} options
 * @returns {Promise<Call | null>}
 */
function callOf(uuid, options) {
  return control("GET", `/calls/${encodeURIComponent(uuid)}`, undefined, options).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
}

/** @param {string} uuid */
function noCall(uuid) {
  return `This world has no call ${uuid.slice(0, 36)}: it made room, or is of another world. Shown is the newest.`;
}

/**
 * @param {HTMLSelectElement} session
 * @param {(number: string) => string} add what it answers says why the number gets no phone; nothing where it gets one
 */
function toolbar(session, add) {
  const digits = h("input", {
    type: "tel",
    placeholder: "+12025550199",
    "aria-label": "Number of the new phone",
    "aria-describedby": "no-phone",
    size: 15,
    oninput: () => complain(""),
  });
  const trouble = h("small", { id: "no-phone", class: "trouble", role: "alert" });
  const complain = (/** @type {string} */ text) => {
    trouble.textContent = text;
    digits.setAttribute("aria-invalid", String(text !== ""));
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const why = add(inE164(digits.value, "1"));
    complain(why);
    if (why) digits.focus();
    else digits.value = "";
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
      trouble,
    ),
  );
}

/**
 * Why this number gets no phone of its own; nothing where it may have one.
 *
 * @param {string} number
 * @param {string[]} here the numbers that have a phone already
 * @param {number} added how many phones were added
 */
function troubleWith(number, here, added) {
  if (!number) return "Type the number of the new phone first, with its country code.";
  if (!/^\+[1-9]\d{6,14}$/.test(number)) {
    return `“${number.slice(0, 40)}” is no phone number. One has a country code and 7 to 15 digits, as +12025550199.`;
  }
  if (here.includes(number)) return `${formatted(number)} has a phone here already.`;
  return added < PHONES_MAX ? "" : `There are ${PHONES_MAX} phones more than the parties', and that is the most.`;
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
 * The phones beside the parties': one for a stranger where there is a session to call, and the ones that were added.
 *
 * @param {Person[]} mine
 * @param {Session | null} session
 */
function strangers(mine, session) {
  const parties = session ? partiesOf(session).map(({ number }) => number) : [];
  const others = mine.filter(({ number }) => !parties.includes(number));
  const isThere = [...parties, ...others.map(({ number }) => number)].includes(STRANGER.number);
  return session && !isThere ? [STRANGER, ...others] : others;
}

/** @param {string} uuid */
function noPhones(uuid) {
  const create = h("a", { class: "button primary", href: address("sessions", null, { new: "1" }) }, "New session");
  const why = uuid
    ? `No live session is called ${uuid.slice(0, 36)}: it has ended, or never was.`
    : "No session is live. Create one, and both parties get a phone here; or add a phone.";
  return h("div", { class: "empty" }, why, create);
}
