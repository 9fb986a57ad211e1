// The story of the guided demo, told on a world of its own: one order, a customer and a courier.

import { control, vendor } from "./api.js";
import { advance } from "./clock.js";
import { state } from "./state.js";
import { enter } from "./worlds.js";

export const CUSTOMER = "+14155550123";
export const COURIER = "+14155550145";
export const BORROWED = "+12025550177";

export const PACES = { "in about a minute": 2600, quickly: 250 };

const POLL_MS = 50;
const PATIENCE_MS = 10_000;
const STEPS_MAX = 6;

//: What is told so far; the view draws it.
export const told = { captions: [], running: false, world: null };

let tell = () => {};

class Ended extends Error {}

export function onTold(listener, signal) {
  tell = listener;
  signal.addEventListener("abort", () => {
    if (tell === listener) tell = () => {};
  });
}

export async function play(beatMs) {
  told.captions = [];
  told.running = true;
  tell();
  try {
    await world();
    await story((text) => say(text, beatMs));
  } catch (error) {
    if (!(error instanceof Ended)) told.captions.push(`The story broke off: ${error.message}`);
  }
  told.running = false;
  tell();
}

export function stop() {
  told.running = false;
}

async function world() {
  const structure = {
    clock: { start: "2026-01-01T12:00:00Z", rate: 0 },
    numbers: ["+14155550100", "+14155550101", "+14155550102", "+442079460001"].map((number) => ({ number })),
    account: { subaccounts: [{}] },
  };
  const made = await control("POST", "/_emulator/worlds", { world: structure, seed: "demo" });
  told.world = made.auth_id;
  enter(made.auth_id, "demo");
  const waited = performance.now();
  while (state.world.auth_id !== made.auth_id) {
    if (performance.now() - waited > PATIENCE_MS) throw new Error("the page did not turn to the new world");
    await sleep(POLL_MS);
  }
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function say(text, beatMs) {
  if (!told.running || state.world?.auth_id !== told.world) throw new Ended();
  told.captions.push(text);
  tell();
  await sleep(beatMs);
  if (!told.running || state.world?.auth_id !== told.world) throw new Ended();
}

const dial = (from, to) => control("POST", "/calls", { from, to, manual: true });
const act = (call, body) => control("POST", `/calls/${call.call_uuid}/actions`, body);

async function story(beat) {
  const receiver = `${location.origin}/_emulator/console/receiver`;
  await beat(`An order: customer ${CUSTOMER} and courier ${COURIER} may talk, but neither may see the other's number.`);
  const order = await vendor("POST", "/Masking/Session", {
    first_party: CUSTOMER,
    second_party: COURIER,
    session_expiry: 1800,
    virtual_number_cooloff_period: 300,
    record: true,
    callback_url: receiver,
    recording_callback_url: receiver,
    is_pin_authentication_required: true,
    first_party_pin: "4321",
    second_party_pin: "2468",
    pin_prompt_play: `${location.origin}/_emulator/console/pin.mp3`,
    pin_retry: 2,
  });
  const number = order.virtual_number;
  await beat(`The shop creates a session. Both dial ${number} from now on, for half an hour.`);
  await talk(beat, number);
  await borrow(beat, order);
  await end(beat, order);
}

async function talk(beat, number) {
  const call = await dial(CUSTOMER, number);
  await beat("The customer dials it, and the courier's phone rings. It shows the virtual number only.");
  await act(call, { action: "answer", party: "callee" });
  await beat("The courier answers. The two are connected, and the call is recorded.");
  await advance({ seconds: 20 });
  await beat("They talk for 20 seconds; the world's clock was moved, nobody had to wait.");
  await act(call, { action: "hangup", party: "caller" });
  await advance({ seconds: 5 });
  await beat("The customer hangs up. The bill is made, and the recording can be played below.");
}

async function borrow(beat, { session_uuid, virtual_number }) {
  const call = await dial(BORROWED, virtual_number);
  await beat(`The courier's battery is empty. A borrowed phone, ${BORROWED}, dials the number and is asked for a PIN.`);
  await act(call, { action: "digits", digits: "1111", party: "caller" });
  await beat("A wrong PIN: there is another attempt after a few seconds.");
  await until(call, "asking_pin");
  await beat("The PIN is asked for again.");
  await act(call, { action: "digits", digits: "2468", party: "caller" });
  await until(call, "ringing_second");
  await beat("The courier's own PIN, 2468, is right. The customer's phone rings.");
  await act(call, { action: "answer", party: "callee" });
  await beat("The customer answers: the courier is at the door.");
  await advance({ seconds: 15 });
  await act(call, { action: "hangup", party: "callee" });
  await advance({ seconds: 5 });
  const { callbacks } = await control("GET", `/callbacks?session=${session_uuid}`, undefined, { quiet: true });
  await beat(`The customer hangs up. ${callbacks.length} callbacks have told the shop of every step, each signed.`);
}

async function until(call, phase) {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const now = await control("GET", `/calls/${call.call_uuid}`, undefined, { quiet: true });
    if (now.phase === phase) return;
    await advance({ next: true });
  }
}

async function end(beat, order) {
  await advance({ to: order.session.expiry_time.replace(" +0000 UTC", "Z").replace(" ", "T") });
  await beat(`Half an hour is over and the session expires. ${order.virtual_number} cools off for five minutes.`);
  const next = await vendor("POST", "/Masking/Session", { first_party: "+14155550167", second_party: "+14155550189" });
  await beat(`The next order, of two other people, gets ${next.virtual_number}: the first number may not be used yet.`);
  await advance({ seconds: 300 });
  await beat(`Five minutes later ${order.virtual_number} is free again.`);
  await beat("That was all of it. The world stays: look at its sessions, callbacks and journal, or pick up a phone.");
}
