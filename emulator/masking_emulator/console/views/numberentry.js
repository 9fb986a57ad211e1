// A phone number as people type it, (415) 555-0123, with the country beside it; what goes out has a plus and digits.

import { choice, h } from "../dom.js";

/** @type {[string, string][]} */
const COUNTRIES = [
  ["1", "US +1"],
  ["44", "GB +44"],
  ["91", "IN +91"],
  ["49", "DE +49"],
  ["33", "FR +33"],
  ["34", "ES +34"],
  ["55", "BR +55"],
  ["61", "AU +61"],
  ["65", "SG +65"],
];

/**
 * What was typed as it goes out. Whatever begins with a plus, or is no number, goes out as it is: the vendor is to
 * refuse it, not the page.
 *
 * @param {string} text
 * @param {string} code the calling code of the country that is chosen
 */
export function inE164(text, code) {
  const typed = text.trim();
  const digits = typed.replaceAll(/[\s().-]/g, "");
  if (!/^\+?\d+$/.test(digits)) return typed;
  if (digits.startsWith("+")) return digits;
  return `+${code}${digits.replace(/^0/, "")}`;
}

/**
 * @param {string} before
 * @param {Record<string, any>} attributes of the control of the number itself
 */
export function numberEntry(before, attributes) {
  const country = choice(COUNTRIES, "1", { "aria-label": `Country of ${attributes.name}` });
  const control = h("input", { ...attributes, type: "tel", value: before, placeholder: "(415) 555-0123" });
  const read = () => (control.value.trim() === "" ? "" : inE164(control.value, country.value));
  const set = (/** @type {string} */ text) => {
    control.value = text;
  };
  return { element: h("div", { class: "number-entry" }, country, control), control, read, set };
}
