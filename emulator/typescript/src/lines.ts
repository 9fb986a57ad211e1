// What things look like in one line, in the words of the kit for Python.
import type { Callback, Explanation, Foreseen, JournalEvent, RequestSummary, Schema } from "./types.js";

/** A callback, how far it has come, and what its attempts met. */
export function callbackLine(callback: Callback): string {
  const tries = callback.attempts.map(
    (attempt) => `attempt ${attempt.number}: ${attempt.response?.status ?? attempt.error ?? ""}`,
  );
  const fate = [...tries, ...(callback.why_not_again ? [`not again: ${callback.why_not_again}`] : [])].join("; ");
  const named = `${callback.event} #${callback.sequence} of ${callback.session_uuid} ${callback.state}`;
  return fate ? `${named} (${fate})` : named;
}

/** An API request and what it was answered. */
export function requestLine(request: RequestSummary): string {
  const number = String(request.sequence).padStart(5);
  const reason = request.reason ? `: ${request.reason}` : "";
  return `${number} ${request.at} ${request.method} ${request.path} ${request.status ?? "no answer"}${reason}`;
}

/** An event of the journal; `callbacks` are the vendor's names of callbacks by their ids. */
export function eventLine(event: JournalEvent, callbacks: ReadonlyMap<number, string> = new Map()): string {
  const number = String(event.sequence).padStart(6);
  return `${number} ${event.at} ${event.event} ${about(event, callbacks)}`.trimEnd();
}

function about(event: JournalEvent, callbacks: ReadonlyMap<number, string>): string {
  if ("callback" in event) {
    const { ordinal, notice, sequence, session, state } = event.callback;
    const name = callbacks.get(ordinal) ?? notice.kind;
    return `${name} #${sequence} of session ${session} ${state}, id ${ordinal}`;
  }
  if ("session" in event) {
    return `${event.session.uuid} on +${event.session.number} ${event.session.status}`;
  }
  if ("call" in event && typeof event.call === "object") {
    const { uuid, caller, number, phase } = event.call;
    return `call ${uuid} of +${caller} on +${number} ${phase}`;
  }
  return "number" in event ? `+${event.number.digits}` : "";
}

/** A number that was looked at for a session, and why it was taken or not. */
export function candidateLine(candidate: Schema<"Candidate">): string {
  const session = candidate.session_uuid ? ` (session ${candidate.session_uuid})` : "";
  const until = candidate.until ? ` until ${candidate.until}` : "";
  return `${candidate.number}: ${candidate.why}${session}${until}`;
}

/** Why a session has its number, or why a create would be refused, a candidate a line. */
export function explanationText(explanation: Explanation | Foreseen): string {
  const headline = "error" in explanation ? `${explanation.error} ${explanation.reason}` : explanation.virtual_number;
  return [headline, ...explanation.candidates.map((one) => `  ${candidateLine(one)}`)].join("\n");
}
