/**
 * Tests against masking-emulator, a local emulator of Plivo's Number Masking API.
 *
 * `Emulator.start()` starts or finds one, `emulator.world()` makes a world for a test. The code under test speaks to
 * the emulated API with Plivo's own SDK, and knows nothing of this.
 */
import "./dispose.js";

export type { Callbacks } from "./callbacks.js";
export { Control } from "./control.js";
export { Emulator, type StartOptions, type WorldWish } from "./emulator.js";
export { CannotReceive, CannotStart, ControlRefused, Unreachable } from "./errors.js";
export { callbackLine, candidateLine, eventLine, explanationText, requestLine } from "./lines.js";
export { type Delivered, type MaskingMatchers, matchers } from "./matchers.js";
export type { Faults, Numbers, Phones, Route, Routes } from "./parts.js";
export { Received, Receiver, type ReceiverOptions } from "./receiver.js";
export { redirectPlivo } from "./redirect.js";
export type { Requests } from "./requests.js";
export { type SignatureName, type Signed, type Verdict, verify } from "./signatures.js";
export type * from "./types.js";
export { type Trigger, World } from "./world.js";
