// The start page: what masking is in three sentences, and the stories that show it.

import { control } from "../api.js";
import { badge, button, choice, h, show } from "../dom.js";
import { address } from "../links.js";
import { withNumbers } from "../numberformat.js";
import { say } from "../say.js";
import { stage } from "../stage.js";
import { state } from "../state.js";
import { still } from "../still.js";
import { STORIES } from "../stories.js";
import { leave, onTold, PACES, pause, play, resume, step, telling } from "../story.js";
import { history, keepFresh } from "../stream.js";

/** @typedef {import("../story.js").Story} Story */

const CALLBACKS_SHOWN = 20;
const PROBLEMS_EACH_MS = 1000;
const AFTERWARDS = {
  overview: "Overview",
  sessions: "Sessions",
  phones: "Phones",
  callbacks: "Callbacks",
  journal: "Journal",
};

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export function start(main, signal) {
  if (telling()?.world === state.world?.auth_id || telling()?.world === "") theatre(main, signal);
  else foyer(main, signal);
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
function foyer(main, signal) {
  const pace = choice(Object.keys(PACES), Object.keys(PACES)[0], { "aria-label": "How fast" });
  const tell = (/** @type {Story} */ story) => play(story, PACES[pace.value]);
  const told = (/** @type {Story} */ story) =>
    button([h("b", {}, story.title), h("span", {}, story.line)], () => tell(story), { class: "story" });
  const wrong = h("div");
  show(
    main,
    h(
      "div",
      { class: "hero" },
      h(
        "div",
        {},
        h("h1", {}, "Two people talk. Neither learns the other's number."),
        h(
          "p",
          { class: "lead" },
          "Number masking puts a borrowed number between two people. Both dial it, both see only it, and it ends with the order. This is a local stand-in for Plivo's service: same API, same callbacks, no phone and no bill.",
        ),
        h(
          "div",
          { class: "cluster" },
          button("Watch the story", () => tell(STORIES[0]), { class: "primary large" }),
          h("a", { class: "button large", href: address("overview") }, "Open the console"),
        ),
      ),
      still(),
    ),
    wrong,
    h("div", { class: "title" }, h("h2", {}, "Five stories"), pace),
    h("div", { class: "stories" }, STORIES.map(told)),
  );
  onTold(() => telling()?.how === "broken" && say(telling()?.trouble ?? "", "failed"), signal);
  const look = async () => {
    const answer = await control("GET", "/problems", undefined, { quiet: true, signal }).catch(() => null);
    if (answer) show(wrong, answer.found ? problemsLine(answer.found) : null);
  };
  keepFresh(/^[A-Z]|^traffic/, look, signal, PROBLEMS_EACH_MS);
}

/** @param {number} found */
function problemsLine(found) {
  const things = found === 1 ? "One thing in this world needs" : `${found} things in this world need`;
  return h("p", { class: "notice" }, `${things} a look: `, h("a", { href: address("overview") }, "see what and why"));
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
function theatre(main, signal) {
  const scene = stage(signal);
  const controls = h("div", { class: "cluster" });
  const caption = h("p", { class: "caption", role: "status", "aria-live": "polite" });
  const progress = h("progress", { value: 0, "aria-label": "How far the story is" });
  const captions = h("ol", { class: "captions" });
  const told = h("ul", { class: "told-of", tabindex: 0, "aria-label": "Callbacks of this story" });
  const onwards = h("p", { class: "cluster" });
  const title = h("h1", {}, telling()?.story.title ?? "");
  show(
    main,
    title,
    h("div", { class: "telling" }, caption, controls, progress),
    scene.element,
    h(
      "div",
      { class: "after" },
      h("section", { class: "card" }, h("h2", {}, "Callbacks to the company's server"), told),
      h("section", { class: "card" }, h("h2", {}, "The story so far"), captions, onwards),
    ),
  );
  const draw = () => {
    const now = telling();
    if (!now) return;
    title.textContent = now.story.title;
    show(caption, h("span", {}, withNumbers(now.trouble || (now.captions.at(-1) ?? "A world is made…"))));
    progress.max = now.story.steps.length;
    progress.value = now.captions.length;
    captions.setAttribute("aria-busy", String(now.isBusy));
    show(controls, controlsOf(now));
    show(
      captions,
      now.captions.map((text) => h("li", {}, withNumbers(text))),
    );
    captions.scrollTop = captions.scrollHeight;
    show(onwards, now.how === "over" ? Object.entries(AFTERWARDS).map(onward) : []);
    scene.cast(now.story.cast);
    const { session } = now.scene;
    scene.mask(session ? maskOf(session) : null);
    scene.aim(session?.virtual_number ?? "");
  };
  onTold(draw, signal);
  draw();
  keepFresh(/^[A-Z]/, () => refresh(scene, told, signal), signal, 120);
}

/** @param {any} created the answer to a create */
function maskOf({ virtual_number, session_uuid, session }) {
  const isOver = (/** @type {import("../types.js").JournalEvent} */ each) =>
    each.event === "SessionExpired" && each.session.uuid === session_uuid;
  return { number: virtual_number, until: session.expiry_time, live: !history().some(isOver) };
}

/** @param {[string, string]} view */
function onward([view, title]) {
  return h("a", { class: "button", href: address(view) }, `See its ${title.toLowerCase()}`);
}

/**
 * @param {ReturnType<typeof stage>} scene
 * @param {Element} told
 * @param {AbortSignal} signal
 */
async function refresh(scene, told, signal) {
  const now = telling();
  if (!now || now.world !== state.world?.auth_id) return;
  const quiet = { quiet: true, signal };
  const [{ calls }, { callbacks }] = await Promise.all([
    control("GET", "/calls?limit=20", undefined, quiet),
    control("GET", `/callbacks?order=newest&limit=${CALLBACKS_SHOWN}`, undefined, quiet),
  ]);
  const current = now.scene.session;
  if (current) scene.mask(maskOf(current));
  scene.draw(calls, history(), calls[0] ?? null);
  show(
    told,
    callbacks.length ? callbacks.map(line) : h("li", { class: "quiet" }, "None yet: they come with the first call."),
  );
}

/** @param {import("../types.js").Callback} callback */
function line({ id, event, state: how }) {
  return h("li", {}, h("a", { href: address("callbacks", String(id)) }, event), badge(how));
}

/** @param {import("../story.js").Telling} now */
function controlsOf({ how, story, beatMs }) {
  const again = button("From the start", () => play(story, beatMs), { "data-key": "again" });
  const out = button("All stories", close, { "data-key": "out" });
  if (how === "over" || how === "broken") return [again, out];
  const flow =
    how === "paused"
      ? button("Go on", resume, { class: "primary", "data-key": "flow" })
      : button("Pause", pause, { class: "primary", "data-key": "flow" });
  return [flow, button("One step", step, { "data-key": "step" }), again, out];
}

function close() {
  leave();
  dispatchEvent(new HashChangeEvent("hashchange"));
}
