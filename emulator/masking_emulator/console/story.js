// Telling a story: step by step on a world of its own, with captions, to be paused, stepped through and told again.

import { control } from "./api.js";
import { why } from "./say.js";
import { state } from "./state.js";
import { onConnection } from "./stream.js";
import { enter, nameWorld } from "./worlds.js";

/**
 * @typedef {import("./handset.js").Person} Person
 * @typedef {import("./types.js").Call} Call
 * @typedef {Record<string, any>} Scene what the steps of a story keep for each other
 * @typedef {{ says: string | ((scene: Scene) => string), does?: (scene: Scene) => Promise<unknown> }} Step
 * @typedef {{ id: string, title: string, line: string, cast: Person[], numbers: string[], steps: Step[] }} Story
 * @typedef {"told" | "paused" | "over" | "broken"} How
 * @typedef {{
 *   story: Story, scene: Scene, world: string, captions: string[], how: How, isBusy: boolean, trouble: string,
 *   beatMs: number
 * }} Telling `isBusy` is whether a step is being done
 */

export const PACES = /** @type {Record<string, number>} */ ({ "at reading pace": 3200, quickly: 250 });

const POLL_MS = 50;
const PATIENCE_MS = 10_000;

/** @type {Telling | null} */
let now = null;
let isConnected = true;
/** @type {() => unknown} */
let tell = () => {};
/** @type {(() => void) | null} ends the pause after a caption */
let goOn = null;
let timer = 0;

onConnection((what) => {
  isConnected = what !== "lost";
  if (isConnected && now?.how === "told") wake();
});

/** What is told, or was told last. */
export function telling() {
  return now;
}

/**
 * @param {() => unknown} listener hears of every caption and every change
 * @param {AbortSignal} signal
 */
export function onTold(listener, signal) {
  tell = listener;
  signal.addEventListener("abort", () => {
    if (tell === listener) tell = () => {};
  });
}

/**
 * Tells a story from its beginning, on a new world.
 *
 * @param {Story} story
 * @param {number} beatMs
 */
export async function play(story, beatMs) {
  if (now?.story === story && now.how === "told" && !now.world) return; // a double click tells it once
  leave();
  /** @type {Telling} */
  const mine = { story, scene: {}, world: "", captions: [], how: "told", isBusy: true, trouble: "", beatMs };
  now = mine;
  tell();
  try {
    mine.world = await makeWorld(story);
    mine.scene.world = mine.world;
    for (const step of story.steps) {
      await turn(mine, step);
      if (now !== mine) return;
    }
    mine.how = "over";
  } catch (error) {
    mine.how = "broken";
    mine.trouble = isConnected ? `The story broke off: ${why(error)}` : "The server is gone, and the story with it.";
  }
  tell();
}

/** Ends what is told, wherever it is. */
export function leave() {
  const left = now;
  now = null;
  clearTimeout(timer);
  goOn?.();
  goOn = null;
  return left;
}

export function pause() {
  if (now?.how !== "told") return;
  now.how = "paused";
  clearTimeout(timer);
  tell();
}

export function resume() {
  if (now?.how !== "paused") return;
  now.how = "told";
  wake();
  tell();
}

/** One step on; what is told stops after it. A step that is being done is that one. */
export function step() {
  if (!now || (now.how !== "told" && now.how !== "paused")) return;
  now.how = "paused";
  clearTimeout(timer);
  goOn?.();
  tell();
}

/**
 * @param {Telling} telling
 * @param {Step} step
 */
async function turn(telling, { says, does }) {
  if (state.world?.auth_id !== telling.world) {
    leave();
    return;
  }
  telling.isBusy = true;
  tell();
  await does?.(telling.scene);
  telling.isBusy = false;
  if (now !== telling) return;
  telling.captions.push(typeof says === "string" ? says : says(telling.scene));
  tell();
  await new Promise((resolve) => {
    goOn = () => resolve(undefined);
    wake();
  });
  goOn = null;
}

// While the connection is lost nothing goes on: what is shown would not be what is.
function wake() {
  clearTimeout(timer);
  if (now?.how !== "told" || !isConnected) return;
  timer = window.setTimeout(() => goOn?.(), now.beatMs);
}

/** @param {Story} story */
async function makeWorld(story) {
  const structure = {
    clock: { start: "2026-01-01T12:00:00Z", rate: 0 },
    numbers: story.numbers.map((number) => ({ number })),
    account: { subaccounts: [{}] },
  };
  const made = await control("POST", "/_emulator/worlds", { world: structure, seed: story.id });
  nameWorld(made.auth_id, `Story: ${story.title}`);
  enter(made.auth_id, "demo");
  const began = performance.now();
  while (state.world?.auth_id !== made.auth_id) {
    if (performance.now() - began > PATIENCE_MS) throw new Error("the page did not turn to the new world");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return made.auth_id;
}
