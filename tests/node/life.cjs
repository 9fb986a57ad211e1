// The story of tests/sdk/story.py through Plivo's own Node SDK, unmodified, as its users write it. Prints one JSON object.
//
// Run inside `masking-emulator run`: only what plays the phones and the failures knows of the emulator.
"use strict";

const http = require("node:http");
const plivo = require("plivo");

const FIRST = "+919003459051";
const SECOND = "+918197241073";
const THIRD = "+919840037111";
const UNKNOWN = "00000000-0000-4000-8000-000000000000";
const AUDIO = "https://example.com/audio.mp3";
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 19).replace("T", " ");

async function tellSessions(sessions) {
  const created = await sessions.createMaskingSession(FIRST, SECOND, { sessionExpiry: 600, record: true });
  const uuid = created.sessionUuid;
  const got = (await sessions.getMaskingSession(uuid)).response;
  const updated = await sessions.updateMaskingSession(uuid, { callTimeLimit: 120 });
  const filters = { status: "active", firstParty: FIRST, limit: 5, createdTimeGreaterOrEqual: YESTERDAY };
  const listed = (await sessions.listMaskingSession(filters)).response;
  const earlier = (await sessions.listMaskingSession({ createdTimeLessThan: YESTERDAY })).response;
  const byDuration = (await sessions.listMaskingSession({ duration: 600 })).response;
  const deleted = await sessions.deleteMaskingSession(uuid);
  return {
    created: created.message,
    duration: created.session.duration,
    record: created.session.record,
    plus: `+${created.session.virtualNumber}` === created.virtualNumber,
    got: got.sessionUuid === uuid,
    status: got.status,
    updated: [updated.message, updated.session.callTimeLimit],
    listed: listed.objects.length === 1 && listed.objects[0].sessionUuid === uuid,
    limit: listed.meta.limit,
    earlier: earlier.objects.length,
    "by duration": byDuration.objects.length,
    deleted: deleted.message,
    after: (await sessions.getMaskingSession(uuid)).response.status,
    everything: await tellEverything(sessions),
    ...(await tellPins(sessions)),
    "single party": await tellSingleParty(sessions),
  };
}

async function tellEverything(sessions) {
  const created = await sessions.createMaskingSession(FIRST, SECOND, {
    sessionExpiry: 300,
    callTimeLimit: 90,
    record: true,
    recordFileFormat: "wav",
    recordingCallbackUrl: "https://example.com/recordings",
    recordingCallbackMethod: "GET",
    callbackUrl: "https://example.com/events",
    callbackMethod: "GET",
    ringTimeout: 30,
    firstPartyPlayUrl: AUDIO,
    secondPartyPlayUrl: AUDIO,
    unknownCallerPlay: AUDIO,
    geomatch: true,
    virtualNumberCooloffPeriod: 60,
    initiateCallToFirstParty: false,
  });
  await sessions.deleteMaskingSession(created.sessionUuid);
  const session = created.session;
  return [
    session.callTimeLimit,
    session.recordFileFormat,
    session.recordingCallbackUrl,
    session.recordingCallbackMethod,
    session.callbackUrl,
    session.callbackMethod,
    session.ringTimeout,
    session.firstPartyPlayUrl,
    session.secondPartyPlayUrl,
    session.virtualNumberCooloffPeriod,
  ];
}

async function tellPins(sessions) {
  const given = await sessions.createMaskingSession(FIRST, SECOND, {
    isPinAuthenticationRequired: true,
    firstPartyPin: "1234",
    secondPartyPin: "4321",
    pinPromptPlay: AUDIO,
    incorrectPinPlay: AUDIO,
    pinRetry: 2,
    pinRetryWait: 6,
    forcePinAuthentication: true,
  });
  const made = await sessions.createMaskingSession(FIRST, THIRD, {
    isPinAuthenticationRequired: true,
    generatePin: true,
    generatePinLength: 6,
    pinPromptPlay: AUDIO,
  });
  for (const each of [given, made]) {
    await sessions.deleteMaskingSession(each.sessionUuid);
  }
  const { firstPartyPin, secondPartyPin, pinRetry, pinRetryWait, forcePinAuthentication } = given.session;
  return {
    pins: [firstPartyPin, secondPartyPin, pinRetry, pinRetryWait, forcePinAuthentication],
    "generated pins": [made.session.firstPartyPin.length, made.session.firstPartyPin !== made.session.secondPartyPin],
  };
}

async function tellSingleParty(sessions) {
  const alone = await sessions.createMaskingSession(FIRST, undefined, { createSessionWithSingleParty: true });
  const filled = await sessions.updateMaskingSession(alone.sessionUuid, { secondParty: THIRD });
  await sessions.deleteMaskingSession(alone.sessionUuid);
  return [alone.session.secondParty, filled.session.secondParty];
}

