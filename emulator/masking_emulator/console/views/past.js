// Time travel: the world as it stood after any event of its journal. Nothing can be done here to what was but a fork.

import { control } from "../api.js";
import { h, show } from "../dom.js";
import { titleOf } from "../events.js";
import { timeOf } from "../instants.js";
import { here, note } from "../links.js";
import { offer } from "../offers.js";
import { attempt, say } from "../say.js";
import { world } from "../state.js";
import { keepFresh, onConnection, onEvents } from "../stream.js";
import { enter, nameOf, nameWorld } from "../worlds.js";
import { agoOf, bannerOf, beginningOf, troubleOf } from "./pastbanner.js";
import { changesCard } from "./pastchanges.js";
import { slide } from "./pastcontrols.js";
import { ASKED_MAX, contentOf } from "./pastmoment.js";
import { aroundCard, neighbour, page, STEPS } from "./paststeps.js";

/**
 * @typedef {import("./pastmoment.js").Moment} Moment
 * @typedef {import("./pastchanges.js").Comparison} Comparison
 * @typedef {import("./paststeps.js").Step} Step
 * @typedef {{ at: number | null, since: number | null }} Place `at` null is now, which is followed; `since` is compared
 *   with, where it is not null; a NaN stands for what is no number in an address
 */

const TICK_MS = 1000;
const NOTED_AFTER_MS = 150;
const FOLLOWED_EACH_MS = 700;
const AROUND = 3;

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {string} [detail] the event after which the world is looked at; left out, the newest one, which is followed
 */
export function past(main, signal, detail) {
  const quiet = { quiet: true, signal };
  /** @type {Place} */
  const place = { at: numberOf(detail), since: numberOf(here().filters.since) };
  const [banner, beginning, trouble] = [h("div"), h("div"), h("div", { role: "alert" })];
  const [around, changed, content] = [h("div"), h("div"), h("div", { class: "stack" })];
  const voice = h("p", { class: "hidden", role: "status" });
  /** @type {Moment | null} */
  let shown = null;
  let noting = 0;

  const go = (/** @type {Partial<Place>} */ to) => {
    Object.assign(place, to);
    clearTimeout(noting);
    noting = window.setTimeout(write, NOTED_AFTER_MS);
    return read();
  };
  const write = () => {
    if (signal.aborted) return;
    const since = place.since === null ? "" : String(place.since);
    note("past", place.at === null ? null : String(place.at), { since });
  };
  const back = () => {
    if (banner.contains(document.activeElement)) slider.focus();
    return go({ at: null });
  };
  const step = async (/** @type {Step} */ one, /** @type {-1 | 1} */ way) => {
    if (!shown) return;
    const { sequence, first } = shown;
    const found = await attempt(() => neighbour(sequence, one, way, quiet));
    if (found !== null && found >= first) await go({ at: found });
    else if (!signal.aborted) say(`There is no ${way > 0 ? "later" : "earlier"} ${one.kind} to step to.`);
  };
  const compare = (/** @type {number | null} */ since) => go({ since });
  const fork = () => shown && forkAt(shown.sequence);
  const { element: controls, slider, mark } = slide({ go: (at) => go({ at }), step });

  const drawBanner = () => {
    if (!shown) return;
    mark(shown, place.since);
    show(banner, bannerOf(shown, place.at === null, { back, fork }));
  };
  const draw = (/** @type {Moment} */ moment, /** @type {Comparison} */ compared, /** @type {any} */ near) => {
    shown = moment;
    show(trouble);
    drawBanner();
    show(beginning, beginningOf(moment));
    show(
      around,
      aroundCard(near.events, moment.sequence, (at) => go({ at })),
    );
    show(changed, changesCard(compared, moment, { compare, since: place.since }));
    const touched = new Set(compared.changes.map(({ kind, id }) => `${kind} ${id}`));
    show(content, contentOf(moment, touched));
    whole.hidden = false;
    const text = `${timeOf(moment.now)}, event ${moment.sequence} of ${moment.last}: ${headOf(moment)}`;
    if (place.at !== null && document.activeElement !== slider) voice.textContent = text;
  };
  const fail = async (/** @type {unknown} */ error) => {
    const found = await troubleOf(error, place.at, { back, go: (at) => go({ at }) }, quiet);
    if (signal.aborted) return;
    show(trouble, found.card);
    if (found.isFinal) whole.hidden = true;
  };
  const read = latest(async () => {
    try {
      const moment = await momentAt(place.at, quiet);
      const before = Math.max(0, moment.sequence - AROUND - 1);
      const [compared, near] = await Promise.all([
        comparison(moment, place.since, quiet),
        page(before, 2 * AROUND + 1, quiet),
      ]);
      if (!signal.aborted) draw(moment, compared, near);
    } catch (error) {
      if (!signal.aborted) await fail(error);
    }
  });

  const whole = h("div", { class: "past stack", hidden: true }, banner, controls, beginning);
  whole.append(h("div", { class: "past-parts" }, h("div", { class: "past-side" }, around, changed), content));
  show(main, h("h1", {}, "Time travel"), voice, trouble, whole);
  offer(offersOf({ step, back, fork, compare: () => shown && compare(shown.sequence) }), signal);
  follow({ place, read, last: (last) => shown && Object.assign(shown, { last }) && drawBanner() }, signal);
  const ticking = setInterval(() => shown && agoOf(banner, shown), TICK_MS);
  signal.addEventListener("abort", () => clearInterval(ticking));
  onConnection((what) => what === "reset" && afterReset(), signal);

  const afterReset = async () => {
    const was = shown;
    const now = was && (await momentAt(was.sequence, quiet).catch(() => null));
    if (signal.aborted || !was || place.at === null) return;
    if (JSON.stringify(now?.event) === JSON.stringify(was.event)) return;
    say("The world began anew meanwhile: the moment that was looked at is gone. This is now.");
    go({ at: null, since: null });
  };
}

