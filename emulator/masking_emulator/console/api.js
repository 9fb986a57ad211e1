// Every request of the page. What a user asked for is told to the code panel; what keeps a view fresh is not.

import { state } from "./state.js";

const listeners = [];

export class Refused extends Error {
  constructor(status, body, reason) {
    super(body?.error ?? `The server answered ${status}.`);
    this.status = status;
    this.field = body?.field ?? null;
    this.reason = reason;
  }
}

export function onCall(listener) {
  listeners.push(listener);
}

export function worldPath(tail = "") {
  return `/_emulator/worlds/${encodeURIComponent(state.world.auth_id)}${tail}`;
}

export function accountPath(tail = "") {
  return `/v1/Account/${encodeURIComponent(state.world.auth_id)}${tail}`;
}

export function control(method, path, body, options = {}) {
  return send({ method, path: path.startsWith("/_emulator") ? path : worldPath(path), body, vendor: false }, options);
}

// The emulated API, asked as a customer would. `quiet`: the page refreshes a view, nobody asked.
export function vendor(method, tail, body, options = {}) {
  return send({ method, path: accountPath(tail), body, vendor: true }, options);
}

/**
 * @param {{ method: string, path: string, body?: any, vendor: boolean }} call
 * @param {{ quiet?: boolean, signal?: AbortSignal }} [options]
 */
async function send(call, { quiet = false, signal } = {}) {
  const headers = {};
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  if (call.vendor) headers.Authorization = `Basic ${btoa(`${state.world.auth_id}:${state.world.auth_token}`)}`;
  if (call.vendor && quiet) headers["X-Emulator-Console"] = "refresh";
  if (!quiet) for (const tell of listeners) tell({ ...call, account: state.world });
  const response = await fetch(call.path, {
    method: call.method,
    headers,
    signal,
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
  });
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    throw new Refused(response.status, { error: `The answer is no JSON: ${text.slice(0, 200)}` });
  }
  if (!response.ok) throw new Refused(response.status, answer, response.headers.get("X-Emulator-Reason"));
  return answer;
}
