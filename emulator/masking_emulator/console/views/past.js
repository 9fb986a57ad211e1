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
import { contentOf, touch } from "./pastmoment.js";
import { pressed } from "./pastpress.js";
import { comparison, eventsAround, latest, momentAt } from "./pastread.js";
import { aroundCard, neighbour, STEPS } from "./paststeps.js";

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
//: A comparison costs more than a moment; whoever goes on at once needs none.
const COMPARED_AFTER_MS = 120;

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {string} [detail] the event after which the world is looked at; left out, the newest one, which is followed
 */
export function past(main, signal, detail) {
  const quiet = { quiet: true, signal };
  /** @type {Place} */
  const place = { at: numberOf(detail), since: numberOf(here().filters.since) };
  /** @type {Moment | null} */
  let shown = null;
  let comparing = 0;
  /** @type {Promise<unknown>} */
  let arriving = Promise.resolve();
  const letGo = pressed(main, signal);

  const go = (/** @type {Partial<Place>} */ to) => {
    Object.assign(place, to);
    noted();
    arriving = read();
    return arriving;
  };
  // What is pressed while a moment is on its way is about that one. None where it turned out not to be there.
  const arrived = async () => {
    await arriving;
    return shown && (place.at === null || place.at === shown.sequence) ? shown : null;
  };
  const back = () => {
    drawn.rest();
    return go({ at: null });
  };
  const step = async (/** @type {Step} */ one, /** @type {-1 | 1} */ way) => {
    const from = await arrived();
    if (!from) return;
    const found = await attempt(() => neighbour(from, one, way, quiet));
    if (found !== null) await go({ at: found });
    else if (!signal.aborted) say(`There is no ${way > 0 ? "later" : "earlier"} ${one.kind} to step to.`);
  };
  const compare = (/** @type {number | null} */ since) => go({ since });
  const compareHere = async () => {
    const from = await arrived();
    if (from) compare(from.sequence);
  };
  const fork = async () => {
    const from = await arrived();
    if (from) forkAt(from.sequence);
  };
  const drawn = stage(main, place, { go: (at) => go({ at }), step, back, fork, compare, compareHere });
  const noted = notedLater(place, signal);

  const compareThem = latest(async () => {
    if (!shown || signal.aborted) return;
    const [moment, since] = [shown, place.since];
    const compared = await comparison(moment, since, quiet);
    await letGo();
    if (signal.aborted || shown?.sequence !== moment.sequence || !Object.is(place.since, since)) return;
    drawn.changes(compared, moment);
  });
  const read = latest(async () => {
    try {
      const moment = await momentAt(place.at, quiet);
      const events = await eventsAround(moment.sequence, quiet);
      await letGo();
      if (signal.aborted) return;
      shown = moment;
      drawn.moment(moment, events);
      clearTimeout(comparing);
      comparing = window.setTimeout(compareThem, COMPARED_AFTER_MS);
    } catch (error) {
      if (!signal.aborted) drawn.trouble(await troubleOf(error, place.at, { back, go: (at) => go({ at }) }, quiet));
    }
  });
  const afterReset = async () => {
    const was = shown;
    if (!was || (place.at === null && place.since === null)) return;
    const now = await momentAt(was.sequence, quiet).catch(() => null);
    if (signal.aborted || JSON.stringify(now?.event) === JSON.stringify(was.event)) return;
    say("The world began anew meanwhile: the moment that was looked at is gone. This is now.");
    go({ at: null, since: null });
  };

  offer(offersOf({ step, back, fork, compare: compareHere }), signal);
  follow(place, read, signal);
  onEvents(async (batch) => {
    await letGo();
    if (signal.aborted || place.at === null || !shown) return;
    shown = { ...shown, last: batch[batch.length - 1].sequence };
    drawn.bounds(shown);
  }, signal);
  onConnection((what) => what === "reset" && afterReset(), signal);
  const ticking = setInterval(() => shown && drawn.tick(shown), TICK_MS);
  signal.addEventListener("abort", () => clearInterval(ticking));
}

