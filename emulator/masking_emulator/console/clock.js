// The clock of the world: what it shows, how fast it runs, and ways to move it.

import { control } from "./api.js";
import { button, h, show } from "./dom.js";
import { dated } from "./instants.js";
import { menu } from "./menu.js";
import { attempt, say } from "./say.js";
import { setClock, state, worldNow } from "./state.js";

const TICK_MS = 200;

/** @type {[number, string, string][]} */
const RATES = [
  [0, "Stop", "Stand still"],
  [1, "1x", "Follow real time"],
  [60, "60x", "A minute a second"],
];

/**
 * Moves the clock of the world.
 *
 * @param {{ seconds?: number, to?: string, next?: boolean }} body
 * @returns {Promise<{ now: string, events: any[], events_left_out?: number }>} what happened
 */
export async function advance(body) {
  const answer = await control("POST", "/clock/advance", body);
  setClock({ now: answer.now });
  return answer;
}

/** @param {{ seconds?: number, to?: string, next?: boolean }} body */
export async function move(body) {
  const answer = await advance(body);
  const count = answer.events.length + (answer.events_left_out ?? 0);
  say(count ? `${count} ${count === 1 ? "event" : "events"} happened.` : "Nothing fell due.");
}

/** @param {number} rate */
export async function setRate(rate) {
  setClock(await control("PUT", "/clock", { rate }));
}

/** @param {number} rate */
function inWords(rate) {
  if (rate === 0) return "stopped";
  return rate === 1 ? "real time" : `${rate}×`;
}

/** @param {Element} bar */
export function clockBar(bar) {
  const face = h("time", { class: "face" }, "–");
  const pace = h("span", { class: "quiet pace" }, "");
  const rates = RATES.map(([rate, label, title]) =>
    button(label, () => attempt(() => setRate(rate)), { title, "data-rate": rate, "data-stays": true }),
  );
  show(
    bar,
    menu(
      [face, pace],
      [
        h("div", { class: "segments", role: "group", "aria-label": "Speed" }, rates),
        button("One minute on", () => attempt(() => move({ seconds: 60 })), {
          class: "narrow-only",
          "data-stays": true,
        }),
        button("To the next event", () => attempt(() => move({ next: true })), {
          class: "narrow-only",
          "data-stays": true,
        }),
        button("+30 min", () => attempt(() => move({ seconds: 1800 })), { "data-stays": true }),
        goForm(),
      ],
    ),
    button("+1 min", () => attempt(() => move({ seconds: 60 }))),
    button("Next event", () => attempt(() => move({ next: true }))),
  );
  setInterval(() => tick(face, pace, rates), TICK_MS);
}

/**
 * @param {HTMLElement} face
 * @param {HTMLElement} pace
 * @param {HTMLElement[]} rates
 */
function tick(face, pace, rates) {
  if (!state.world || document.hidden) return;
  const text = dated(worldNow());
  if (face.textContent === text && pace.dataset.rate === String(state.clock.rate)) return;
  face.textContent = text;
  pace.dataset.rate = String(state.clock.rate);
  pace.textContent = `UTC, ${inWords(state.clock.rate)}`;
  for (const each of rates) each.setAttribute("aria-pressed", String(Number(each.dataset.rate) === state.clock.rate));
}

function goForm() {
  const instant = h("input", { type: "text", size: 20, placeholder: "2026-01-01T00:00:00Z", spellcheck: "false" });
  instant.setAttribute("aria-label", "Go to an instant, UTC");
  const go = (/** @type {Event} */ event) => {
    event.preventDefault();
    attempt(async () => {
      const text = instant.value.trim().replace(" ", "T");
      await move({ to: /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z` });
      instant.value = "";
    });
  };
  return h(
    "form",
    { class: "cluster", onsubmit: go },
    instant,
    h("button", { type: "submit", "data-stays": true }, "Go"),
  );
}
