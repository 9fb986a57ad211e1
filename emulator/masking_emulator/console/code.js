// The panel that shows what was just clicked as code, in the language that is chosen.

import { onCall } from "./api.js";
import { button, choice, h, show } from "./dom.js";
import { LANGUAGES } from "./languages.js";
import { say } from "./say.js";

const CALLS_MAX = 20;
const CHOSEN = "language";

/** @typedef {import("./api.js").Made & { id: number }} Shown */

/** @param {Element} panel */
export function codePanel(panel) {
  /** @type {Shown[]} */
  const calls = [];
  const text = h("pre", { tabindex: 0, role: "region", "aria-label": "Code of the last click" });
  text.textContent = "Click something: its code appears here.";
  const which = choice([], "", { "aria-label": "Which click", onchange: () => draw(), hidden: true });
  const language = choice(Object.keys(LANGUAGES), localStorage.getItem(CHOSEN) ?? "curl", {
    "aria-label": "Language",
    onchange: () => {
      localStorage.setItem(CHOSEN, language.value);
      draw();
    },
  });
  if (!language.value) language.value = "curl";
  const copy = button("Copy", () => copied(text.textContent ?? ""), { disabled: true });

  const draw = () => {
    const call = calls.find(({ id }) => String(id) === which.value);
    if (call) text.textContent = LANGUAGES[language.value](call);
  };
  let id = 0;
  onCall((call) => {
    id += 1;
    calls.unshift({ ...call, id });
    calls.splice(CALLS_MAX);
    copy.disabled = which.hidden = false;
    which.replaceChildren(...calls.map((each) => h("option", { value: each.id }, named(each))));
    which.value = String(id);
    draw();
  });
  const head = h("div", { class: "panel-head" }, h("h2", { id: "code-title" }, "The same in code"), copy);
  show(panel, head, h("div", { class: "code-picks" }, language, which), text);
}

/** @param {Shown} call */
function named({ method, path }) {
  const tail = path.split("?")[0].split("/").filter(Boolean).slice(-2).join("/");
  return `${method} ${tail}`;
}

/** @param {string} text */
async function copied(text) {
  if (!navigator.clipboard) {
    say("The browser lets only https and localhost copy; select the text instead.", "failed");
    return;
  }
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say("The browser does not let this page copy; select the text instead.", "failed");
  }
}
