// Whether a callback's signatures are right: the page checks them itself, as a customer would.

import { world } from "./state.js";

/** @typedef {import("./types.js").Callback} Callback */

/**
 * @param {Callback} callback
 * @returns {Promise<{ right: boolean | null, text: string }>} null where this page cannot check
 */
export async function judged(callback) {
  if (!globalThis.crypto?.subtle) {
    return { right: null, text: "cannot be checked on this page: it needs https or localhost" };
  }
  const { v2, v3 } = callback.signature_inputs;
  const verdicts = [
    { name: "V3", verdict: await verdictOn(sent(callback, "x-plivo-signature-v3"), v3) },
    { name: "V2", verdict: await verdictOn(sent(callback, "x-plivo-signature-v2"), [v2]) },
  ];
  return {
    right: verdicts.every(({ verdict }) => verdict === "right"),
    text: verdicts.map(({ name, verdict }) => `${name} ${verdict}`).join(", "),
  };
}

/**
 * @param {Callback} callback
 * @param {string} header in lower case
 */
function sent(callback, header) {
  return Object.entries(callback.request.headers).find(([name]) => name.toLowerCase() === header)?.[1];
}

/**
 * @param {string | undefined} header
 * @param {string[]} texts what may have been signed
 */
async function verdictOn(header, texts) {
  if (!header) return "missing";
  const members = header.split(",");
  const tokens = [world(), ...world().subaccounts].map(({ auth_token }) => auth_token);
  for (const token of tokens) {
    for (const text of texts) if (members.includes(await signed(token, text))) return "right";
  }
  return "wrong";
}

/**
 * @param {string} token
 * @param {string} text
 */
async function signed(token, text) {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(token), algorithm, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(mac)));
}
