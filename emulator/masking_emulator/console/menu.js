// A menu under its button. The browser closes it on Esc and on a click outside, and gives the focus back.

import { h } from "./dom.js";

let made = 0;

/**
 * @param {import("./dom.js").Child} label what the button shows
 * @param {import("./dom.js").Leaf[]} items
 * @param {{ name?: string, class?: string }} [options] `name` is what the button is called where its text is no name
 */
export function menu(label, items, options = {}) {
  made += 1;
  const id = `menu-${made}`;
  const list = h("div", { id, class: "menu-list", popover: "auto" }, items);
  const opener = h(
    "button",
    {
      type: "button",
      class: `opener ${options.class ?? ""}`,
      popovertarget: id,
      "aria-expanded": "false",
      "aria-label": options.name,
    },
    label,
  );
  list.addEventListener("beforetoggle", (event) => {
    const opens = /** @type {ToggleEvent} */ (event).newState === "open";
    opener.setAttribute("aria-expanded", String(opens));
  });
  const follow = () => {
    removeEventListener("resize", follow);
    if (!list.matches(":popover-open")) return;
    place(list, opener);
    addEventListener("resize", follow);
  };
  list.addEventListener("toggle", follow);
  list.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target).closest("button, a");
    if (target && !target.hasAttribute("data-stays")) list.hidePopover();
  });
  return h("div", { class: "menu" }, opener, list);
}

/**
 * Below the button, its right edge kept within the window.
 *
 * @param {HTMLElement} list
 * @param {HTMLElement} opener
 */
function place(list, opener) {
  const { bottom, left } = opener.getBoundingClientRect();
  list.style.top = `${bottom + 6}px`;
  list.style.left = `${Math.max(8, Math.min(left, window.innerWidth - list.offsetWidth - 8))}px`;
}
