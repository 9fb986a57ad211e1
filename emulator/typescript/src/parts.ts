// The parts of a world that stand still between calls: faults, numbers, phones, callback routes.
import { type Control, segment } from "./control.js";
import type { Answer, Fault, FaultWish, PhoneHabits, PoolNumber } from "./types.js";

/** What goes wrong with the API requests of a world. */
export class Faults {
  private readonly path: string;

  constructor(
    private readonly control: Control,
    world: string,
  ) {
    this.path = `${world}/faults`;
  }

  /** The faults in the order in which a request meets them, with how often each came to work. */
  async all(): Promise<Fault[]> {
    return (await this.control.get<Answer<"list_faults">>(this.path)).faults;
  }

  /**
   * One fault more, such as `add({ operation: "create_session", status: 503, count: 3 })`.
   *
   * The official SDKs repeat what is answered 5xx; `note` says where that would hide the fault.
   */
  add(wish: FaultWish): Promise<Fault> {
    return this.control.post(this.path, wish);
  }

  /** Take a fault away; without one, all of them. */
  async clear(fault?: Fault | string): Promise<void> {
    const name = typeof fault === "object" ? fault.id : fault;
    await this.control.delete(name === undefined ? this.path : `${this.path}/${segment(name)}`);
  }
}

/** The number pool of a world. */
export class Numbers {
  private readonly path: string;

  constructor(
    private readonly control: Control,
    world: string,
  ) {
    this.path = `${world}/numbers`;
  }

  /** The pool in allocation order, with what is on each number. */
  async all(): Promise<PoolNumber[]> {
    return (await this.control.get<Answer<"show_numbers">>(this.path)).numbers;
  }

  /** One number more at the end of the pool; `subaccount` is an Auth ID. */
  async add(number: string, subaccount?: string): Promise<void> {
    await this.control.post(this.path, { number, ...(subaccount && { subaccount }) });
  }

  /** Report a number as sub-optimal: session → its new number. */
  async replace(number: string): Promise<Map<string, string>> {
    const path = `${this.path}/${segment(number)}/replace`;
    const { sessions } = await this.control.post<Answer<"replace_number">>(path);
    return new Map(sessions.map((moved) => [moved.session_uuid, moved.virtual_number]));
  }
}

/** How real numbers behave. */
export class Phones {
  constructor(
    private readonly control: Control,
    private readonly world: string,
  ) {}

  /** From now on the phone does this. */
  async set(number: string, habits: PhoneHabits): Promise<void> {
    await this.control.put(`${this.world}/phones/${segment(number)}`, habits);
  }
}

/** A callback route: what goes to the URL `from`, or to anything below it, is delivered to `to`. */
export interface Route {
  from: string;
  to: string;
}

/** Where public callback URLs are delivered. */
export class Routes {
  private readonly path: string;

  constructor(
    private readonly control: Control,
    world: string,
  ) {
    this.path = `${world}/routes`;
  }

  /** The routes, in the order in which they were given. */
  async all(): Promise<Route[]> {
    return (await this.control.get<Answer<"show_routes">>(this.path)).routes;
  }

  /** One route more, or another target for the URL of one that is there. */
  async add(from: string, to: string): Promise<void> {
    const others = (await this.all()).filter((route) => route.from !== from.replace(/\/+$/, ""));
    await this.control.put(this.path, { routes: [...others, { from, to }] });
  }

  /** No routes any more. */
  async clear(): Promise<void> {
    await this.control.put(this.path, { routes: [] });
  }
}
