// Anything by its name: Ctrl-K opens a list of views, sessions, numbers, calls, callbacks and acts. And the page's keys.

import { control, vendor } from "./api.js";
import { move, setRate } from "./clock.js";
import { button, h, show } from "./dom.js";
import { address } from "./links.js";
import { formatted, plainNumber } from "./numberformat.js";
import { offered } from "./offers.js";
import { attempt } from "./say.js";
import { state } from "./state.js";

/**
 * @typedef {{ kind: string, title: string, words: string, act: () => unknown }} Target
 * @typedef {Record<string, { title: string }>} Views
 */

const SHOWN_MAX = 12;
const SWITCHED_OFF = "single-keys-off";
const LOOKED_AT = 20;
//: Where a character is typed, or means something already. A slider takes no characters.
const TAKES_KEYS = "input:not([type=range]), textarea, select, dialog";

/** @type {[string, string][]} */
const KEYS = [
  ["Ctrl K or ⌘ K", "Find a view, a session, a number, a call, a callback or an act"],
  ["/", "Go to the filter of the view"],
  ["?", "Show these keys"],
  ["Esc", "Close what is open"],
  ["1 to 9, 0", "Turn to a view, in the order of the list"],
  ["E, B or C", "In Time travel: to the next event, callback or call; with Shift to the one before"],
  ["N", "In Time travel: back to now"],
];

/** @param {Views} views */
export function listenToKeys(views) {
  const names = Object.keys(views);
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openSwitcher(views);
      return;
    }
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(TAKES_KEYS)) return;
    if (localStorage.getItem(SWITCHED_OFF)) return;
    if (event.key === "?") keysHelp();
    else if (event.key === "/") filter(event);
    else if (/^\d$/.test(event.key)) turn(names[(Number(event.key) + 9) % 10]);
    else offeredBy(event)?.act();
  });
}

/** @param {string | undefined} view */
function turn(view) {
  if (view) location.href = address(view);
}

/**
 * What the view on the page offers for a key; letters are lower case there, and say where Shift is held.
 *
 * @param {KeyboardEvent} event
 */
function offeredBy({ key, shiftKey }) {
  const pressed = `${shiftKey ? "Shift " : ""}${key.toLowerCase()}`;
  return offered().find((each) => each.key === pressed);
}

/** @param {Event} event */
function filter(event) {
  const field = /** @type {HTMLElement | null} */ (document.querySelector("main [data-filter]"));
  if (!field) return;
  event.preventDefault();
  field.focus();
}

export function keysHelp() {
  const rows = KEYS.map(([key, does]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)]);
  const dialog = h("dialog", { "aria-labelledby": "keys-title" }, h("h2", { id: "keys-title" }, "Keys"));
  const single = h("input", { type: "checkbox", checked: !localStorage.getItem(SWITCHED_OFF) });
  single.addEventListener("change", () => {
    if (single.checked) localStorage.removeItem(SWITCHED_OFF);
    else localStorage.setItem(SWITCHED_OFF, "yes");
  });
  dialog.append(
    h("dl", { class: "pairs" }, rows),
    h("label", { class: "check" }, single, " Use the keys of a single character, such as / and N"),
    h(
      "div",
      {},
      button("Close", () => dialog.close()),
    ),
  );
  shown(dialog);
}

/** @param {HTMLDialogElement} dialog */
function shown(dialog) {
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {Views} views */
export function openSwitcher(views) {
  if (document.querySelector("dialog[open]")) return;
  const dialog = h("dialog", { class: "switcher", "aria-label": "Find anything" });
  const list = h("ul", { id: "found", role: "listbox", "aria-label": "Found" });
  const input = h("input", {
    ...{ type: "text", role: "combobox", "aria-label": "Find", "aria-controls": "found", "aria-expanded": "true" },
    ...{ placeholder: "A view, a number, a session, an act…", spellcheck: "false", autocomplete: "off" },
  });
  /** @type {Target[]} */
  let targets = [...viewTargets(views), ...actTargets()];
  /** @type {Target[]} */
  let found = [];
  let chosen = 0;

  const draw = () => {
    found = matching(targets, input.value);
    chosen = Math.max(0, Math.min(chosen, found.length - 1));
    show(
      list,
      found.map((target, place) => option(target, place, place === chosen, () => take(target))),
      found.length
        ? null
        : h("li", { class: "quiet", role: "option", "aria-disabled": "true" }, noneFound(input.value)),
    );
    input.setAttribute("aria-activedescendant", found.length ? `found-${chosen}` : "");
  };
  const take = (/** @type {Target} */ target) => {
    dialog.close();
    target.act();
  };
  input.addEventListener("input", () => {
    chosen = 0;
    draw();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      chosen = (chosen + step + found.length) % Math.max(1, found.length);
      draw();
    } else if (event.key === "Enter" && found[chosen]) {
      event.preventDefault(); // else it would press the button too that has the focus again
      take(found[chosen]);
    }
  });
  dialog.append(input, list);
  shown(dialog);
  draw();
  thingTargets().then((things) => {
    targets = [...targets, ...things];
    draw();
  });
}

