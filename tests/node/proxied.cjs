// An Express app behind a proxy: `trust proxy`, and the validators of Plivo's own Node SDK. Prints its port.
// Arguments: the token, and `behind-a-proxy` or anything else.
"use strict";

const express = require("express");
const plivo = require("plivo");

const [token, place] = process.argv.slice(2);
const app = express();
app.set("trust proxy", place === "behind-a-proxy");
app.use(express.urlencoded({ extended: false }));

app.use((request, response) => {
  const url = `${request.protocol}://${request.get("host")}${request.originalUrl}`;
  const header = (name) => request.get(`X-Plivo-Signature-${name}`);
  const v2 = plivo.validateSignature(url, header("V2-Nonce"), header("V2"), token);
  const form = request.method === "POST" ? { ...request.body } : {};
  const v3 = plivo.validateV3Signature(request.method, url, header("V3-Nonce"), token, header("V3"), form);
  response.status(v2 && v3 ? 200 : 403).send(`${request.ip} ${url}`);
});

const server = app.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
