// Which world is looked at, a new one, and what can be done to it as a whole.

import { control, worldPath } from "./api.js";
import { button, choice, field, h, show } from "./dom.js";
import { here } from "./links.js";
import { menu } from "./menu.js";
import { attempt, why } from "./say.js";
import { state, world } from "./state.js";
import { sure, whatIsLost, withUndo } from "./undo.js";

const LISTED_MAX = 200;
const NAMES = "world-names";

/**
 * @param {string} auth_id
 * @param {string} [view]
 */
export function enter(auth_id, view = "demo") {
  location.hash = `#/${encodeURIComponent(auth_id)}/${view}`;
}

/**
 * Gives a world a name, which this browser remembers.
 *
 * @param {string} auth_id
 * @param {string} name
 */
export function nameWorld(auth_id, name) {
  localStorage.setItem(NAMES, JSON.stringify(Object.fromEntries([...names(), [auth_id, name]].slice(-LISTED_MAX))));
}

/** @returns {[string, string][]} */
function names() {
  try {
    return Object.entries(JSON.parse(localStorage.getItem(NAMES) ?? "{}"));
  } catch {
    return [];
  }
}

/**
 * What this browser calls a world.
 *
 * @param {string} auth_id
 */
export function nameOf(auth_id) {
  return new Map(names()).get(auth_id) ?? `World …${auth_id.slice(-4)}`;
}

/**
 * @param {Element} bar
 * @param {string[]} worlds
 */
export function worldsBar(bar, worlds) {
  const current = state.world?.auth_id ?? "";
  const listed = [...new Set([current, ...worlds.slice(-LISTED_MAX)].filter(Boolean))];
  const options = listed.map((auth_id) => [auth_id, `${nameOf(auth_id)} · ${auth_id}`]);
  const pick = choice(options, current, {
    "aria-label": "World",
    onchange: () => enter(pick.value, here().view),
  });
  /** @type {HTMLElement[]} */
  const acts = current
    ? [button("Fork", fork), button("Reset…", reset), button("Remove…", remove, { class: "danger" })]
    : [];
  const label = current ? nameOf(current) : "No world";
  const shown = h("span", { class: "world-name", title: label }, label);
  show(bar, menu(shown, [pick, button("New world…", newWorld), ...acts], { class: "world" }));
}

function fork() {
  return attempt(async () => {
    const copy = await control("POST", "/fork", {});
    nameWorld(copy.auth_id, `Copy of ${nameOf(world().auth_id)}`);
    enter(copy.auth_id, here().view);
  }, "A copy of the world, as it stood.");
}

async function reset() {
  if (!(await sure({ title: "Reset this world?", lost: await whatIsLost(), act: "Reset" }))) return;
  const path = worldPath("/snapshot");
  await withUndo(() => control("POST", "/reset", {}), {
    done: "The world is as it was at its start.",
    back: (snapshot) => control("PUT", path, snapshot),
  });
}

async function remove() {
  if (!(await sure({ title: "Remove this world?", lost: await whatIsLost(), act: "Remove" }))) return;
  const { auth_id } = world();
  const path = worldPath("/snapshot");
  await withUndo(
    async () => {
      await control("DELETE", "");
      enter("");
    },
    {
      done: "The world is gone.",
      back: async (snapshot) => {
        await control("POST", "/_emulator/worlds", { world: snapshot.world });
        await control("PUT", path, snapshot);
        enter(auth_id);
      },
    },
  );
}

export function newWorld() {
  const start = h("input", { name: "start", value: "2026-01-01T00:00:00Z", spellcheck: "false" });
  const paces = [
    ["0", "stands still"],
    ["1", "real time"],
    ["60", "60 times as fast"],
  ];
  const rate = choice(paces, "0", { name: "rate" });
  const seed = h("input", { name: "seed", value: "1" });
  const numbers = h("textarea", { name: "numbers", rows: 4, spellcheck: "false" });
  numbers.value = "+14155550100\n+14155550101\n+912269000001\n+442079460001";
  const subaccount = h("input", { type: "checkbox", name: "subaccount", checked: true });
  const trouble = h("p", { class: "trouble", role: "alert" });
  const dialog = h("dialog", { "aria-labelledby": "new-world" });

  const structure = () => ({
    clock: { start: start.value, rate: Number(rate.value) },
    numbers: numbers.value
      .split(/\s+/)
      .filter(Boolean)
      .map((each) => ({ number: each })),
    account: { subaccounts: subaccount.checked ? [{}] : [] },
  });
  const make = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      const made = await control("POST", "/_emulator/worlds", { seed: seed.value, world: structure() });
      dialog.close();
      enter(made.auth_id, "sessions");
    } catch (error) {
      trouble.textContent = why(error);
    }
  };
  dialog.append(
    h(
      "form",
      { class: "stack", onsubmit: make },
      h("h2", { id: "new-world" }, "A new world"),
      field("Time starts at", start, "ISO 8601, UTC"),
      field("The clock", rate),
      field("Seed", seed, "Same seed, same bytes"),
      field("Numbers of the pool", numbers, "One on a line, with country code"),
      h("label", { class: "check" }, subaccount, " with a subaccount"),
      trouble,
      h(
        "div",
        { class: "cluster" },
        h("button", { type: "submit", class: "primary" }, "Make the world"),
        button("Cancel", () => dialog.close()),
      ),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
