// The preload for Node: connections to Plivo that ask for no proxy go to the emulator's TLS port.
//
// The SDK honours HTTPS_PROXY by itself, and Node has NODE_USE_ENV_PROXY since 22.21 and 24.5; before that, `fetch`
// and every client without a proxy of its own went straight to the host. Only the address is changed: the name that
// is asked for and the verification of its certificate stay as they are.
"use strict";

const { syncBuiltinESMExports } = require("node:module");
const tls = require("node:tls");

const { hostname, port: named } = new URL(process.env.MASKING_EMULATOR_TLS_URL || "https://127.0.0.1:0");
const port = named === "" ? 443 : Number(named); // a URL does not keep the port that its scheme has anyway
const connect = tls.connect;

tls.connect = function (...given) {
  const [options] = given;
  const straight = options !== null && typeof options === "object" && !options.socket && Number(options.port) === 443;
  if (port !== 0 && straight && /^([a-z0-9-]+\.)?plivo\.com$/i.test(options.host)) {
    const servername = options.servername || options.host;
    given[0] = { ...options, host: hostname, port, servername };
  }
  return connect.apply(this, given);
};
syncBuiltinESMExports();
