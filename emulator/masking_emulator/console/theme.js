// Light or dark: as the system has it until somebody chooses.

import { button } from "./dom.js";

const CHOSEN = "theme";

const dark = matchMedia("(prefers-color-scheme: dark)");
const contrast = matchMedia("(forced-colors: active)");

function current() {
  return document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
}

export function themeButton() {
  const chosen = localStorage.getItem(CHOSEN);
  if (chosen) document.documentElement.dataset.theme = chosen;
  const made = button(
    "",
    () => {
      const next = current() === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      localStorage.setItem(CHOSEN, next);
    },
    { "data-stays": true },
  );
  const label = () => {
    made.textContent = `Change to ${current() === "dark" ? "light" : "dark"} colours`;
  };
  label();
  onTheme(label);
  return made;
}

/**
 * Hears that the colours are other ones: by the button, or because the system's have changed.
 *
 * @param {() => unknown} listener
 * @param {AbortSignal} [signal]
 */
export function onTheme(listener, signal) {
  dark.addEventListener("change", listener, { signal });
  contrast.addEventListener("change", listener, { signal });
  const chosen = new MutationObserver(listener);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal?.addEventListener("abort", () => chosen.disconnect());
}