/** @param {string} text */
function noneFound(text) {
  const what = "no view, act or number of this world has that in it, and no recent session, call or callback.";
  return `Nothing found for “${text.trim().slice(0, 40)}”: ${what}`;
}

/**
 * @param {Target} target
 * @param {number} place
 * @param {boolean} isChosen
 * @param {() => void} take
 */
function option({ kind, title }, place, isChosen, take) {
  const attributes = { id: `found-${place}`, role: "option", "aria-selected": String(isChosen), onclick: take };
  return h("li", attributes, h("span", {}, title), h("small", {}, kind));
}

/**
 * Those that hold every word, views and acts first.
 *
 * @param {Target[]} targets
 * @param {string} text
 */
function matching(targets, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (/** @type {Target} */ { kind, title, words: more }) => {
    const whole = `${kind} ${title} ${more}`.toLowerCase();
    return words.every((word) => whole.includes(word) || digitsIn(whole, word));
  };
  return targets.filter(holds).slice(0, SHOWN_MAX);
}

/**
 * A number is found however it is written.
 *
 * @param {string} whole
 * @param {string} word
 */
function digitsIn(whole, word) {
  const digits = word.replaceAll(/[-+()]/g, "");
  return /^\d{3,}$/.test(digits) && whole.includes(digits);
}

/** @param {Views} views */
function viewTargets(views) {
  return Object.entries(views).map(([view, { title }]) => target("view", title, view, address(view)));
}

/** @returns {Target[]} */
function actTargets() {
  return [
    ...offered().map(({ title, words, act }) => ({ kind: "act", title, words, act })),
    { kind: "act", title: "Next event", words: "clock advance", act: () => attempt(() => move({ next: true })) },
    { kind: "act", title: "One minute on", words: "clock +1", act: () => attempt(() => move({ seconds: 60 })) },
    { kind: "act", title: "Half an hour on", words: "clock +30", act: () => attempt(() => move({ seconds: 1800 })) },
    { kind: "act", title: "Stop the clock", words: "rate 0", act: () => attempt(() => setRate(0)) },
    { kind: "act", title: "Let the clock follow real time", words: "rate 1", act: () => attempt(() => setRate(1)) },
    target("act", "New session", "create", address("sessions", null, { new: "1" })),
    { kind: "act", title: "Show the keys", words: "help shortcuts", act: keysHelp },
  ];
}

/**
 * @param {string} kind
 * @param {string} title
 * @param {string} words
 * @param {string} href
 * @returns {Target}
 */
function target(kind, title, words, href) {
  return {
    kind,
    title,
    words,
    act: () => {
      location.href = href;
    },
  };
}

/** The things of the world, the newest of each. */
async function thingTargets() {
  if (!state.world) return [];
  const quiet = { quiet: true };
  const answers = await Promise.all([
    vendor("GET", `/Masking/Session/?limit=${LOOKED_AT}`, undefined, quiet).catch(() => null),
    control("GET", "/numbers", undefined, quiet).catch(() => null),
    control("GET", `/calls?limit=${LOOKED_AT}`, undefined, quiet).catch(() => null),
    control("GET", `/callbacks?order=newest&limit=${LOOKED_AT}`, undefined, quiet).catch(() => null),
  ]);
  const [sessions, numbers, calls, callbacks] = answers;
  return [
    ...(sessions?.response.objects ?? []).map(sessionTarget),
    ...(numbers?.numbers ?? []).map(numberTarget),
    ...(calls?.calls ?? []).map(callTarget),
    ...(callbacks?.callbacks ?? []).map(callbackTarget),
  ];
}

/** @param {import("./types.js").Session} session */
function sessionTarget({ session_uuid, first_party, second_party, virtual_number }) {
  const parties = [first_party, second_party].filter(Boolean);
  const words = [session_uuid, virtual_number, ...parties].map(String).join(" ");
  return target("session", parties.map(formatted).join(" and "), words, address("sessions", session_uuid));
}

/** @param {import("./types.js").PoolNumber} number */
function numberTarget({ number }) {
  return target("number", formatted(number), plainNumber(number), address("numbers", number));
}

/** @param {import("./types.js").Call} call */
function callTarget({ call_uuid, from, to, phase }) {
  const title = `${formatted(from)} to ${formatted(to)}, ${phase.replaceAll("_", " ")}`;
  return target("call", title, `${call_uuid} ${from} ${to}`, address("phones", null, { call: call_uuid }));
}

/** @param {import("./types.js").Callback} callback */
function callbackTarget({ id, event, state: how }) {
  return target("callback", `#${id} ${event} ${how}`, "", address("callbacks", String(id)));
}
