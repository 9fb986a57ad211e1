// Events of the journal in words, and what they are about.

import { number } from "./dom.js";

export function sessionOf(event) {
  return (
    event.session?.uuid ??
    event.call?.session ??
    event.callback?.session ??
    event.recording?.session ??
    event.hold?.session ??
    (["CallNotPlaced", "ExpiryPostponed"].includes(event.event) ? event.uuid : null)
  );
}

export function callOf(event) {
  return (
    event.call?.uuid ??
    (typeof event.call === "string" ? event.call : null) ??
    event.recording?.call ??
    event.callback?.notice?.call?.uuid ??
    null
  );
}

export function about(event) {
  if (event.session?.first_party)
    return `${number(event.session.first_party)} ↔ ${number(event.session.second_party)} on ${number(event.session.number)}`;
  if (event.leg !== undefined && event.call?.legs)
    return `${number(event.call.legs[event.leg]?.person)}${event.call.legs[event.leg]?.cause && event.event === "LegEnded" ? `, ${event.call.legs[event.leg].cause}` : ""}`;
  if (event.call?.caller) return `${number(event.call.caller)} → ${number(event.call.number)}`;
  if (event.callback)
    return `${event.callback.notice.kind} ${event.callback.state}${event.attempt?.status ? ` (${event.attempt.status})` : ""}`;
  if (event.hold) return `${number(event.hold.number)} until ${event.hold.until}`;
  if (event.message) return `${event.message} ${event.url}${event.outcome ? `: ${event.outcome}` : ""}`;
  if (event.number) return number(event.number.digits);
  if (event.phone) return `${number(event.phone.number)}: ${event.phone.habit}`;
  return event.digits ? number(event.digits) : "";
}