/**
 * Keeps the page in step with what happens: now is read again, and a moment of the past only gets further away.
 *
 * @param {{ place: Place, read: () => Promise<void>, last: (sequence: number) => unknown }} ways
 * @param {AbortSignal} signal
 */
function follow({ place, read, last }, signal) {
  let isFirst = true;
  const fresh = async () => {
    if (isFirst || place.at === null) await read();
    isFirst = false;
  };
  keepFresh(/^[A-Z]/, fresh, signal, FOLLOWED_EACH_MS);
  onConnection((what) => what === "open" && read(), signal);
  onEvents((batch) => place.at !== null && last(batch[batch.length - 1].sequence), signal);
}

/**
 * Work that runs once at a time, and once more where it was asked for meanwhile.
 *
 * @param {() => Promise<unknown>} work
 * @returns {() => Promise<void>}
 */
function latest(work) {
  /** @type {Promise<void> | null} */
  let running = null;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await work();
    } while (again);
    running = null;
  };
  return () => {
    again = running !== null;
    running ??= run();
    return running;
  };
}

/**
 * @param {number | null} at
 * @param {import("../api.js").Options} options
 * @returns {Promise<Moment>}
 */
function momentAt(at, options) {
  if (Number.isNaN(at)) throw new RangeError("no number");
  return control("GET", `/at?limit=${ASKED_MAX}${at === null ? "" : `&sequence=${at}`}`, undefined, options);
}

/**
 * What is different between the moment and the one that it is compared with, or the one before it.
 *
 * @param {Moment} moment
 * @param {number | null} since
 * @param {import("../api.js").Options} options
 * @returns {Promise<Comparison>}
 */
async function comparison({ sequence, first }, since, options) {
  const other = since ?? sequence - 1;
  const [from, to] = other < sequence ? [other, sequence] : [sequence, other];
  if (since === null && other < first) return { from, to, changes: [] };
  try {
    if (Number.isNaN(other)) throw new RangeError("no number");
    const path = `/at/changes?since=${from}&sequence=${to}`;
    return { from, to, changes: (await control("GET", path, undefined, options)).changes };
  } catch (error) {
    if (since === null || options.signal?.aborted) throw error;
    return { from, to, changes: [], error };
  }
}

/** @param {number} sequence */
function forkAt(sequence) {
  return attempt(
    async () => {
      const name = `${nameOf(world().auth_id)}, from event ${sequence}`;
      const copy = await control("POST", "/fork", { at: sequence });
      nameWorld(copy.auth_id, name);
      enter(copy.auth_id, "overview");
      return copy;
    },
    ({ journal }) => {
      const end = journal.last > sequence ? `, the end of what event ${sequence} belongs to` : "";
      return `A new world, which goes on from event ${journal.last}${end}. The other one stays as it is.`;
    },
  );
}

/**
 * @param {{
 *   step: (step: Step, way: -1 | 1) => unknown, back: () => unknown, fork: () => unknown, compare: () => unknown
 * }} acts
 * @returns {import("../offers.js").Offer[]}
 */
function offersOf({ step, back, fork, compare }) {
  const steps = STEPS.flatMap((one) => [
    { title: `The next ${one.kind}`, words: "time travel step", key: one.key, act: () => step(one, 1) },
    { title: `The ${one.kind} before`, words: "time travel step", key: `Shift ${one.key}`, act: () => step(one, -1) },
  ]);
  return [
    ...steps,
    { title: "Back to now", words: "time travel newest", key: "n", act: back },
    { title: "Fork here", words: "time travel copy world", act: fork },
    { title: "Compare from here", words: "time travel difference", act: compare },
  ];
}

/** @param {Moment} moment */
function headOf({ event, sequence }) {
  if (event) return titleOf(event);
  return sequence ? "the journal has forgotten what happened" : "the beginning";
}

/** @param {string | undefined} text */
function numberOf(text) {
  if (text === undefined || text === "") return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