/**
 * The page's parts, and how each is drawn.
 *
 * @param {HTMLElement} main
 * @param {Place} place
 * @param {{
 *   go: (at: number) => unknown, step: (step: Step, way: -1 | 1) => unknown, back: () => unknown, fork: () => unknown,
 *   compare: (since: number | null) => unknown, compareHere: () => unknown
 * }} acts
 */
function stage(main, place, { go, step, back, fork, compare, compareHere }) {
  const [banner, beginning, trouble] = [h("div", { class: "past-top" }), h("div"), h("div", { role: "alert" })];
  const [around, content] = [h("div"), h("div", { class: "stack" })];
  const voice = h("p", { class: "hidden", role: "status" });
  const differences = changesCard(compare, compareHere);
  let wasPast = false;
  const { element: controls, slider, mark } = slide({ go, step });
  const side = h("div", { class: "past-side" }, around, differences.element);
  const parts = h("div", { class: "past-parts" }, side, content);
  const whole = h("div", { class: "past stack", hidden: true }, banner, controls, beginning, parts);
  show(main, h("h1", {}, "Time travel"), voice, trouble, whole);

  const bounds = (/** @type {Moment} */ moment) => {
    mark(moment, place);
    show(banner, bannerOf(moment, place.at === null, { back, fork }));
  };
  const changes = (/** @type {Comparison | null} */ compared, /** @type {Moment} */ moment) => {
    differences.draw(compared, moment, place.since);
    touch(content, compared?.changes ?? []);
  };
  return {
    bounds,
    changes,
    tick: (/** @type {Moment} */ moment) => agoOf(banner, moment),
    rest: () => banner.contains(document.activeElement) && slider.focus(),
    moment: (/** @type {Moment} */ moment, /** @type {import("../types.js").JournalEvent[]} */ events) => {
      show(trouble);
      bounds(moment);
      show(beginning, beginningOf(moment));
      show(around, aroundCard(events, moment.sequence, go));
      show(content, contentOf(moment));
      changes(null, moment);
      whole.hidden = false;
      // The slider says itself where it is. Now is said when it is come back to, not at each event.
      const isSaid = place.at !== null || wasPast;
      wasPast = place.at !== null;
      if (isSaid && document.activeElement !== slider) voice.textContent = inWords(moment);
    },
    trouble: (/** @type {{ card: HTMLElement, isFinal: boolean }} */ { card, isFinal }) => {
      show(trouble, card);
      if (isFinal) whole.hidden = true;
    },
  };
}

/**
 * Writes the place into the address once it has stood still for a moment: browsers refuse too many of these.
 *
 * @param {Place} place
 * @param {AbortSignal} signal
 */
function notedLater(place, signal) {
  let waiting = 0;
  const write = () => {
    const since = place.since === null ? "" : String(place.since);
    note("past", place.at === null ? null : String(place.at), { since });
  };
  signal.addEventListener("abort", () => clearTimeout(waiting));
  return () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(write, NOTED_AFTER_MS);
  };
}

/**
 * Reads once, then now again whenever something happens; and all once more after the connection was lost.
 *
 * @param {Place} place
 * @param {() => Promise<void>} read
 * @param {AbortSignal} signal
 */
function follow(place, read, signal) {
  let isFirst = true;
  const fresh = async () => {
    if (isFirst || place.at === null) await read();
    isFirst = false;
  };
  keepFresh(/^[A-Z]/, fresh, signal, FOLLOWED_EACH_MS);
  let wasLost = false;
  onConnection((what) => {
    if (what === "open" && wasLost) read();
    wasLost = what === "lost";
  }, signal);
}

/** @param {number} sequence */
function forkAt(sequence) {
  return attempt(
    async () => {
      const name = `Event ${sequence} of ${nameOf(world().auth_id)}`;
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
function inWords({ sequence, last, now, event }) {
  const forgotten = sequence ? "the journal no longer says what happened" : "before anything happened";
  return `${timeOf(now)}, event ${sequence} of ${last}: ${event ? titleOf(event) : forgotten}`;
}

/** @param {string | undefined} text */
function numberOf(text) {
  if (text === undefined || text === "") return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
