// Leads what this process asks of Plivo's API to an emulator, as `masking-emulator run` does for a whole program.
import http, { type RequestOptions } from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const PLIVO = "api.plivo.com";

type Request = typeof https.request;
type Given = Parameters<Request>;

/**
 * From now on, `https.request` for api.plivo.com asks the emulator at `url`; Plivo's SDK needs nothing else.
 *
 * The function that is returned puts things back as they were.
 */
export function redirectPlivo(url: string): () => void {
  const { hostname, port } = new URL(url);
  const { request } = https;
  const led = (...given: Given | unknown[]) => {
    const options = optionsOf(given);
    if (options === undefined) {
      return request(...(given as Given));
    }
    const rest = given.filter((each) => typeof each === "function") as [];
    return http.request({ ...options, protocol: "http:", host: hostname, hostname, port, agent: undefined }, ...rest);
  };
  https.request = led as Request;
  syncBuiltinESMExports();
  return () => {
    // Whoever replaced it after us keeps what they have.
    if (https.request === led) {
      https.request = request;
      syncBuiltinESMExports();
    }
  };
}

/** The options of a request to Plivo; undefined for one to anybody else. */
function optionsOf(given: readonly unknown[]): RequestOptions | undefined {
  const [first, second] = given;
  const asUrl = typeof first === "string" || first instanceof URL ? new URL(first) : undefined;
  const options = (asUrl ? second : first) as RequestOptions | undefined;
  const host = asUrl?.hostname ?? options?.hostname ?? options?.host;
  if (host !== PLIVO) {
    return undefined;
  }
  const plain = typeof options === "object" ? options : {};
  return asUrl ? { ...plain, path: `${asUrl.pathname}${asUrl.search}` } : plain;
}
