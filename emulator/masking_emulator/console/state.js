// What the whole page knows: the world that is looked at, and its clock.

export const state = {
  world: null,
  clock: { now: 0, rate: 0, read: 0 },
};

/** @param {{ now: string, rate?: number }} clock */
export function setClock({ now, rate }) {
  state.clock = { now: Date.parse(now), rate: rate ?? state.clock.rate, read: performance.now() };
}

// An event tells the time too; the clock never goes back.
export function seen(at) {
  const told = Date.parse(at);
  if (told > worldNow()) state.clock = { ...state.clock, now: told, read: performance.now() };
}

export function worldNow() {
  const { now, rate, read } = state.clock;
  return now + rate * (performance.now() - read);
}
