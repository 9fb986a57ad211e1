// What the whole page knows: the world that is looked at, its clock, the server's version.

/** @typedef {import("./types.js").World} World */

/** @type {{ world: World | null, version: string, clock: { now: number, rate: number, read: number } }} */
export const state = {
  world: null,
  version: "",
  clock: { now: 0, rate: 0, read: 0 },
};

/**
 * The world that is looked at; only views ask, and there is no view without a world.
 *
 * @returns {World}
 */
export function world() {
  if (!state.world) throw new Error("there is no world");
  return state.world;
}

/** @param {{ now: string, rate?: number }} clock */
export function setClock({ now, rate }) {
  state.clock = { now: Date.parse(now), rate: rate ?? state.clock.rate, read: performance.now() };
}

/**
 * An event tells the time too; the clock never goes back.
 *
 * @param {string} at
 */
export function seen(at) {
  const instant = Date.parse(at);
  if (instant > worldNow()) state.clock = { ...state.clock, now: instant, read: performance.now() };
}

/** Milliseconds of the world's clock. */
export function worldNow() {
  const { now, rate, read } = state.clock;
  return now + rate * (performance.now() - read);
}
