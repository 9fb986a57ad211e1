// `import "masking-emulator/vitest"` in a test or a setup file: adds the matchers to Vitest's `expect`.
import "vitest"; // kept in the types too, which add to those of the runner only then
import { expect } from "vitest";
import { type MaskingMatchers, matchers } from "./matchers.js";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration that this adds to has it
  interface Assertion<T = any> extends MaskingMatchers<Promise<void>> {}
}

expect.extend(matchers);
