import "./dispose.js";
import { Control } from "./control.js";
import { type Launched, launched } from "./launch.js";
import { redirectPlivo } from "./redirect.js";
import type { Schema } from "./types.js";
import { World } from "./world.js";

/** How an emulator is found. */
export interface StartOptions {
  /** An emulator that runs, instead of the one that MASKING_EMULATOR_URL names. */
  url?: string;
  /** The command that starts one, such as `["python3.12", "-m", "masking_emulator"]`. */
  command?: string | readonly string[];
  /** Lead this process's requests for api.plivo.com to it, as long as it is up; true where it is left out. */
  redirect?: boolean;
}

/** What a world is made of: keys as in a world file, numbers as plain texts too, and a seed. */
export type WorldWish = Omit<Schema<"World">, "numbers"> & {
  numbers?: readonly (string | NonNullable<Schema<"World">["numbers"]>[number])[];
  /** An example world whose keys count where there are no others. */
  example?: string;
};

/** The clock of a test's world unless it has another one: it stands still at the start of 2026. */
const STILL = { start: "2026-01-01T00:00:00Z", rate: 0 };

const VARIABLES = ["PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN"] as const;

/** An emulator for tests: one of its own, which ends with this process at the latest, or one that runs already. */
export class Emulator implements AsyncDisposable {
  readonly url: string;
  private readonly restore: () => void;

  private constructor(
    readonly control: Control,
    private readonly child: Launched | undefined,
    redirect: boolean,
  ) {
    this.url = control.url;
    this.restore = redirect ? redirectPlivo(control.url) : () => {};
  }

  /**
   * Connect to the emulator that `url` or the variable MASKING_EMULATOR_URL names; without either, start one.
   *
   * The command is looked for on the PATH, then as `python3 -m masking_emulator`. Rejects with CannotStart, which says
   * what was tried, with Unreachable where the URL leads to none, and with TypeError where both are given.
   */
  static async start(options: StartOptions = {}): Promise<Emulator> {
    const { url, command, redirect = true } = options;
    if (url !== undefined && command !== undefined) {
      throw new TypeError("give url, for an emulator that runs, or command, for one that is started, and not both");
    }
    const named = url ?? (command === undefined ? process.env.MASKING_EMULATOR_URL : undefined);
    const child = named ? undefined : await launched(typeof command === "string" ? [command] : command);
    const control = new Control(named || (child?.url ?? ""));
    await control.get<Schema<"Health">>("/health");
    return new Emulator(control, child, redirect);
  }

  /**
   * A world of its own, whose clock stands still until `advance`. The variables PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN name
   * its account until it is removed.
   */
  async world({ numbers, example, ...wish }: WorldWish = {}): Promise<World> {
    const pool = numbers?.map((number) => (typeof number === "string" ? { number } : number));
    const world = { clock: STILL, seed: 1, ...wish, ...(pool && { numbers: pool }) };
    const made = await this.control.post<Schema<"WorldState">>("/worlds", { world, ...(example && { example }) });
    return new World(this.control, made, inEnvironment(made.auth_id, made.auth_token));
  }

  /** End the emulator where it was started here, and lead requests to Plivo no more. */
  async stop(): Promise<void> {
    this.restore();
    await this.child?.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Name an account in the environment; what is returned puts back what was there, unless it has been changed since. */
function inEnvironment(...values: [string, string]): () => void {
  const before = VARIABLES.map((name) => process.env[name]);
  VARIABLES.forEach((name, place) => {
    process.env[name] = values[place];
  });
  return () => {
    VARIABLES.forEach((name, place) => {
      if (process.env[name] !== values[place]) {
        return;
      }
      const earlier = before[place];
      if (earlier === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = earlier;
      }
    });
  };
}
