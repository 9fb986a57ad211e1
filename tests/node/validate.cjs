// The validators of Plivo's own Node SDK. Reads one JSON object a line, answers one JSON boolean a line.
// A line has version, url, nonce, signature and token; for version 3 also method and params.
"use strict";

const readline = require("node:readline");
const plivo = require("plivo");

function verdict({ version, method, url, nonce, signature, token, params }) {
  if (version === 2) {
    return plivo.validateSignature(url, nonce, signature, token);
  }
  return plivo.validateV3Signature(method, url, nonce, token, signature, params);
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(`${JSON.stringify(verdict(JSON.parse(line)))}\n`);
});
