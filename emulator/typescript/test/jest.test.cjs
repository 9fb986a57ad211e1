// The client in Jest, as CommonJS, with Plivo's own SDK; MASKING_EMULATOR_URL names the emulator.
require("masking-emulator/jest");
const { Emulator, Receiver } = require("masking-emulator");
const plivo = require("plivo");

let emulator;
let world;
let receiver;

beforeAll(async () => {
  emulator = await Emulator.start();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  world = await emulator.world();
  receiver = await Receiver.start({ tokens: [world.authToken] });
});
afterEach(async () => {
  await receiver.stop();
  await world.remove();
});

test("a session expires, and the matcher finds its callback", async () => {
  const client = new plivo.Client();
  const made = await client.maskingSession.createMaskingSession("+14155550123", "+14155550145", {
    callbackUrl: receiver.url,
    sessionExpiry: 600,
  });
  await world.advance(600);

  await expect(world).toHaveDelivered("SessionTimeout", { session: made.sessionUuid });
  await expect(world).not.toHaveDelivered("SessionPartiesHangup");
  expect(receiver.problems()).toEqual([]);
});

test("a matcher that fails says what was refused", async () => {
  const client = new plivo.Client();
  await expect(client.maskingSession.createMaskingSession("+14155550123", "1", {})).rejects.toThrow();
  const failed = expect(world).toHaveDelivered("SessionTimeout", { timeout: 0 });

  await expect(failed).rejects.toThrow(
    "no callback with event=SessionTimeout state=delivered within 0 seconds; none came at all\n  refused: create session answered 400",
  );
});
