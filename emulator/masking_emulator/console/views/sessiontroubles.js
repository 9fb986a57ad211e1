// What is wrong with the fields of a session beside the one that a refusal names: the API names one at a time.

import { control } from "../api.js";

const LOOKED_AT = 20;

/**
 * The fields of a request that nothing read, each with a sentence that says so and, if somebody can guess, why.
 *
 * @param {string | null} api_id what the API calls the request
 * @returns {Promise<Map<string, string>>}
 */
export async function unreadOf(api_id) {
  if (!api_id) return new Map();
  const newest = control("GET", `/requests?method=POST&limit=${LOOKED_AT}`, undefined, { quiet: true });
  const { requests } = await newest.catch(() => ({ requests: [] }));
  /** @type {import("../types.js").ApiRequest | undefined} */
  const own = requests.find((/** @type {import("../types.js").ApiRequest} */ each) => isOf(each, api_id));
  return new Map((own?.unread ?? []).map(({ field, hint }) => [field, `Nothing read this${hint ? `: ${hint}` : ""}.`]));
}

/**
 * @param {import("../types.js").ApiRequest} request
 * @param {string} api_id
 */
function isOf({ response }, api_id) {
  return response?.body?.api_id === api_id;
}

/**
 * In which way a value that was typed is not as the rule of its field says; nothing where it is.
 *
 * @param {string} text
 * @param {Record<string, any>} schema
 */
export function againstRule(text, { type, minimum, maximum, maxLength, pattern }) {
  if (text === "") return "";
  if (type === "integer") {
    // Zero stands for the default of several fields.
    const fits = /^-?\d+$/.test(text) && (Number(text) === 0 || (Number(text) >= minimum && Number(text) <= maximum));
    return fits ? "" : `Against the rule, too: a whole number from ${minimum} to ${maximum} is expected.`;
  }
  if (maxLength !== undefined && text.length > maxLength) {
    return `Against the rule, too: at most ${maxLength} characters are expected.`;
  }
  if (!pattern || new RegExp(pattern).test(text)) return "";
  return `Against the rule, too: “${text.slice(0, 40)}” has not the form that is expected.`;
}
