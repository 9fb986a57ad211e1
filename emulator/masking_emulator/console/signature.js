// Whether a callback's signatures are right: the page checks them itself, as a customer would.

import { state } from "./state.js";

export async function judged(callback) {
  if (!globalThis.crypto?.subtle)
    return { right: null, text: "cannot be checked on this page: it needs https or localhost" };
  const headers = Object.fromEntries(
    Object.entries(callback.request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const tokens = [state.world, ...state.world.subaccounts].map(({ auth_token }) => auth_token);
  const checks = [
    ["V3", headers["x-plivo-signature-v3"], callback.signature_inputs.v3],
    ["V2", headers["x-plivo-signature-v2"], [callback.signature_inputs.v2]],
  ];
  const verdicts = await Promise.all(
    checks.map(async ([name, sent, texts]) => {
      if (!sent) return [name, false, "missing"];
      const members = sent.split(",");
      for (const token of tokens)
        for (const text of texts) if (members.includes(await signed(token, text))) return [name, true, "right"];
      return [name, false, "wrong"];
    }),
  );
  return {
    right: verdicts.every(([, right]) => right),
    text: verdicts.map(([name, , verdict]) => `${name} ${verdict}`).join(", "),
  };
}

async function signed(token, text) {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(token), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(mac)));
}
