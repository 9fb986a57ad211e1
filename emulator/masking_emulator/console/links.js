// Addresses within the page: world, view, detail, and the state of the view's filters.

import { h } from "./dom.js";
import { state } from "./state.js";

export const HOME = "/_emulator/console/";

/**
 * @param {string} view
 * @param {string | null} [detail]
 * @param {Record<string, string>} [filters]
 */
export function address(view, detail, filters = {}) {
  const parts = [state.world?.auth_id ?? "", view, detail].filter((part) => part !== null && part !== undefined);
  const given = Object.entries(filters).filter(([, value]) => value !== "");
  const query = given.length ? `?${new URLSearchParams(given)}` : "";
  return `${HOME}#/${parts.map((part) => encodeURIComponent(String(part))).join("/")}${query}`;
}

/** Where the page is. */
export function here() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [auth_id, view, detail] = path.split("/").map(decoded);
  return { auth_id, view, detail, filters: Object.fromEntries(new URLSearchParams(query)) };
}

/**
 * Writes what is looked at into the address, for a link that can be handed on; the view is not drawn anew.
 *
 * @param {string} view
 * @param {string | null} [detail]
 * @param {Record<string, string>} [filters]
 */
export function note(view, detail, filters) {
  history.replaceState(null, "", address(view, detail, filters));
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {string | null} uuid */
export function sessionLink(uuid) {
  if (!uuid) return "–";
  return h("a", { href: address("sessions", uuid), class: "mono", title: uuid }, uuid.slice(0, 8));
}
