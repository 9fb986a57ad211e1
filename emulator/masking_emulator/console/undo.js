// Acts that destroy something: they ask first, name what is lost, and can be taken back for ten seconds.

import { control } from "./api.js";
import { button, h } from "./dom.js";
import { attempt, say } from "./say.js";

const UNDO_MS = 10_000;

/**
 * Asks before something is lost.
 *
 * @param {{ title: string, lost: string, act: string }} question `act` is what the button says
 * @returns {Promise<boolean>}
 */
export function sure({ title, lost, act }) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "sure-title", "aria-describedby": "sure-lost" });
    const close = (/** @type {string} */ answer) => dialog.close(answer);
    dialog.append(
      h("h2", { id: "sure-title" }, title),
      h("p", { id: "sure-lost" }, lost),
      h(
        "div",
        { class: "cluster" },
        button(act, () => close("yes"), { class: "danger" }),
        button("Keep it", () => close("no"), { class: "primary", autofocus: true }),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** What is in the world, as a sentence about its loss. */
export async function whatIsLost() {
  const world = await control("GET", "", undefined, { quiet: true });
  const { live, kept } = world.sessions;
  const events = world.journal.last - world.journal.first + 1;
  const counted = [`${live} live of ${kept} sessions`, `${events} events`, "every call, callback and request"];
  return `This loses ${counted.join(", ")}. Undo brings the state back for ten seconds, not the journal.`;
}

/**
 * Does what destroys, and offers to put the world's state back.
 *
 * @param {() => Promise<unknown>} act
 * @param {{ done: string, back: (snapshot: any) => Promise<unknown> }} after `back` puts the snapshot back
 */
export async function withUndo(act, { done, back }) {
  await attempt(async () => {
    const snapshot = await control("GET", "/snapshot", undefined, { quiet: true });
    await act();
    const undo = () => attempt(() => back(snapshot), "It is as it was; the journal begins here.");
    say(done, "done", { label: "Undo", act: undo, forMs: UNDO_MS });
  });
}
