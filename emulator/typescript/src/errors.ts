import { AssertionError } from "node:assert";

/** No emulator answers there. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The emulator could not be started; the message says what was tried. */
export class CannotStart extends Error {
  override readonly name = "CannotStart";
}

/** The receiver cannot listen at its address. */
export class CannotReceive extends Error {
  override readonly name = "CannotReceive";
}

/**
 * The control API refused; the message is its reason, and which field it is about.
 *
 * `status` is its status, `field` the field's path or undefined, `answer` all that it said.
 */
export class ControlRefused extends Error {
  override readonly name = "ControlRefused";
  readonly field: string | undefined;

  constructor(
    readonly status: number,
    readonly answer: Readonly<Record<string, unknown>>,
  ) {
    const reason = typeof answer.error === "string" ? answer.error : `status ${status}`;
    const field = typeof answer.field === "string" ? answer.field : undefined;
    super(field === undefined ? reason : `${field}: ${reason}`);
    this.field = field;
  }
}

/** What a runner shows as a failed assertion, with these lines as its message. */
export function notSo(lines: readonly string[]): AssertionError {
  return new AssertionError({ message: lines.join("\n") });
}
