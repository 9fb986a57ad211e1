// The life of a session through Plivo's own Node SDK, unmodified, as its users write it. Prints one JSON object.
//
// Run inside `masking-emulator run`: nothing here knows of the emulator. A step that a later test needs (a call, its
// callbacks) is one more entry of what is printed.
"use strict";

const plivo = require("plivo");

const FIRST = "+919003459051";
const SECOND = "+918197241073";

async function refused(promise) {
  try {
    return { answered: await promise };
  } catch (error) {
    return { name: error.constructor.name, status: error.status, message: error.message };
  }
}

async function main() {
  const sessions = new plivo.Client().maskingSession;
  const created = await sessions.createMaskingSession(FIRST, SECOND, { sessionExpiry: 600, record: true });
  const uuid = created.sessionUuid;
  const got = await sessions.getMaskingSession(uuid);
  const updated = await sessions.updateMaskingSession(uuid, { callTimeLimit: 120 });
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 19).replace("T", " ");
  const listed = await sessions.listMaskingSession({
    status: "active",
    limit: 5,
    createdTimeGreaterOrEqual: yesterday,
  });
  const deleted = await sessions.deleteMaskingSession(uuid);
  return {
    created,
    got,
    updated,
    listed,
    deleted,
    again: await refused(sessions.deleteMaskingSession(uuid)),
    invalid: await refused(sessions.createMaskingSession(FIRST, SECOND, { sessionExpiry: 59 })),
    unknown: await refused(sessions.getMaskingSession("00000000-0000-4000-8000-000000000000")),
    stranger: await refused(
      new plivo.Client(process.env.PLIVO_AUTH_ID, "wrong").maskingSession.getMaskingSession(uuid),
    ),
  };
}

main().then(
  (told) => console.log(JSON.stringify(told)),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
