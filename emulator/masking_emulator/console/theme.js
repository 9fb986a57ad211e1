// Light or dark: as the system has it until somebody chooses.

import { button } from "./dom.js";

const CHOSEN = "theme";

const dark = matchMedia("(prefers-color-scheme: dark)");

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
      label();
    },
    { "data-stays": true },
  );
  const label = () => {
    made.textContent = `Change to ${current() === "dark" ? "light" : "dark"} colours`;
  };
  label();
  return made;
}
