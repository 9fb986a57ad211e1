// Leads the requests of Plivo's Node SDK, whose host is hard-coded, to the emulator that MASKING_EMULATOR_URL names.
// Usage: node --require redirect.cjs …
"use strict";

const http = require("node:http");
const https = require("node:https");

const emulator = new URL(process.env.MASKING_EMULATOR_URL);

const request = https.request;
https.request = (options, ...rest) => {
  if (options.hostname !== "api.plivo.com" && options.host !== "api.plivo.com") {
    return request(options, ...rest);
  }
  const led = { ...options, protocol: "http:", host: emulator.hostname, hostname: emulator.hostname };
  return http.request({ ...led, port: emulator.port, agent: undefined, agents: undefined }, ...rest);
};
