// Starts the command, and sees to it that the emulator ends with this process, however that ends.
//
// The emulator runs a program of ours (`masking-emulator run -- node …`) that waits for the end of its stdin, which is
// a pipe from here. The system closes it when this process is gone, killed too; the program ends, and the emulator
// with it. On its way the program says where the emulator is, which it finds in its environment.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { clearTimeout, setTimeout } from "node:timers";
import { CannotStart } from "./errors.js";

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A started emulator: where it is, and how to end it. */
export interface Launched {
  url: string;
  end(): Promise<void>;
}

const PROGRAM = [
  'process.stdout.write("at " + process.env.MASKING_EMULATOR_URL + "\\n");',
  'process.stdin.on("end", () => process.exit(0)).resume();',
].join(" ");

/** What is tried, in this order, where nothing else is said. */
const COMMANDS: readonly (readonly string[])[] = [
  ["masking-emulator"],
  ["python3", "-m", "masking_emulator"],
  ["python", "-m", "masking_emulator"],
];

/** How long a start and an end may take, in real seconds. */
const START_S = 30;
const END_S = 5;

/** Start an emulator of its own. Rejects with CannotStart, which says what was tried. */
export async function launched(command: readonly string[] | undefined): Promise<Launched> {
  const tried: string[] = [];
  for (const words of command === undefined ? COMMANDS : [command]) {
    const started = await attempted(words);
    if (typeof started !== "string") {
      return started;
    }
    tried.push(`  ${words.join(" ")}: ${started}`);
  }
  const advice =
    "Install it (`pip install masking-emulator`, or a clone of it), name it with the option `command`, " +
    "or set MASKING_EMULATOR_URL to one that runs.";
  throw new CannotStart(["the emulator could not be started; tried:", ...tried, advice].join("\n"));
}

/** The emulator, or why there is none. */
async function attempted(words: readonly string[]): Promise<Launched | string> {
  const [file = "", ...rest] = words;
  const program = [...rest, "run", "--quiet", "--", process.execPath, "-e", PROGRAM];
  // What this process was started with is not for that program.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(file, program, { env, stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  child.stdin.on("error", () => {}); // it may be gone already
  const url = await said(child);
  if (url === undefined) {
    child.kill();
    return errors.trim().split("\n").at(-1) || "it is not there";
  }
  letGo(child);
  return { url, end: () => ended(child) };
}

/** Where the emulator is; undefined where it ends, is not there, or does not say so in time. */
function said(child: Child): Promise<string | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(undefined), START_S * 1000);
    const answer = (url: string | undefined) => {
      clearTimeout(late);
      resolve(url);
    };
    createInterface(child.stdout).on("line", (line) => {
      if (line.startsWith("at ")) {
        answer(line.slice(3));
      }
    });
    child.once("error", () => answer(undefined));
    child.once("close", () => answer(undefined));
  });
}

/** Let this process end although the emulator runs. */
function letGo(child: Child): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    (stream as unknown as { unref?(): void }).unref?.();
  }
}

async function ended(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  child.ref();
  const late = setTimeout(() => child.kill("SIGKILL"), END_S * 1000);
  child.stdin.end();
  await once(child, "exit");
  clearTimeout(late);
}
