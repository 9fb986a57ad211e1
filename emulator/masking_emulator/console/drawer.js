// What stands beside the view: the newest events, and the code of the last clicks. It opens and closes.

import { button } from "./dom.js";

const CHOSEN = "beside";

//: Views that are looked at for themselves: there it is closed until somebody wants it.
const ALONE = new Set(["demo", "overview", "phones", "past"]);

const WIDE = matchMedia("(min-width: 1280px)");

let view = "";

function isOpen() {
  const chosen = sessionStorage.getItem(CHOSEN);
  return chosen ? chosen === "open" : WIDE.matches && !ALONE.has(view);
}

/**
 * The button that opens and closes it.
 *
 * @param {HTMLElement} drawer
 */
export function drawerButton(drawer) {
  const toggle = button("Events & code", () => set(!isOpen()), { "aria-controls": drawer.id, class: "wide-only" });
  const set = (/** @type {boolean} */ open) => {
    sessionStorage.setItem(CHOSEN, open ? "open" : "closed");
    draw();
  };
  drawer.prepend(button("Close", () => leave(), { class: "beside-close", "aria-label": "Close events & code" }));
  const leave = () => {
    set(false);
    toggle.focus();
  };
  const draw = () => {
    document.body.dataset.beside = isOpen() ? "open" : "closed";
    drawer.hidden = !isOpen();
    toggle.setAttribute("aria-expanded", String(isOpen()));
  };
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || WIDE.matches || !isOpen() || document.querySelector("dialog[open]")) return;
    leave();
  });
  WIDE.addEventListener("change", draw);
  const turned = (/** @type {string} */ name) => {
    view = name;
    draw();
  };
  return { toggle, turned, isOpen, set };
}
