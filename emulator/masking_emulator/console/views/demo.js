// The guided demo: one button, a story with captions, and a world to explore afterwards.

import { control } from "../api.js";
import { button, choice, h, show } from "../dom.js";
import { handset } from "../handset.js";
import { address } from "../links.js";
import { player } from "../recording.js";
import { attempt } from "../say.js";
import { sequence } from "../sequence.js";
import { state } from "../state.js";
import { BORROWED, COURIER, CUSTOMER, onTold, PACES, play, stop, told } from "../story.js";
import { history, keepFresh } from "../stream.js";

const CAPTIONS = 16;

export function demo(main, signal) {
  const pace = choice(Object.keys(PACES), Object.keys(PACES)[0], { "aria-label": "How fast" });
  const start = button("Play the story", () => (told.running ? stop() : play(PACES[pace.value])), {
    class: "primary large",
  });
  const caption = h("p", { class: "caption", role: "status", "aria-live": "polite" });
  const progress = h("progress", { max: CAPTIONS, value: 0, "aria-label": "How far the story is" });
  const stage = h("div", { class: "stack" });
  show(
    main,
    h("h1", {}, "A masked call, in a minute"),
    h(
      "p",
      { class: "lead" },
      "An order, a customer and a courier: two calls, one of them with a PIN, a recording, expiry and cool-off. It is played on a world of its own, which you keep.",
    ),
    h("div", { class: "cluster" }, start, pace),
    caption,
    progress,
    stage,
  );

  const sets = [
    ["Customer", CUSTOMER],
    ["Courier", COURIER],
    ["Borrowed", BORROWED],
  ].map(([who, number]) => {
    const set = handset(number, {
      dial: (from, to) => attempt(() => control("POST", "/calls", { from, to, manual: true })),
      act: (uuid, body) => attempt(() => control("POST", `/calls/${uuid}/actions`, body)),
    });
    set.element.querySelector("header").prepend(h("span", {}, who));
    return set;
  });

  function draw() {
    start.textContent = told.running ? "Stop" : told.captions.length ? "Play it again" : "Play the story";
    const here = told.world === state.world.auth_id;
    caption.textContent = here || told.running ? (told.captions.at(-1) ?? "") : "";
    progress.value = here ? told.captions.length : 0;
    progress.hidden = !told.running;
    pace.hidden = told.running;
    if (!here) return;
    if (!stage.childElementCount) set();
    list.replaceChildren(...told.captions.map((text) => h("li", {}, text)));
    after.hidden = told.running;
  }

  const list = h("ol", { class: "captions" });
  const calls = h("div");
  const recordings = h("div", { class: "cluster" });
  const after = h(
    "p",
    { class: "cluster" },
    ["sessions", "numbers", "phones", "callbacks", "journal"].map((view) =>
      h("a", { class: "button", href: address(view) }, `See its ${view}`),
    ),
  );

  function set() {
    show(
      stage,
      h(
        "div",
        { class: "handsets compact" },
        sets.map(({ element }) => element),
      ),
      h(
        "div",
        { class: "columns" },
        h("section", { class: "card" }, h("h2", {}, "The call"), calls, recordings),
        h("section", { class: "card" }, h("h2", {}, "The story so far"), list, after),
      ),
    );
  }

  onTold(draw, signal);
  draw();
  keepFresh(
    /^(Call(?!back)|Leg|Pin|Message|Recording)/,
    async () => {
      if (told.world !== state.world.auth_id) return;
      const answer = await control("GET", "/calls?limit=20", undefined, { quiet: true, signal });
      for (const each of sets) {
        each.show(answer.calls, history());
        each.target.value ||= answer.calls[0]?.to ?? "";
      }
      show(calls, answer.calls[0] ? sequence(answer.calls[0], history()) : h("p", { class: "empty" }, "No call yet."));
      const there = answer.calls
        .filter((call) => call.recording_uuid && call.phase === "ended")
        .map((call) => player(call.recording_uuid));
      if (there.length !== recordings.childElementCount) show(recordings, there);
    },
    signal,
    120,
  );
}
