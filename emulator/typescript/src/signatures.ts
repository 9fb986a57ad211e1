// The signatures of callbacks, as the official SDKs validate them: V2 and V3, each with the token of the session's
// account (V2, V3) and with the main account's (Ma-V2, Ma-V3).
import { createHmac, timingSafeEqual } from "node:crypto";

/** Whether a signature of a received callback is right under the tokens that are known. */
export type Verdict = "right" | "wrong" | "missing";

/** Signature → the headers that it and its nonce stand in. The first two are those that a customer checks. */
const HEADERS = {
  V3: ["x-plivo-signature-v3", "x-plivo-signature-v3-nonce"],
  V2: ["x-plivo-signature-v2", "x-plivo-signature-v2-nonce"],
  "Ma-V3": ["x-plivo-signature-ma-v3", "x-plivo-signature-v3-nonce"],
  "Ma-V2": ["x-plivo-signature-ma-v2", "x-plivo-signature-v2-nonce"],
} as const;

export type SignatureName = keyof typeof HEADERS;
export const SIGNATURES = Object.keys(HEADERS) as SignatureName[];

/** A callback as it came: headers in small letters, the form's parameters, none for a GET. */
export interface Signed {
  method: string;
  url: string;
  headers: Readonly<Record<string, string | undefined>>;
  form: Readonly<Record<string, string>>;
}

type Pair = readonly [string, string];

/** The verdict on each signature under one token. */
export function verify(callback: Signed, token: string): Record<SignatureName, Verdict> {
  const verdicts = SIGNATURES.map((name) => [name, verdict(callback, name, token)] as const);
  return Object.fromEntries(verdicts) as Record<SignatureName, Verdict>;
}

function verdict(callback: Signed, name: SignatureName, token: string): Verdict {
  const [header, nonceHeader] = HEADERS[name];
  const given = callback.headers[header];
  const nonce = callback.headers[nonceHeader];
  if (!given || !nonce) {
    return "missing";
  }
  const [base = ""] = callback.url.split("?");
  const text = name.endsWith("V2") ? `${base}${nonce}` : `${base}${tail(callback)}.${nonce}`;
  const right = createHmac("sha256", token).update(text).digest("base64");
  // V3 may have several, one for each form of a URL that the SDKs sign.
  return given.split(",").some((each) => same(each, right)) ? "right" : "wrong";
}

/** What V3 signs after the path: the query and the form, decoded, in the order of their bytes. */
function tail({ method, url, form }: Signed): string {
  const query = pairsOf(url.slice(`${url.split("?")[0]}?`.length));
  const asked = query.map((pair) => pair.join("=")).join("&");
  if (method === "GET") {
    return asked && `?${asked}`;
  }
  const sent = sorted(Object.entries(form))
    .map((pair) => pair.join(""))
    .join("");
  return asked || sent ? `?${asked}${asked && sent ? "." : ""}${sent}` : "";
}

function pairsOf(query: string): Pair[] {
  return sorted([...new URLSearchParams(query)]);
}

function sorted(pairs: readonly Pair[]): Pair[] {
  const order = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
  return [...pairs].sort((one, other) => order(one[0], other[0]) || order(one[1], other[1]));
}

function same(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
