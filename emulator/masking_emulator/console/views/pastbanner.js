// What stands above a moment: when that was, and the way back; and where there is no such moment, why.

import { control, Refused } from "../api.js";
import { button, h } from "../dom.js";
import { about, titleOf } from "../events.js";
import { ago, dated, instant, timeOf } from "../instants.js";
import { address } from "../links.js";
import { why } from "../say.js";
import { world, worldNow } from "../state.js";

/** @typedef {import("./pastmoment.js").Moment} Moment */

/**
 * @param {Moment} moment
 * @param {boolean} isFollowed
 * @param {{ back: () => unknown, fork: () => unknown }} acts
 */
export function bannerOf(moment, isFollowed, { back, fork }) {
  const { sequence, now, event, last } = moment;
  const isPast = sequence < last;
  const banner = h(
    "section",
    { class: `past-banner${isPast ? " is-past" : ""}`, "aria-label": "Which moment is shown" },
    h(
      "div",
      { class: "past-when" },
      h("b", {}, isFollowed ? `Now, unchanged since ${timeOf(now)}` : timeOf(now)),
      h("span", { class: "ago", title: dated(instant(now)) }),
      h("span", { class: "past-mark" }, isPast ? "as it was, to look at only" : isFollowed && "new events appear here"),
    ),
    h("p", { class: "past-what" }, `Event ${sequence} of ${last}: `, event ? what(event) : nothing(sequence)),
    h(
      "div",
      { class: "cluster past-acts" },
      isFollowed ? null : button("Back to now", back, { "data-key": "back" }),
      button("Fork here", fork, {
        class: "primary",
        "data-key": "fork",
        title: "A new world, which goes on from this moment; callbacks that were open then are not sent from it",
      }),
    ),
  );
  agoOf(banner, moment);
  return banner;
}

/** @param {import("../types.js").JournalEvent} event */
function what(event) {
  return [h("b", {}, titleOf(event)), " ", h("span", {}, about(event))];
}

/** @param {number} sequence */
function nothing(sequence) {
  return sequence ? "the journal no longer says what happened" : "before anything happened";
}

/**
 * Sets how long ago the moment was, on the world's clock.
 *
 * @param {Element} banner
 * @param {Moment} moment
 */
export function agoOf(banner, { now, sequence, last }) {
  const element = banner.querySelector(".ago");
  if (!element) return;
  const passed = worldNow() - instant(now);
  const isToday = dated(instant(now)).slice(0, 10) === dated(worldNow()).slice(0, 10);
  const day = isToday ? "" : ` on ${dated(instant(now)).slice(0, 10)}`;
  const still = sequence < last ? "the clock has not moved since" : "the newest event";
  const text = `${day}, ${passed < 1000 ? still : ago(passed)}`.replace(/^, /, "");
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Where the history begins, if it has forgotten its beginning.
 *
 * @param {Moment} moment
 */
export function beginningOf({ first, last }) {
  if (last === 0) {
    return h(
      "div",
      { class: "empty" },
      "Nothing has happened in this world yet. What happens can be gone back to from here, event by event.",
      h("a", { class: "button", href: address("sessions", null, { new: "1" }) }, "Create a session"),
    );
  }
  if (!first) return null;
  return h("p", { class: "quiet past-begins" }, `The past begins at event ${first}: ${bound()}`);
}

function bound() {
  const most = world().limits.history_max;
  return `what was before it was forgotten, or was in another life of this world ([limits] history_max is ${most}).`;
}

/**
 * Why a moment cannot be shown, in words, and what can be done.
 *
 * @param {unknown} error
 * @param {number | null} at
 * @param {{ back: () => unknown, go: (at: number) => unknown }} ways
 * @param {import("../api.js").Options} options
 * @returns {Promise<{ card: HTMLElement, isFinal: boolean }>} final is what no patience changes
 */
export async function troubleOf(error, at, { back, go }, options) {
  const now = button("Go to now", back, { class: "primary" });
  if (error instanceof RangeError)
    return final("The address names no event: after “past/” comes an event's number.", now);
  if (!(error instanceof Refused)) return { card: card(GONE), isFinal: false };
  const found = await control("GET", "", undefined, options).catch(() => null);
  if (!found || error.status !== 404) return final(why(error), now);
  const { history, limits } = found;
  if (!limits.history_max) return final(KEEPS_NONE, null);
  if (at !== null && at < history.first) {
    const first = button(`Go to event ${history.first}`, () => go(history.first));
    return final(`Event ${at} was forgotten. The past begins at event ${history.first}: ${bound()}`, first, now);
  }
  const ended = `This world has come to event ${history.last}, so there is no event ${at}. `;
  return final(`${ended}The world may have been reset since, or the link may be of another one.`, now);
}

const GONE =
  "The server does not answer. What is shown is how it was read; it is read again as soon as the server is back.";
const KEEPS_NONE =
  "This world keeps no past: [limits] history_max is 0. Give it a number of events, and what happens from then on can be gone back to.";

/**
 * @param {string} text
 * @param {...(HTMLElement | null)} ways
 */
function final(text, ...ways) {
  return { card: card(text, ...ways), isFinal: true };
}

/**
 * @param {string} text
 * @param {...(HTMLElement | null)} ways
 */
function card(text, ...ways) {
  return h("div", { class: "empty" }, h("p", {}, text), h("div", { class: "cluster" }, ways));
}
