// The client in Vitest, in TypeScript, with Plivo's own SDK; MASKING_EMULATOR_URL names the emulator.
import "masking-emulator/vitest";
import { Emulator, Receiver, type World } from "masking-emulator";
import { Client } from "plivo";
import { expect, test } from "vitest";

const FIRST = "+14155550123";
const SECOND = "+14155550145";

async function create(world: World, callbackUrl: string): Promise<string> {
  const client = new Client(world.authId, world.authToken);
  const made = await client.maskingSession.createMaskingSession(FIRST, SECOND, { callbackUrl, sessionExpiry: 600 });
  return made.sessionUuid;
}

test("worlds, receiver and emulator end with their blocks", async () => {
  let auth = "";
  {
    await using emulator = await Emulator.start();
    await using world = await emulator.world();
    await using receiver = await Receiver.start({ tokens: [world.authToken] });
    auth = world.authId;
    const session = await create(world, receiver.url);
    await world.advance(600);

    expect(receiver.received.map((each) => [each.event, each.isGenuine])).toEqual([["SessionTimeout", true]]);
    await expect(world).toHaveDelivered("SessionTimeout", { session });
    await expect(world).not.toHaveDelivered("SessionPartiesHangup", { session });
  }
  const left = await Emulator.start();
  const { worlds } = await left.control.get<{ worlds: { auth_id: string }[] }>("/worlds");
  await left.stop();

  expect(worlds.map((world) => world.auth_id)).not.toContain(auth);
});

test("a matcher that fails says what came instead, and with not what should not have come", async () => {
  await using emulator = await Emulator.start();
  await using world = await emulator.world();
  await using receiver = await Receiver.start();
  const session = await create(world, receiver.url);
  await world.advance(600);

  await expect(expect(world).toHaveDelivered("SessionPartiesHangup", { session, timeout: 0 })).rejects.toThrow(
    [
      `no callback with event=SessionPartiesHangup session=${session} state=delivered within 0 seconds; what came:`,
      `  SessionTimeout #1 of ${session} delivered (attempt 1: 200): event is SessionTimeout, not SessionPartiesHangup`,
    ].join("\n"),
  );
  await expect(expect(world).not.toHaveDelivered("SessionTimeout")).rejects.toThrow(
    `a callback came that should not have: SessionTimeout #1 of ${session} delivered (attempt 1: 200)`,
  );
  await expect(expect("a text").toHaveDelivered("SessionTimeout")).rejects.toThrow(
    "toHaveDelivered takes a world of masking-emulator, not string",
  );
});