async function tellCalls(client) {
  const session = await client.maskingSession.createMaskingSession(FIRST, SECOND, { record: true });
  const begun = await control("/calls", { from: FIRST, to: session.virtualNumber, answer_after_s: 2, talk_s: 30 });
  const uuid = begun.call_uuid;
  await control("/clock/advance", { seconds: 5 });
  const live = await client.calls.listLiveCalls();
  const running = await client.calls.getLiveCall(uuid);
  const early = await outcome(client.calls.get(uuid));
  const queued = await client.calls.listQueuedCalls();
  await control("/clock/advance", { seconds: 60 });
  const ended = await client.calls.get(uuid);
  const legs = await client.calls.list({ parentCallUuid: uuid });
  const after = (await client.maskingSession.getMaskingSession(session.sessionUuid)).response;
  const recordings = await client.recordings.list({ limit: 3 });
  const recording = await client.recordings.get(recordings[0].recordingId);
  await client.recordings.delete(recording.recordingId);
  return {
    live: live.some((call) => call.callUuid === uuid),
    "live call": [running.callUuid === uuid, running.callStatus],
    early,
    queued: queued.length,
    call: [ended.fromNumber, ended.callDirection, ended.hangupCauseName, ended.hangupCauseCode],
    "second leg": [legs.length, legs[0].toNumber, legs[0].callDirection],
    all: (await client.calls.list()).meta.totalCount,
    interactions: after.interaction.length,
    total: after.totalCallCount,
    recordings: recordings.meta.totalCount,
    recording: [recording.recordingFormat, recording.recordingDurationMs],
    "gone recording": await outcome(client.recordings.get(recording.recordingId)),
  };
}

async function tellNumbers(client) {
  const all = await client.numbers.list();
  const indian = await client.numbers.list({ numberStartswith: "91", limit: 2 });
  return {
    all: all.length,
    indian: [indian.meta.totalCount, indian.length],
    one: (await client.numbers.get(all[0].number)).number,
    none: await outcome(client.numbers.get("14155559999")),
  };
}

async function tellRefused(client) {
  const sessions = client.maskingSession;
  const uuid = (await sessions.createMaskingSession(THIRD, SECOND)).sessionUuid;
  await sessions.deleteMaskingSession(uuid);
  const stranger = new plivo.Client(process.env.PLIVO_AUTH_ID, "wrong").maskingSession;
  const told = {
    again: await outcome(sessions.deleteMaskingSession(uuid)),
    "update of expired": await outcome(sessions.updateMaskingSession(uuid, { callTimeLimit: 120 })),
    invalid: await outcome(sessions.createMaskingSession(FIRST, SECOND, { sessionExpiry: 59 })),
    unknown: await outcome(sessions.getMaskingSession(UNKNOWN)),
    limit: await outcome(sessions.listMaskingSession({ limit: 21 })),
    stranger: await outcome(stranger.listMaskingSession()),
  };
  const faults = {
    405: { status: 405, count: 1 },
    429: { status: 429, count: 1 },
    "500 twice": { status: 500, count: 2 },
    "500 three times": { status: 500, count: 3 },
    dropped: { connection: "drop", count: 1 },
    malformed: { body: "malformed", count: 1 },
  };
  for (const [name, fault] of Object.entries(faults)) {
    await control("/faults", fault);
    told[name] = await outcome(sessions.createMaskingSession(FIRST, SECOND));
  }
  return told;
}

// What the SDK is known to do wrong, as docs/sdk-faults.md has it: each is true, or the SDK was mended.
async function tellFaults(client) {
  const sessions = client.maskingSession;
  const wrongTime = await sessions.listMaskingSession({ createdTimeEquals: "2020-01-01 00:00:00" });
  const owned = await sessions.createMaskingSession(FIRST, THIRD, { subAccount: "SAEMULATOR0000000001" });
  const abroad = await outcome(sessions.createMaskingSession("+33612345678", THIRD, { geoMatch: false }));
  const elsewhere = new plivo.Client(undefined, undefined, { url: "http://127.0.0.1:1/v1/Account/" });
  const error = await sessions.getMaskingSession(UNKNOWN).catch((thrown) => thrown);
  return {
    "equal times are not sent": wrongTime.response.objects.length > 0,
    "subAccount is not sent": owned.session.subaccount === undefined,
    "geoMatch is not sent": abroad[1].startsWith("Number pool exhausted"),
    "url is not used": (await outcome(elsewhere.maskingSession.listMaskingSession())).length === 0,
    "errors have no class": Object.getPrototypeOf(error) === Error.prototype,
  };
}

// The class of the SDK's error and its text; of an answer its message, where it has one.
async function outcome(promise) {
  try {
    const answer = await promise;
    return answer.message === undefined ? [] : [answer.message];
  } catch (error) {
    return [error.constructor.name, error.message ?? String(error)];
  }
}

// Asks the emulator's control API, below the world of the account.
function control(path, body) {
  const world = `${process.env.MASKING_EMULATOR_URL}/_emulator/worlds/${process.env.PLIVO_AUTH_ID}`;
  const options = { method: "POST", headers: { "Content-Type": "application/json" } };
  return new Promise((resolve, reject) => {
    const asked = http.request(world + path, options, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => (response.statusCode < 300 ? resolve(JSON.parse(text)) : reject(new Error(text))));
    });
    asked.on("error", reject);
    asked.end(JSON.stringify(body));
  });
}

async function main() {
  const client = new plivo.Client();
  return {
    sessions: await tellSessions(client.maskingSession),
    calls: await tellCalls(client),
    numbers: await tellNumbers(client),
    refused: await tellRefused(client),
    faults: await tellFaults(client),
  };
}

main().then(
  (told) => console.log(JSON.stringify(told)),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
