import type { Control } from "./control.js";
import { ControlRefused, notSo } from "./errors.js";
import { callbackLine } from "./lines.js";
import { strangeLines } from "./strange.js";
import type { Answer, Callback, CallbackFilters, CallbackRule } from "./types.js";

/** The most callbacks that the control API lists at once, and that an explanation names. */
const LISTED_MAX = 1000;
const EXPLAINED_MAX = 20;

/** What the control API answers where nothing matched in time. */
const IN_VAIN = 409;

/** How long a test waits where nothing else is asked for, in real seconds. */
export const WAIT_S = 5;

/** The callbacks of a world. Every method rejects with Unreachable, ControlRefused. */
export class Callbacks {
  private readonly path: string;

  constructor(
    private readonly control: Control,
    private readonly world: string,
  ) {
    this.path = `${world}/callbacks`;
  }

  /** Every callback that is kept, oldest first; the filters leave others out. */
  async all(filters: CallbackFilters = {}): Promise<Callback[]> {
    const found: Callback[] = [];
    for (;;) {
      const after = found.at(-1)?.id ?? filters.after;
      const query = { ...filters, after, limit: LISTED_MAX };
      const { callbacks } = await this.control.get<Answer<"list_callbacks">>(this.path, query);
      found.push(...callbacks);
      if (callbacks.length < LISTED_MAX) {
        return found;
      }
    }
  }

  /** Every callback of one session, oldest first. */
  of(session: string): Promise<Callback[]> {
    return this.all({ session });
  }

  /**
   * The first callback that fits the filters, in the state `delivered` unless `state` says otherwise.
   *
   * Waits up to `timeout` real seconds. Rejects with an AssertionError that says what did come, and how it differs.
   */
  async waitFor(wish: CallbackFilters & { timeout?: number } = {}): Promise<Callback> {
    const { event, session, state = "delivered", after, timeout = WAIT_S } = wish;
    const filters = { event, session, state, after };
    try {
      const answer = await this.control.wait<Answer<"wait_for_callbacks">>(`${this.path}/wait`, timeout, filters);
      return answer.callbacks[0] as Callback;
    } catch (refused) {
      if (!(refused instanceof ControlRefused) || refused.status !== IN_VAIN) {
        throw refused;
      }
      throw notSo([
        ...explained(filters, await this.all(), timeout),
        ...(await strangeLines(this.control, this.world)),
      ]);
    }
  }

  /** Send it once more; the copy, once it has been answered, has failed or is blocked. `patience` is real seconds. */
  async replay(callback: Callback | number, { patience }: { patience?: number } = {}): Promise<Callback> {
    const copy = await this.control.post<Callback>(`${this.path}/${idOf(callback)}/replay`, patient(patience));
    warnOf([copy]);
    return copy;
  }

  /** The laboratory's rules in place of those before, such as `{ action: "hold", event: "SessionTimeout" }`. */
  async rules(...rules: CallbackRule[]): Promise<void> {
    await this.control.put(`${this.path}/policy`, { rules });
  }

  /** Let held callbacks go, in this order; without any, all of them. Those that went, once they are answered. */
  async release(...callbacks: (Callback | number)[]): Promise<Callback[]> {
    const body = callbacks.length > 0 ? { ids: callbacks.map(idOf) } : {};
    const released = await this.control.post<Answer<"release_callbacks">>(`${this.path}/release`, body);
    warnOf(released.callbacks);
    return released.callbacks;
  }
}

/** Warn of those callbacks that are still waiting for an answer. */
export function warnOf(callbacks: readonly Callback[]): void {
  const out = callbacks.filter((callback) => callback.state === "waiting");
  if (out.length === 0) {
    return;
  }
  const named = out.slice(0, EXPLAINED_MAX).map((callback) => `${callbackLine(callback)} to ${callback.url}`);
  const more = out.length > EXPLAINED_MAX ? ` and ${out.length - EXPLAINED_MAX} more` : "";
  process.emitWarning(`not answered in time, and no longer waited for: ${named.join("; ")}${more}.`, "CallbacksOut");
}

/** What says for how many real seconds a request waits in all. */
export function patient(patience: number | undefined): { patience_s?: number } {
  return patience === undefined ? {} : { patience_s: patience };
}

function idOf(callback: Callback | number): number {
  return typeof callback === "number" ? callback : callback.id;
}

/** What did come instead of what was wished for, and how each differs; the nearest first. */
function explained(filters: CallbackFilters, came: readonly Callback[], waitedS: number): string[] {
  const wish = Object.entries(filters).filter(([, value]) => value !== undefined && value !== "any");
  const wanted = wish.map(([name, value]) => `${name}=${value}`).join(" ") || "any";
  const nearest = came
    .map((callback) => ({ callback, differs: differences(Object.fromEntries(wish), callback) }))
    .sort((one, other) => one.differs.length - other.differs.length || one.callback.id - other.callback.id);
  return [
    `no callback with ${wanted} within ${waitedS} seconds; ${came.length > 0 ? "what came:" : "none came at all"}`,
    ...nearest
      .slice(0, EXPLAINED_MAX)
      .map(({ callback, differs }) => `  ${callbackLine(callback)}: ${differs.join(", ")}`),
    ...(came.length > EXPLAINED_MAX ? [`  and ${came.length - EXPLAINED_MAX} more`] : []),
  ];
}

function differences(wish: CallbackFilters, callback: Callback): string[] {
  const now = { event: callback.event, session: callback.session_uuid, state: callback.state };
  const differing = (["event", "session", "state"] as const)
    .filter((name) => wish[name] !== undefined && wish[name] !== now[name])
    .map((name) => `${name} is ${now[name]}, not ${wish[name]}`);
  const late = wish.after !== undefined && callback.id <= wish.after;
  return [...differing, ...(late ? [`id is ${callback.id}, not after ${wish.after}`] : [])];
}
