// A call and its callbacks through Plivo's own Node SDK, unmodified. Prints one JSON object.
// Usage: node calls.cjs <emulator's URL> <auth id> <auth token>
//
// A Node `http` server is the customer's: it checks each callback with the validators of the SDK.
"use strict";

const http = require("node:http");
const https = require("node:https");

const [, , url, authId, authToken] = process.argv;
const emulator = new URL(url);
const world = `/_emulator/worlds/${authId}`;

const request = https.request;
https.request = (options, ...rest) => {
  if (options.hostname !== "api.plivo.com" && options.host !== "api.plivo.com") {
    return request(options, ...rest);
  }
  const led = { ...options, protocol: "http:", host: emulator.hostname, hostname: emulator.hostname };
  return http.request({ ...led, port: emulator.port, agent: undefined, agents: undefined }, ...rest);
};

const plivo = require("plivo");

const FIRST = "+919003459051";
const SECOND = "+918197241073";
const PATHS = ["/events", "/events?shop=7", "/caf%C3%A9/%E2%82%AC", "/~x(1),v=1?x=%25&y=a%20b%26c&n="];

function control(method, path, body) {
  return new Promise((resolve, reject) => {
    const asked = http.request(
      {
        hostname: emulator.hostname,
        port: emulator.port,
        method,
        path: world + path,
        headers: { "Content-Type": "application/json" },
      },
      (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => (response.statusCode < 300 ? resolve(JSON.parse(text)) : reject(new Error(text))));
      },
    );
    asked.on("error", reject);
    asked.end(JSON.stringify(body));
  });
}

function judged(message, form) {
  const asked = `http://${message.headers.host}${message.url}`;
  const params = Object.fromEntries(new URLSearchParams(form));
  const query = Object.fromEntries(new URL(asked).searchParams);
  const header = (name) => message.headers[`x-plivo-signature-${name}`];
  const v3 = (token) =>
    plivo.validateV3Signature(message.method, asked, header("v3-nonce"), token, header("v3"), { ...params });
  return {
    method: message.method,
    path: message.url.split("?")[0],
    event: { ...query, ...params }.EventName,
    query,
    v2: plivo.validateSignature(asked, header("v2-nonce"), header("v2"), authToken),
    v3: v3(authToken),
    wrong: v3("another token"),
  };
}

async function main() {
  const received = [];
  const customer = http.createServer((message, response) => {
    let form = "";
    message.on("data", (chunk) => (form += chunk));
    message.on("end", () => {
      received.push(judged(message, form));
      response.end();
    });
  });
  await new Promise((resolve) => customer.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${customer.address().port}`;
  const sessions = new plivo.Client(authId, authToken).maskingSession;

  for (const callbackMethod of ["POST", "GET"]) {
    for (const path of PATHS) {
      const created = await sessions.createMaskingSession(FIRST, SECOND, { callbackUrl: base + path, callbackMethod });
      await control("POST", "/calls", { from: FIRST, to: created.virtualNumber });
      await control("POST", "/clock/advance", { seconds: 60 });
      await sessions.deleteMaskingSession(created.sessionUuid);
    }
  }
  const created = await sessions.createMaskingSession(FIRST, SECOND, { sessionExpiry: 120 });
  const call = await control("POST", "/calls", { from: SECOND, to: created.virtualNumber });
  const during = await sessions.getMaskingSession(created.sessionUuid);
  await control("POST", "/clock/advance", { seconds: 120 });
  const after = await sessions.getMaskingSession(created.sessionUuid);
  customer.close();
  customer.closeAllConnections?.();
  return { received, call, during: during.response.status, after: after.response.status };
}

main().then(
  (told) => console.log(JSON.stringify(told)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
