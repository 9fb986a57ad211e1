import { readFile, writeFile } from "node:fs/promises";
import { Callbacks, patient, warnOf } from "./callbacks.js";
import { type Control, segment } from "./control.js";
import { ControlRefused } from "./errors.js";
import { callbackLine, eventLine, requestLine } from "./lines.js";
import { Faults, Numbers, Phones, Routes } from "./parts.js";
import { Requests } from "./requests.js";
import type {
  Answer,
  Body,
  Callback,
  CallScript,
  EventName,
  Explanation,
  Foreseen,
  JournalEvent,
  Schema,
  SessionFields,
  SimulatedCall,
  Snapshot,
  StoryOverrides,
} from "./types.js";

/** How a story is triggered: where its callbacks go, and what it has otherwise than usual. */
export interface Trigger {
  to: string;
  /** Send no callback but the last. */
  only?: boolean;
  /** Send each once the one before was answered with 2xx. */
  inOrder?: boolean;
  /** For how many real seconds to wait for answers in all. */
  patience?: number;
  overrides?: StoryOverrides;
}

type Action = Body<"act_on_call">;

/** The most of each kind that the control API lists at once, and that a report shows. */
const PAGE = 1000;
const REPORTED_MAX = 40;

/**
 * One world of a running emulator: an account, its clock, its pool, phones, calls and journal.
 *
 * `authId` and `authToken` are its main account's. What is answered has the control API's names. Every method rejects
 * with ControlRefused where the emulator refuses, and with Unreachable where none answers.
 */
export class World implements AsyncDisposable {
  readonly url: string;
  readonly authId: string;
  readonly authToken: string;
  readonly subaccounts: readonly { readonly authId: string; readonly authToken: string }[];
  readonly callbacks: Callbacks;
  readonly faults: Faults;
  readonly numbers: Numbers;
  readonly phones: Phones;
  readonly requests: Requests;
  readonly routes: Routes;
  private readonly path: string;

  /** `made` is what the control API answered when it made the world; `left` is called when it is removed. */
  constructor(
    readonly control: Control,
    made: Schema<"WorldState">,
    private readonly left: () => void = () => {},
  ) {
    this.url = control.url;
    this.authId = made.auth_id;
    this.authToken = made.auth_token;
    this.subaccounts = made.subaccounts.map((sub) => ({ authId: sub.auth_id, authToken: sub.auth_token }));
    this.path = `/worlds/${segment(this.authId)}`;
    this.callbacks = new Callbacks(control, this.path);
    this.faults = new Faults(control, this.path);
    this.numbers = new Numbers(control, this.path);
    this.phones = new Phones(control, this.path);
    this.requests = new Requests(control, this.path);
    this.routes = new Routes(control, this.path);
  }

  /** What the world's clock shows, ISO 8601. */
  async now(): Promise<string> {
    return (await this.control.get<Schema<"Clock">>(`${this.path}/clock`)).now;
  }

  /**
   * Let time pass, by so many seconds, `to` an instant, or to the `next` thing that is due; what happened, in order.
   *
   * Callbacks that fall due are delivered and answered before it resolves; it waits for them up to `patience` real
   * seconds in all, 10 where it is left out, and past it warns with CallbacksOut.
   */
  async advance(
    by: number | { seconds: number } | { to: string } | { next: true },
    { patience }: { patience?: number } = {},
  ): Promise<JournalEvent[]> {
    const body = { ...(typeof by === "number" ? { seconds: by } : by), ...patient(patience) };
    const answer = await this.control.post<Answer<"advance_clock">>(`${this.path}/clock/advance`, body);
    const out = new Set(answer.callbacks_out);
    if (out.size > 0) {
      const later = await this.callbacks.all({ after: Math.min(...out) - 1 });
      warnOf(later.filter((callback) => out.has(callback.id)));
    }
    return answer.events;
  }

  /** Somebody dials a virtual number, and the clock plays the rest. */
  call(from: string, to: string, script: CallScript = {}): Promise<SimulatedCall> {
    return this.control.post(`${this.path}/calls`, { from, to, ...script });
  }

