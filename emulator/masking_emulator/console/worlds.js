// Which world is looked at, and a new one.

import { control } from "./api.js";
import { button, choice, field, h, show } from "./dom.js";
import { attempt } from "./say.js";
import { state } from "./state.js";

const LISTED_MAX = 200;

export function enter(auth_id, view = "demo") {
  location.hash = `#/${encodeURIComponent(auth_id)}/${view}`;
}

export function worldsBar(bar, worlds) {
  const listed = [...new Set([state.world?.auth_id, ...worlds.slice(-LISTED_MAX)].filter(Boolean))];
  const pick = choice(listed, state.world?.auth_id ?? "", {
    "aria-label": "World",
    onchange: () => enter(pick.value, place()),
  });
  const act = (method, path, done) => () =>
    attempt(() => control(method, path, method === "POST" ? {} : undefined), done);
  const menu = h(
    "details",
    { class: "menu" },
    h("summary", {}, "World"),
    h(
      "div",
      { class: "menu-list" },
      button("New world…", () => newWorld(menu)),
      button("Fork", () =>
        attempt(
          async () => enter((await control("POST", "/fork", {})).auth_id, place()),
          "A copy of the world, as it stood.",
        ),
      ),
      button("Reset", act("POST", "/reset", "The world is as it was at its start.")),
      button(
        "Remove",
        async () => {
          if (await attempt(() => control("DELETE", ""), "The world is gone.")) enter("");
        },
        { class: "danger" },
      ),
    ),
  );
  menu.addEventListener("click", (event) => {
    if (event.target instanceof HTMLButtonElement) menu.open = false;
  });
  show(bar, pick, menu);
}

function place() {
  return location.hash.split("/")[2] ?? "demo";
}

function newWorld(opener) {
  const start = h("input", { name: "start", value: "2026-01-01T00:00:00Z", spellcheck: "false" });
  const rate = choice(
    [
      ["0", "stands still"],
      ["1", "real time"],
      ["60", "60 times as fast"],
    ],
    "0",
    { name: "rate" },
  );
  const seed = h("input", { name: "seed", value: "1" });
  const numbers = h(
    "textarea",
    { name: "numbers", rows: 4, spellcheck: "false" },
    "+14155550100\n+14155550101\n+912269000001\n+442079460001",
  );
  const subaccount = h("input", { type: "checkbox", name: "subaccount", checked: true });
  const trouble = h("p", { class: "trouble", role: "alert" });
  const dialog = h(
    "dialog",
    { "aria-labelledby": "new-world" },
    h(
      "form",
      { class: "stack", onsubmit: make },
      h("h2", { id: "new-world" }, "A new world"),
      field("Time starts at", start, "ISO 8601, UTC"),
      field("The clock", rate),
      field("Seed", seed, "Same seed, same bytes"),
      field("Numbers of the pool", numbers, "One on a line, E.164"),
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

  async function make(event) {
    event.preventDefault();
    const world = {
      clock: { start: start.value, rate: Number(rate.value) },
      numbers: numbers.value
        .split(/\s+/)
        .filter(Boolean)
        .map((each) => ({ number: each })),
      account: { subaccounts: subaccount.checked ? [{}] : [] },
    };
    try {
      const made = await control("POST", "/_emulator/worlds", { seed: seed.value, world });
      dialog.close();
      enter(made.auth_id, "sessions");
    } catch (error) {
      trouble.textContent = error.field ? `${error.field}: ${error.message}` : error.message;
    }
  }
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener.querySelector("summary")?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}
