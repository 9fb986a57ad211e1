import { AssertionError } from "node:assert";
import { WAIT_S } from "./callbacks.js";
import { callbackLine } from "./lines.js";
import type { CallbackFilters, EventName } from "./types.js";
import { World } from "./world.js";

/** Which callback is expected, besides its event, and for how many real seconds it is waited for. */
export type Delivered = Omit<CallbackFilters, "event" | "state"> & { timeout?: number };

/** What a matcher answers, as Vitest and Jest take it. */
interface Outcome {
  pass: boolean;
  message(): string;
}

/** The matchers as types: what `expect(…)` has once they are added. */
export interface MaskingMatchers<R = unknown> {
  /**
   * `await expect(world).toHaveDelivered("SessionTimeout", { session })`: the world has delivered such a callback.
   *
   * It is waited for up to `timeout` real seconds, 5 where it is left out; `not` looks once, without waiting.
   */
  toHaveDelivered(event: EventName, which?: Delivered): R;
}

async function toHaveDelivered(
  this: { isNot?: boolean },
  world: unknown,
  event: EventName,
  { timeout, ...which }: Delivered = {},
): Promise<Outcome> {
  if (!(world instanceof World)) {
    throw new TypeError(`toHaveDelivered takes a world of masking-emulator, not ${typeof world}`);
  }
  try {
    const wish = { ...which, event, timeout: timeout ?? (this.isNot ? 0 : WAIT_S) };
    const callback = await world.callbacks.waitFor(wish);
    return { pass: true, message: () => `a callback came that should not have: ${callbackLine(callback)}` };
  } catch (error) {
    if (!(error instanceof AssertionError)) {
      throw error;
    }
    return { pass: false, message: () => error.message };
  }
}

/** For `expect.extend(matchers)`; `masking-emulator/vitest` and `masking-emulator/jest` do that, with the types. */
export const matchers = { toHaveDelivered };