  /** One step of a manual call; `party` says who does it, `digits` are for the action digits. */
  act(
    call: SimulatedCall | string,
    action: Action["action"],
    how: Omit<Action, "action"> = {},
  ): Promise<SimulatedCall> {
    const uuid = typeof call === "string" ? call : call.call_uuid;
    return this.control.post(`${this.path}/calls/${segment(uuid)}/actions`, { action, ...how });
  }

  /** The calls of the world, newest first; of one session where it is named. */
  async calls(session?: string): Promise<SimulatedCall[]> {
    const query = { session, limit: PAGE };
    return (await this.control.get<Answer<"list_simulated_calls">>(`${this.path}/calls`, query)).calls;
  }

  /** Why the session has its virtual number: every candidate, and why it was dropped. */
  explain(session: string): Promise<Explanation> {
    return this.control.get(`${this.path}/sessions/${segment(session)}/explain`);
  }

  /** What a create with these parameters would come to now, without creating anything. */
  explainCreate(fields: SessionFields): Promise<Foreseen> {
    return this.control.post(`${this.path}/sessions/explain`, fields);
  }

  /**
   * Play the shortest story that ends in `event`, in a session of its own, and deliver its callbacks to `to`.
   *
   * The callbacks in order, the event's as the last. The clock goes on as far as the story takes.
   */
  async trigger(event: EventName, { to, only, inOrder, patience, overrides }: Trigger): Promise<Callback[]> {
    const body = { event, to, only: only ?? false, in_order: inOrder ?? false, overrides: overrides ?? {} };
    const path = `${this.path}/trigger`;
    const { callbacks } = await this.control.post<Answer<"trigger_event">>(path, { ...body, ...patient(patience) });
    warnOf(callbacks);
    return callbacks;
  }

  /** Deliver to `to` what goes to the URL `from` or to anything below it, signed for the public URL. */
  route(from: string, to: string): Promise<void> {
    return this.routes.add(from, to);
  }

  /** Everything that happened in the world, as far as it is kept, oldest first. */
  async journal(): Promise<JournalEvent[]> {
    const happened: JournalEvent[] = [];
    for (;;) {
      const query = { after: happened.at(-1)?.sequence ?? 0, limit: PAGE };
      const { events } = await this.control.get<Answer<"show_journal">>(`${this.path}/journal`, query);
      happened.push(...events);
      if (events.length < PAGE) {
        return happened;
      }
    }
  }

  /** The whole state. */
  snapshot(): Promise<Snapshot> {
    return this.control.get(`${this.path}/snapshot`);
  }

  /** Put a snapshot's state in place of this one. */
  async restore(snapshot: Snapshot): Promise<void> {
    await this.control.put(`${this.path}/snapshot`, snapshot);
  }

  /** Write the whole state into a file, which `masking-emulator snapshot load` reads too. */
  async saveSnapshot(file: string): Promise<void> {
    await writeFile(file, `${JSON.stringify(await this.snapshot(), null, 2)}\n`);
  }

  /** Put the state in a file in place of this one. */
  async loadSnapshot(file: string): Promise<void> {
    await this.restore(JSON.parse(await readFile(file, "utf8")));
  }

  /** Put the world back to its start. */
  async reset(): Promise<void> {
    await this.control.post(`${this.path}/reset`);
  }

  /** What a failed test wants to show: the ends of the journal, the API requests and the callbacks. */
  async report(): Promise<string> {
    const callbacks = await this.callbacks.all();
    const names = new Map(callbacks.map((callback) => [callback.id, callback.event]));
    const parts = {
      journal: (await this.journal()).map((event) => eventLine(event, names)),
      requests: (await this.requests.all()).map(requestLine),
      callbacks: callbacks.map(callbackLine),
    };
    return Object.entries(parts)
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([name, lines]) => [`${name}:`, ...ends(lines)])
      .join("\n");
  }

  /** Remove the world; one that is gone already is fine. */
  async remove(): Promise<void> {
    this.left();
    await this.control.delete(this.path).catch((error: unknown) => {
      if (!(error instanceof ControlRefused)) {
        throw error;
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }
}

function ends(lines: readonly string[]): string[] {
  const before = lines.length - REPORTED_MAX;
  return [...(before > 0 ? [`  (${before} before)`] : []), ...lines.slice(-REPORTED_MAX).map((line) => `  ${line}`)];
}
