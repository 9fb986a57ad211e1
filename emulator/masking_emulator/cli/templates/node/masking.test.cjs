// A session from its creation to its expiry, without a Plivo account:
//   masking-emulator run --world world.toml -- node --test masking.test.cjs
const assert = require("node:assert");
const { test } = require("node:test");
const plivo = require("plivo");

const url = `${process.env.MASKING_EMULATOR_URL}/_emulator/worlds/${process.env.PLIVO_AUTH_ID}`;

const advance = async (seconds) => {
  const answer = await fetch(`${url}/clock/advance`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ seconds }),
  });
  const { events } = await answer.json();
  return events.map((event) => event.event);
};

test("a session expires after its time", async () => {
  const client = new plivo.Client(); // PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN, as always
  const made = await client.maskingSession.createMaskingSession("+14155550123", "+14155550145", { sessionExpiry: 600 });

  assert.ok((await advance(600)).includes("SessionExpired"));
  const { response } = await client.maskingSession.getMaskingSession(made.sessionUuid);
  assert.strictEqual(response.status, "expired");
});
