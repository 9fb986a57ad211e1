// What is done in the steps of a story: each makes a function of the story's scene, which holds the session and the call.

import { control, vendor } from "./api.js";
import { advance } from "./clock.js";
import { formatted } from "./numberformat.js";
import { state } from "./state.js";

/**
 * @typedef {import("./story.js").Scene} Scene
 */

const STEPS_MAX = 6;
const receiver = () => `${location.origin}/_emulator/console/receiver`;

/** @type {(body: Record<string, any>) => (scene: Scene) => Promise<void>} */
export const create = (body) => async (scene) => {
  const urls = { callback_url: receiver(), recording_callback_url: receiver() };
  const made = await vendor("POST", "/Masking/Session", { ...urls, ...body });
  scene.session = made;
  scene.number = made.virtual_number;
};

/** @type {(from: string) => (scene: Scene) => Promise<void>} */
export const dial = (from) => async (scene) => {
  scene.call = await control("POST", "/calls", { from, to: scene.number, manual: true });
};

/** @type {(action: string, party?: string, more?: Record<string, string>) => (scene: Scene) => Promise<unknown>} */
export const act = (action, party, more) => (scene) =>
  control("POST", `/calls/${scene.call.call_uuid}/actions`, { action, ...(party ? { party } : {}), ...more });

/** @type {(seconds: number) => () => Promise<unknown>} */
export const pass = (seconds) => () => advance({ seconds });

/** @type {(...acts: ((scene: Scene) => Promise<unknown>)[]) => (scene: Scene) => Promise<void>} */
export const all =
  (...acts) =>
  async (scene) => {
    for (const each of acts) {
      if (state.world?.auth_id !== scene.world) return;
      await each(scene);
    }
  };

/** @type {(phase: string) => (scene: Scene) => Promise<void>} goes from event to event until the call is there */
export const until = (phase) => async (scene) => {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const now = await control("GET", `/calls/${scene.call.call_uuid}`, undefined, { quiet: true });
    if (now.phase === phase) return;
    await advance({ next: true });
  }
};

/** @type {(scene: Scene) => Promise<unknown>} */
export const toExpiry = ({ session }) =>
  advance({ to: session.session.expiry_time.replace(" +0000 UTC", "Z").replace(" ", "T") });

/** @type {(scene: Scene) => Promise<void>} */
export const countCallbacks = async (scene) => {
  const path = `/callbacks?session=${scene.session.session_uuid}`;
  scene.callbacks = (await control("GET", path, undefined, { quiet: true })).callbacks;
};

export const number = (/** @type {Scene} */ scene) => formatted(scene.number);
