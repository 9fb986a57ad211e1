// `import "masking-emulator/jest"` in a test, or `setupFilesAfterEnv`: adds the matchers to Jest's `expect`.
import { type MaskingMatchers, matchers } from "./matchers.js";

declare module "expect" {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends MaskingMatchers<Promise<void>> {}
}

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the declaration that this adds to has it
    interface Matchers<R, T = {}> extends MaskingMatchers<Promise<void>> {}
  }
}

const { expect } = globalThis as unknown as { expect?: { extend(matchers: object): void } };
if (expect === undefined) {
  throw new Error("masking-emulator/jest belongs into a test of Jest, or into its setupFilesAfterEnv");
}
expect.extend(matchers);
