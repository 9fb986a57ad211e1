// The clock of the world: what it shows, how fast it runs, and ways to move it.

import { control } from "./api.js";
import { button, h, show } from "./dom.js";
import { attempt, say } from "./say.js";
import { setClock, state, worldNow } from "./state.js";

const TICK_MS = 200;
const RATES = [
  [0, "Stop", "Stand still"],
  [1, "1x", "Follow real time"],
  [60, "60x", "A minute a second"],
];

// Moves the clock of the world; answers what happened.
export async function advance(body) {
  const answer = await control("POST", "/clock/advance", body);
  setClock({ now: answer.now });
  return answer;
}

async function move(body) {
  const answer = await advance(body);
  const count = answer.events.length + (answer.events_left_out ?? 0);
  say(count ? `${count} ${count === 1 ? "event" : "events"} happened.` : "Nothing fell due.");
}

export async function setRate(rate) {
  setClock(await control("PUT", "/clock", { rate }));
}

export function clockBar(bar) {
  const face = h("time", { class: "face" }, "–");
  const pace = RATES.map(([rate, label, title]) =>
    button(label, () => attempt(() => setRate(rate)), { title, "data-rate": rate }),
  );
  const field = h("input", {
    type: "text",
    size: 20,
    "aria-label": "Go to an instant, UTC",
    placeholder: "2026-01-01T00:00:00Z",
    spellcheck: "false",
  });
  const go = (event) => {
    event.preventDefault();
    attempt(async () => {
      const text = field.value.trim().replace(" ", "T");
      await move({ to: /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z` });
      field.value = "";
    });
  };
  show(
    bar,
    face,
    h("div", { class: "segments", role: "group", "aria-label": "Speed" }, pace),
    button("+1 min", () => attempt(() => move({ seconds: 60 }))),
    button("+30 min", () => attempt(() => move({ seconds: 1800 }))),
    button("Next event", () => attempt(() => move({ next: true }))),
    h("form", { class: "cluster", onsubmit: go }, field, h("button", { type: "submit" }, "Go")),
  );

  const tick = () => {
    if (!state.world || document.hidden) return;
    const text = new Date(worldNow()).toISOString().slice(0, 19).replace("T", " ");
    if (face.textContent !== text) face.textContent = text;
    for (const each of pace) each.setAttribute("aria-pressed", String(Number(each.dataset.rate) === state.clock.rate));
  };
  setInterval(tick, TICK_MS);
}
