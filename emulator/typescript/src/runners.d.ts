// The little of the test runners that this package names. Whoever imports masking-emulator/vitest or
// masking-emulator/jest has the runner itself, whose types take the place of these.
declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: as the runner declares it
  export interface Assertion<T = any> {}
  export const expect: { extend(matchers: object): void };
}

declare module "expect" {
  export interface Matchers<R extends void | Promise<void>, T = unknown> {}
}
