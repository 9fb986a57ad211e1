import "./dispose.js";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import { WAIT_S } from "./callbacks.js";
import { textOf } from "./control.js";
import { CannotReceive, notSo } from "./errors.js";
import { SIGNATURES, type SignatureName, type Verdict, verify } from "./signatures.js";
import type { EventName } from "./types.js";

/** How a receiver listens and answers. */
export interface ReceiverOptions {
  /** The tokens of the accounts whose signatures are right; without any, no signature is checked. */
  tokens?: readonly string[];
  /** What it answers; may be changed at any time. */
  status?: number;
  host?: string;
  /** Left out: any free one. */
  port?: number;
  /** The host in `url`, where the emulator knows this machine under another name. */
  urlHost?: string;
}

/** A request as it came; `parameters` are those of its URL and of its form, header names are in small letters. */
export class Received {
  constructor(
    readonly method: string,
    readonly url: string,
    readonly headers: Readonly<Record<string, string>>,
    readonly parameters: Readonly<Record<string, string>>,
    readonly verdicts: Readonly<Record<SignatureName, Verdict>> | undefined,
  ) {}

  /** The event's name; "" where the request is no callback. */
  get event(): string {
    return this.parameters.EventName ?? "";
  }

  /** Whether its signatures are there and right, as far as a customer checks them: V3 and V2. */
  get isGenuine(): boolean {
    // The other two are made with the main account's token, which a subaccount does not know.
    return this.verdicts?.V3 === "right" && this.verdicts.V2 === "right";
  }

  /** What is wrong with its signatures; "" where nothing is, or none were checked. */
  get problem(): string {
    const { verdicts } = this;
    if (verdicts === undefined || this.isGenuine) {
      return "";
    }
    const found = (["wrong", "missing", "right"] as const)
      .map((verdict) => ({ verdict, names: SIGNATURES.filter((name) => verdicts[name] === verdict) }))
      .filter(({ names }) => names.length > 0)
      .map(({ verdict, names }) => `${names.join(", ")} ${verdict}`);
    return `SIGNATURE NOT OK (${found.join("; ")})`;
  }

  toString(): string {
    const { SequenceNumber, SessionUUID } = this.parameters;
    const shown = this.event ? `${this.event} #${SequenceNumber} of ${SessionUUID}` : `${this.method} ${this.url}`;
    return this.problem ? `${shown}: ${this.problem}` : shown;
  }
}

/**
 * A server for callbacks that checks their signatures. `url` is what to give as callback_url, with any path behind it;
 * `received` is what came, in order.
 */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  status: number;
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly tokens: readonly string[],
    status: number,
  ) {
    this.status = status;
    server.on("request", (request, response) => {
      this.take(request).then(
        (taken) => response.writeHead(taken, { "Content-Length": 0, Connection: "close" }).end(),
        () => response.destroy(),
      );
    });
  }

  /** Begin to listen. Rejects with CannotReceive. */
  static async start(options: ReceiverOptions = {}): Promise<Receiver> {
    const { tokens = [], status = 200, host = "127.0.0.1", port = 0 } = options;
    const server = createServer();
    try {
      server.listen(port, host);
      await once(server, "listening");
    } catch (error) {
      throw new CannotReceive(`cannot listen on ${host}:${port}: ${(error as Error).message}`);
    }
    const named = options.urlHost ?? (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host);
    const shown = named.includes(":") ? `[${named}]` : named;
    const url = `http://${shown}:${(server.address() as AddressInfo).port}/`;
    return new Receiver(server, url, tokens, status);
  }

  /**
   * The first callback of this event, once it has come; waits up to `timeout` real seconds.
   *
   * Rejects with an AssertionError that says what did come.
   */
  async waitFor(event: EventName, options: { session?: string; timeout?: number } = {}): Promise<Received> {
    const { session, timeout = WAIT_S } = options;
    const found = () =>
      this.received.find(
        (each) => each.event === event && (session === undefined || each.parameters.SessionUUID === session),
      );
    const came = found() ?? (await this.next(found, timeout));
    if (came === undefined) {
      const others = this.received.join("; ") || "nothing";
      throw notSo([`no ${event} came within ${timeout} seconds; what came: ${others}`]);
    }
    return came;
  }

  /** What came with a wrong signature. */
  problems(): Received[] {
    return this.received.filter((each) => each.problem !== "");
  }

  /** Listen no more. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private next(found: () => Received | undefined, timeoutS: number): Promise<Received | undefined> {
    return new Promise((resolve) => {
      const look = () => {
        const came = found();
        if (came !== undefined) {
          end(came);
        }
      };
      const end = (came: Received | undefined) => {
        clearTimeout(late);
        this.waiting.delete(look);
        resolve(came);
      };
      const late = setTimeout(() => end(undefined), timeoutS * 1000);
      this.waiting.add(look);
    });
  }

  /** The status to answer a request with, which is kept. */
  private async take(request: IncomingMessage): Promise<number> {
    const form = parametersOf(request.method === "POST" ? await textOf(request) : "");
    const headers = headersOf(request);
    const callback = { method: request.method ?? "", url: publicUrl(request.url ?? "", headers), headers, form };
    const query = parametersOf(callback.url.slice(`${callback.url.split("?")[0]}?`.length));
    this.received.push(
      new Received(callback.method, callback.url, headers, { ...query, ...form }, this.verdicts(callback)),
    );
    for (const look of this.waiting) {
      look();
    }
    return this.status;
  }

  /** The best verdict on each signature under any of the tokens. */
  private verdicts(callback: Parameters<typeof verify>[0]): Record<SignatureName, Verdict> | undefined {
    const [first, ...others] = this.tokens.map((token) => verify(callback, token));
    for (const other of others) {
      for (const name of SIGNATURES) {
        if (first !== undefined && other[name] === "right") {
          first[name] = "right";
        }
      }
    }
    return first;
  }
}

/** The URL that was signed: the one in front of a proxy, or of a callback route, which says which one that was. */
function publicUrl(asked: string, headers: Readonly<Record<string, string>>): string {
  const target = headers["x-forwarded-uri"] ?? asked;
  const scheme = headers["x-forwarded-proto"] === "https" ? "https" : "http";
  return target.split("?")[0]?.includes("://") ? target : `${scheme}://${headers.host ?? ""}${target}`;
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const pairs = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function parametersOf(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}
