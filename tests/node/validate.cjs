// The validators of Plivo's own Node SDK. Reads one JSON object a line, answers true, false or an error's name a line.
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
  let answer;
  try {
    answer = verdict(JSON.parse(line));
  } catch (error) {
    answer = error.constructor.name;
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
