// The life of a session through Plivo's own Node SDK, unmodified. Prints one JSON object.
// Usage: node life.cjs <emulator's URL> <auth id> <auth token>
//
// The SDK's host is hard-coded, so requests to it are led to the emulator one layer below.
'use strict';

const http = require('http');
const https = require('https');

const [, , url, authId, authToken] = process.argv;
const emulator = new URL(url);

const request = https.request;
https.request = (options, ...rest) => {
  if (options.hostname !== 'api.plivo.com' && options.host !== 'api.plivo.com') {
    return request(options, ...rest);
  }
  const led = { ...options, protocol: 'http:', host: emulator.hostname, hostname: emulator.hostname };
  return http.request({ ...led, port: emulator.port, agent: undefined, agents: undefined }, ...rest);
};

const plivo = require('plivo');

const FIRST = '+919003459051';
const SECOND = '+918197241073';

async function refused(promise) {
  try {
    return { answered: await promise };
  } catch (error) {
    return { name: error.constructor.name, status: error.status, message: error.message };
  }
}

async function main() {
  const sessions = new plivo.Client(authId, authToken).maskingSession;
  const created = await sessions.createMaskingSession(FIRST, SECOND, { sessionExpiry: 600, record: true });
  const uuid = created.sessionUuid;
  const got = await sessions.getMaskingSession(uuid);
  const updated = await sessions.updateMaskingSession(uuid, { callTimeLimit: 120 });
  const listed = await sessions.listMaskingSession({ status: 'active', limit: 5, createdTimeGreaterOrEqual: '2026-01-01 00:00:00' });
  const deleted = await sessions.deleteMaskingSession(uuid);
  return {
    created,
    got,
    updated,
    listed,
    deleted,
    again: await refused(sessions.deleteMaskingSession(uuid)),
    invalid: await refused(sessions.createMaskingSession(FIRST, SECOND, { sessionExpiry: 59 })),
    unknown: await refused(sessions.getMaskingSession('00000000-0000-4000-8000-000000000000')),
    stranger: await refused(new plivo.Client(authId, 'wrong').maskingSession.getMaskingSession(uuid)),
  };
}

main().then(
  (told) => console.log(JSON.stringify(told)),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
