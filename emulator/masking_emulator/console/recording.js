// A recording, to be played.

import { vendor } from "./api.js";
import { h } from "./dom.js";

const known = new Map();
const KNOWN_MAX = 200;

// The same element for the same recording, so that a view drawn anew does not stop what plays.
export function player(uuid) {
  if (!known.has(uuid)) {
    if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value);
    known.set(uuid, made(uuid));
  }
  return known.get(uuid);
}

function made(uuid) {
  const audio = h("audio", { controls: true, preload: "metadata", "aria-label": `Recording ${uuid.slice(0, 8)}` });
  vendor("GET", `/Recording/${uuid}/`, undefined, { quiet: true }).then(
    ({ recording_url }) => {
      audio.src = new URL(recording_url, location.href).pathname;
    },
    () => {
      known.delete(uuid);
      audio.replaceWith(h("span", { class: "quiet" }, "not there"));
    },
  );
  return audio;
}
