// A fault as a sentence: "the next 3 creates are answered with 503".

/** @typedef {import("../types.js").Fault} Fault */

//: What requests are called, by operation.
export const REQUESTS = /** @type {Record<string, string>} */ ({
  create_session: "creates",
  list_sessions: "lists of sessions",
  get_session: "reads of a session",
  update_session: "updates",
  delete_session: "deletes",
  list_calls: "lists of calls",
  get_call: "reads of a call",
  list_recordings: "lists of recordings",
  get_recording: "reads of a recording",
  delete_recording: "deletes of a recording",
  list_numbers: "lists of numbers",
  get_number: "reads of a number",
});

export const BODIES = /** @type {Record<string, string>} */ ({
  malformed: "broken JSON",
  truncated: "a body that is cut off",
  empty: "no body",
});

export const CONNECTIONS = /** @type {Record<string, string>} */ ({ drop: "closed", reset: "reset" });

/** @param {Fault} fault */
export function inSentence(fault) {
  const parts = [`${subject(fault)} ${verb(fault)}`, ...conditions(fault)];
  return `${parts[0][0].toUpperCase()}${parts.join(", ").slice(1)}.`;
}

/** @param {Fault} fault */
function subject({ operation, method, count, path }) {
  const kind = REQUESTS[operation] ?? (method ? `${method} requests` : "requests");
  return `${count ? `the next ${count}` : "all"} ${kind}${path ? ` to ${path}` : ""}`;
}

/** @param {Fault} fault */
function verb({ status, text, body, connection, delay_s: delay, limit }) {
  if (limit) return `beyond ${limit.requests} in ${limit.per_s} s are answered with 429`;
  const ways = [];
  if (connection) ways.push(`lose their connection (${connection})`);
  if (status) ways.push(`are answered with ${status}${text ? ` "${text}"` : ""}`);
  if (body) ways.push(`are answered with ${BODIES[body] ?? body}`);
  if (delay) ways.push(`wait ${delay} s`);
  return ways.join(" and ") || "are touched";
}

/** @param {Fault} fault */
function conditions({ skip, chance, for_s: lasts, when, applied }) {
  return [
    skip ? `after ${skip} have passed` : "",
    chance !== null && chance !== undefined && chance !== 1 ? `with a chance of ${chance}` : "",
    lasts ? `for ${lasts} s` : "",
    when === "after" ? "once the change is made" : "",
    applied ? `applied ${applied} times` : "not met yet",
  ].filter(Boolean);
}
