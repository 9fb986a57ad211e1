// Numbers as people write them: libphonenumber's international form, its rules fetched from the server per calling code.
//
// An element shows the formatted number, says the plain one on hover, and gives the plain one to the clipboard.

import { h } from "./dom.js";

/** @typedef {{ pattern: RegExp, leading: RegExp | null, format: string }} Rule */

/** @type {Map<string, Rule[] | null>} calling code → rules; null while they are fetched */
const known = new Map();

const URL_OF_RULES = "/_emulator/number-formats";

//: The calling codes of two digits; those of one are 1 and 7, every other has three.
const TWO_DIGITS = new Set(
  `20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90
  91 92 93 94 95 98`.split(/\s+/),
);

/**
 * The number as it is sent: a plus and digits.
 *
 * @param {string | number | null | undefined} digits
 */
export function plainNumber(digits) {
  return digits ? `+${String(digits).replace(/^\+/, "")}` : "–";
}

/**
 * The number as it is read. Whatever is no number stays as it is.
 *
 * @param {string | number | null | undefined} digits
 */
export function formatted(digits) {
  const text = plainNumber(digits);
  if (!/^\+\d{4,15}$/.test(text)) return text;
  const code = codeOf(text);
  const rules = known.get(code);
  if (rules === undefined) load([code]);
  const rest = text.slice(1 + code.length);
  const rule = rules?.find(({ pattern, leading }) => (leading?.test(rest) ?? true) && pattern.test(rest));
  if (!rules) return text;
  return `+${code} ${rule ? rest.replace(rule.pattern, rule.format) : rest}`;
}

/**
 * The number as an element.
 *
 * @param {string | number | null | undefined} digits
 */
export function tel(digits) {
  const text = plainNumber(digits);
  return h("span", { class: "tel", "data-number": text, title: text }, formatted(text));
}

/**
 * A sentence with formatted numbers in it: each becomes an element, and is not torn at the end of a line.
 *
 * @param {string} text
 */
export function withNumbers(text) {
  return text.split(/(\+\d[\d -]{5,}\d)/).map((part, place) => (place % 2 ? tel(part.replaceAll(/\D/g, "")) : part));
}

/** @param {string} text */
function codeOf(text) {
  if (text[1] === "1" || text[1] === "7") return text[1];
  return TWO_DIGITS.has(text.slice(1, 3)) ? text.slice(1, 3) : text.slice(1, 4);
}

/**
 * Fetches the rules of these calling codes, then sets what is shown already. Never rejects: without rules a number
 * is shown as it is sent.
 *
 * @param {string[]} codes
 */
export async function load(codes) {
  const wanted = codes.filter((code) => !known.has(code));
  for (const code of wanted) known.set(code, null);
  await Promise.all(wanted.map(fetchRules));
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-number]"))) {
    const text = formatted(element.dataset.number);
    if (element.textContent !== text) element.textContent = text;
  }
}

/** @param {string} code */
async function fetchRules(code) {
  try {
    const answer = await fetch(`${URL_OF_RULES}/${code}`);
    const { formats } = await answer.json();
    known.set(code, formats.map(rule));
  } catch {
    // They are asked for once: the number stays as it is sent.
  }
}

/** @param {[string, string | null, string]} given */
function rule([pattern, leading, format]) {
  return {
    pattern: new RegExp(`^(?:${pattern})$`),
    leading: leading === null ? null : new RegExp(`^(?:${leading})`),
    format: format.replaceAll(/\\(\d)/g, "$$$1"),
  };
}

/** Copies of formatted numbers are plain ones. */
export function copyPlainNumbers() {
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection?.rangeCount || !event.clipboardData) return;
    const text = plainCopy(selection.getRangeAt(0), selection.toString());
    if (text === null) return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  });
}

/**
 * What was selected with plain numbers in it; null where there is no number in it, or only a part of one.
 *
 * @param {Range} range
 * @param {string} selected
 */
function plainCopy(range, selected) {
  const around = range.commonAncestorContainer;
  const one = (around instanceof Element ? around : around.parentElement)?.closest("[data-number]");
  if (one) return one.textContent === selected.trim() ? (one.getAttribute("data-number") ?? null) : null;
  const numbers = /** @type {HTMLElement[]} */ ([...range.cloneContents().querySelectorAll("[data-number]")]);
  if (!numbers.length) return null;
  return numbers.reduce((text, each) => text.replace(each.textContent ?? "", each.dataset.number ?? ""), selected);
}
