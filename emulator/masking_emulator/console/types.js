// The shapes of what the two APIs answer, as far as the page reads them; names for the type checker, no code.

/**
 * @typedef {{ auth_id: string, auth_token: string }} Account
 * @typedef {{ now: string, rate: number }} Clock
 * @typedef {Account & {
 *   subaccounts: Account[], seed: number | string, clock: Clock, numbers: number,
 *   sessions: { live: number, kept: number }, journal: { first: number, last: number },
 *   history: { first: number, last: number },
 *   limits: Record<string, number>
 * }} World
 *
 * @typedef {{
 *   call_uuid: string, person: string, role: string | null, direction: "inbound" | "outbound", started_at: string,
 *   answered_at: string | null, ended_at: string | null, hangup_cause: string | null, hangup_source: string | null,
 *   duration_s: number, billed_s: number, amount: string
 * }} Leg
 * @typedef {{
 *   call_uuid: string, session_uuid: string | null, from: string, to: string, callee: string | null, route: string,
 *   meaning: string, phase: string, started_at: string, ended_at: string | null, wrong_pins: number,
 *   pin_tries_left: number | null, recording_uuid: string | null, legs: Leg[]
 * }} Call
 *
 * @typedef {{ event: string, sequence: number, at: string } & Record<string, any>} JournalEvent
 *
 * @typedef {{
 *   number: number, at: string, url: string, outcome: string, meaning: string, took_ms: number, error: string | null,
 *   response: { status: number, headers: Record<string, string>, body: string } | null
 * }} Attempt
 * @typedef {{
 *   id: number, event: string, session_uuid: string, sequence: number, state: string, due_at: string,
 *   copy_of: number | null, url: string, parameters: Record<string, string>,
 *   route: { from: string, to: string, url: string } | null,
 *   request: { method: string, url: string, headers: Record<string, string>, body: string },
 *   signature_inputs: { v2: string, v3: string[] }, laboratory: string[], attempts: Attempt[]
 * }} Callback
 *
 * @typedef {{
 *   sequence: number, at: string, operation: string | null, method: string, path: string, url: string,
 *   session: string | null, status: number | null, outcome: string, duration_s: number | null, faults: string[],
 *   reason?: string, headers: Record<string, string>, body: any, response: any, unread: any[], lost_response?: any
 * }} ApiRequest
 *
 * @typedef {{
 *   number: string, owner: string, calling_code: number, live_sessions: number, suspended: boolean,
 *   exclusive_to: string | null, cooling: { until: string }[]
 * }} PoolNumber
 *
 * @typedef {{ id: string, state: string } & Record<string, any>} Fault
 *
 * @typedef {Record<string, any> & {
 *   session_uuid: string, status: string, first_party: string, second_party: string | null, virtual_number: string,
 *   created_time: string, expiry_time: string
 * }} Session
 */

export {};
