// Instants and durations for people. Both APIs write UTC, in two forms; the page shows UTC.

/**
 * Milliseconds of an instant as either API writes it.
 *
 * @param {string} text
 */
export function instant(text) {
  return Date.parse(text.replace(" +0000 UTC", "Z").replace(" ", "T"));
}

/** @param {string | null | undefined} text */
export function timeOf(text) {
  return text ? new Date(instant(text)).toISOString().slice(11, 19) : "–";
}

/** @param {string | null | undefined} text */
export function when(text) {
  return text ? dated(instant(text)) : "–";
}

/**
 * The time of an instant; with its day where that is not the day of `now`.
 *
 * @param {string} text
 * @param {string} now
 */
export function timeNear(text, now) {
  return when(text).slice(0, 10) === when(now).slice(0, 10) ? timeOf(text) : when(text);
}

/** @param {number} milliseconds */
export function dated(milliseconds) {
  return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}

/** @param {number} seconds */
export function lasting(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/**
 * A stopwatch's face.
 *
 * @param {number} seconds
 */
export function stopwatch(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const AGO = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS_S = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/**
 * How long ago something was, in words and the greatest whole unit.
 *
 * @param {number} milliseconds
 */
export function ago(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [unit, length] = UNITS_S.find(([, each]) => seconds >= each) ?? UNITS_S[UNITS_S.length - 1];
  return AGO.format(-Math.floor(seconds / length), unit);
}
