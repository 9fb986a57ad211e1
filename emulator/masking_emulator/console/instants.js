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
