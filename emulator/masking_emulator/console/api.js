// Every request of the page. What a user asked for is handed to the code panel; what keeps a view fresh is not.

import { state } from "./state.js";

/**
 * @typedef {{ method: string, path: string, body?: any, vendor: boolean }} Request
 * @typedef {Request & { account: import("./types.js").World | null }} Made
 * @typedef {{ quiet?: boolean, signal?: AbortSignal }} Options
 */

/** @type {((call: Made) => void)[]} */
const listeners = [];

/** What the server refused: its text, the field that it is about, and the emulator's own reason where it gives one. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{ error?: string, field?: string, api_id?: string } | null} body
   * @param {string | null} [reason]
   */
  constructor(status, body, reason = null) {
    super(body?.error ?? `The server answered ${status}.`);
    this.status = status;
    this.field = body?.field ?? null;
    this.api_id = body?.api_id ?? null;
    this.reason = reason;
  }
}

/**
 * Whether what was asked for was refused because its world is no longer there.
 *
 * @param {unknown} error
 */
export function isWorldGone(error) {
  return error instanceof Refused && error.status === 404 && error.field === "auth_id";
}

/** @param {(call: Made) => void} listener */
export function onCall(listener) {
  listeners.push(listener);
}

/** @param {string} [tail] */
export function worldPath(tail = "") {
  return `/_emulator/worlds/${encodeURIComponent(state.world?.auth_id ?? "")}${tail}`;
}

/** @param {string} [tail] */
export function accountPath(tail = "") {
  return `/v1/Account/${encodeURIComponent(state.world?.auth_id ?? "")}${tail}`;
}

/**
 * The control API: a path below the world, or one that begins with `/_emulator`.
 *
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export function control(method, path, body, options = {}) {
  return send({ method, path: path.startsWith("/_emulator") ? path : worldPath(path), body, vendor: false }, options);
}

/**
 * The emulated API, asked as a customer would. Reads leave no trace in the world's request journal: to look at a
 * world changes nothing in it. `quiet` says that nobody clicked.
 *
 * @param {string} method
 * @param {string} tail
 * @param {any} [body]
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export function vendor(method, tail, body, options = {}) {
  return send({ method, path: accountPath(tail), body, vendor: true }, options);
}

/**
 * @param {Request} call
 * @param {Options} options
 */
async function send(call, { quiet = false, signal }) {
  if (!quiet) for (const listener of listeners) listener({ ...call, account: state.world });
  const response = await fetch(call.path, {
    method: call.method,
    headers: headersOf(call),
    signal,
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
  });
  return answerOf(response, await response.text());
}

/** @param {Request} call */
function headersOf(call) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  if (call.vendor && state.world) {
    headers.Authorization = `Basic ${btoa(`${state.world.auth_id}:${state.world.auth_token}`)}`;
    if (call.method === "GET") headers["X-Emulator-Console"] = "refresh";
  }
  return headers;
}

/**
 * @param {Response} response
 * @param {string} text
 */
function answerOf(response, text) {
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    throw new Refused(response.status, { error: `The answer is no JSON: ${text.slice(0, 200)}` });
  }
  if (!response.ok) throw new Refused(response.status, answer, response.headers.get("X-Emulator-Reason"));
  return answer;
}
