// The line at the foot of the page that says what came of the last click, and can offer to take it back.

import { button, h, show } from "./dom.js";

const SHOWN_MS = 8000;

let timer = 0;

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string} text
 * @param {"done" | "failed"} [kind]
 * @param {{ label: string, act: () => unknown, forMs: number } | null} [offer]
 */
export function say(text, kind = "done", offer = null) {
  const line = element("status");
  line.className = `status is-${kind}`;
  const take = () => {
    line.replaceChildren();
    offer?.act();
  };
  show(line, h("span", {}, text), offer ? button(offer.label, take, { class: "plain" }) : null);
  clearTimeout(timer);
  timer = window.setTimeout(() => line.replaceChildren(), offer?.forMs ?? SHOWN_MS);
}

/**
 * For those who listen: what happens on the phones.
 *
 * @param {string} text
 */
export function announce(text) {
  element("announcer").textContent = text;
}

/**
 * Why something was refused, in one sentence.
 *
 * @param {unknown} error
 */
export function why(error) {
  const { message, reason, field } = /** @type {{ message: string, reason?: string, field?: string }} */ (error);
  const text = field ? `${field}: ${message}` : message;
  return reason ? `${text} (${reason})` : text;
}

/**
 * An action of the user's: what it is refused with is said.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 * @param {string | ((result: Result) => string)} [done]
 * @returns {Promise<Result | null>}
 */
export async function attempt(work, done) {
  try {
    const result = await work();
    if (done) say(typeof done === "function" ? done(result) : done);
    return result;
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "AbortError") say(why(error), "failed");
    return null;
  }
}
