// Addresses within the page: world, view, detail.

import { h } from "./dom.js";
import { state } from "./state.js";

export const HOME = "/_emulator/console/";

export function address(view, detail) {
  return `${HOME}#/${[state.world.auth_id, view, detail].filter(Boolean).map(encodeURIComponent).join("/")}`;
}

export function sessionLink(uuid) {
  return uuid ? h("a", { href: address("sessions", uuid), class: "mono" }, uuid.slice(0, 8)) : "–";
}
