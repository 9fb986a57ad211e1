// A recording, to be played.

import { vendor } from "./api.js";
import { h } from "./dom.js";

/** @type {Map<string, HTMLElement>} */
const known = new Map();
const KNOWN_MAX = 200;

/**
 * The same element for the same recording, so that a view drawn anew does not stop what plays.
 *
 * @param {string} uuid
 * @returns {HTMLElement}
 */
export function player(uuid) {
  const found = known.get(uuid) ?? made(uuid);
  if (!known.has(uuid)) {
    const oldest = known.keys().next().value;
    if (known.size >= KNOWN_MAX && oldest !== undefined) known.delete(oldest);
    known.set(uuid, found);
  }
  return found;
}

/** @param {string} uuid */
function made(uuid) {
  const audio = h("audio", { controls: true, preload: "metadata", "aria-label": `Recording ${uuid.slice(0, 8)}` });
  vendor("GET", `/Recording/${uuid}/`, undefined, { quiet: true }).then(
    ({ recording_url }) => {
      audio.src = new URL(recording_url, location.href).pathname;
    },
    () => {
      known.delete(uuid);
      audio.replaceWith(h("span", { class: "quiet" }, "The recording is not there any more."));
    },
  );
  return audio;
}
