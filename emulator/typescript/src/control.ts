import { type IncomingMessage, request } from "node:http";
import { ControlRefused, Unreachable } from "./errors.js";

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** How long an answer may take beyond the time that the server was asked to wait, in seconds. */
const GRACE_S = 30;

/** How long an answer may take where nothing else is asked for, in seconds: a long advance takes its time. */
const PATIENCE_S = 3600;

/** The control API of one server, by paths below `/_emulator`. Every method rejects with Unreachable, ControlRefused. */
export class Control {
  readonly url: string;

  /** Asks nothing yet. Throws Unreachable where `url` is no http:// URL. */
  constructor(url: string) {
    this.url = url.replace(/\/+$/, "");
    if (!URL.canParse?.(this.url) || new URL(this.url).protocol !== "http:") {
      throw new Unreachable(`'${url}' is no http:// URL`);
    }
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.ask<T>("GET", path, query);
  }

  /** GET a path that answers as soon as something happens, at the latest after so many seconds. */
  wait<T>(path: string, timeoutS: number, query: Query = {}): Promise<T> {
    return this.ask<T>("GET", path, { ...query, timeout_s: timeoutS }, undefined, timeoutS + GRACE_S);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.ask<T>("POST", path, {}, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.ask<T>("PUT", path, {}, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.ask<T>("DELETE", path);
  }

  private async ask<T>(method: string, path: string, query: Query = {}, body?: object, patienceS = PATIENCE_S) {
    const url = `${this.url}/_emulator${path}${asQuery(query)}`;
    const { status, text } = await exchanged(method, url, body, patienceS).catch((error: Error) => {
      throw new Unreachable(`no emulator answers at ${this.url}: ${reasonOf(error)}`);
    });
    const answer = this.read(text);
    if (status >= 400) {
      throw new ControlRefused(status, answer);
    }
    return answer as T;
  }

  private read(text: string): Record<string, unknown> {
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      answer = undefined;
    }
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
      throw new Unreachable(`what answers at ${this.url} is no emulator`);
    }
    return answer as Record<string, unknown>;
  }
}

/** A text as one segment of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

// Not `fetch`, which tests replace. No connection is kept, so that none keeps a test process alive.
function exchanged(method: string, url: string, body: object | undefined, patienceS: number) {
  const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = {
    Connection: "close",
    "Content-Type": "application/json",
    ...(content && { "Content-Length": content.length }),
  };
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false, timeout: patienceS * 1000 }, (answer) => {
      textOf(answer).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject);
    });
    asked.on("error", reject);
    asked.on("timeout", () => asked.destroy(new Error("it did not answer in time")));
    asked.end(content);
  });
}

/** The whole body as text. */
export async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function asQuery(query: Query): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      asked.set(name, String(value));
    }
  }
  return asked.size === 0 ? "" : `?${asked}`;
}

function reasonOf(error: Error): string {
  const errors = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return errors[0]?.message || error.message;
}
