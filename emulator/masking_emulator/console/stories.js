// The five stories: who takes part, and what is done and said, step by step.

import { act, all, countCallbacks, create, dial, number, pass, toExpiry, until } from "./acts.js";
import { control, vendor } from "./api.js";
import { formatted } from "./numberformat.js";

/** @typedef {import("./story.js").Story} Story */

const NUMBERS = ["+14155550100", "+14155550101", "+14155550102", "+442079460001"];

const CUSTOMER = "+14155550123";
const COURIER = "+14155550145";
const BUYER = "+14155550132";
const SELLER = "+14155550154";
const BORROWED = "+12025550177";
const AGENT = "+14155550160";
const CALLER = "+12025550182";

/** @type {Story} */
const delivery = {
  id: "delivery",
  title: "A delivery",
  line: "A customer and a courier talk, and neither learns the other's number.",
  cast: [
    { number: CUSTOMER, who: "Customer" },
    { number: COURIER, who: "Courier" },
  ],
  numbers: NUMBERS,
  steps: [
    { says: "An order. Customer and courier have to talk, but neither may keep the other's number." },
    {
      does: create({
        ...{ first_party: CUSTOMER, second_party: COURIER, session_expiry: 1800 },
        ...{ virtual_number_cooloff_period: 300, record: true },
      }),
      says: (scene) =>
        `The shop asks Plivo for a session: for half an hour, both reach each other through ${number(scene)}.`,
    },
    {
      does: dial(CUSTOMER),
      says: "The customer dials that number. The courier's phone rings and shows the virtual number, never the customer's.",
    },
    { does: act("answer", "callee"), says: "The courier answers. They are connected, and the call is recorded." },
    { does: pass(20), says: "Twenty seconds of talk. The world's clock was moved on; nobody had to wait." },
    {
      does: all(act("hangup", "caller"), pass(5)),
      says: "The customer hangs up. Each side is billed, and the recording can be played.",
    },
    {
      does: dial(COURIER),
      says: "It works the other way too: the courier calls back through the same number, and the customer's phone rings.",
    },
    {
      does: all(act("answer", "callee"), pass(12)),
      says: "The customer answers, and again neither sees the other's number.",
    },
    { does: all(act("hangup", "callee"), pass(5)), says: "The parcel is handed over, the customer hangs up." },
    {
      does: countCallbacks,
      says: (scene) => `${scene.callbacks.length} signed callbacks told the shop's server of every step.`,
    },
    {
      does: toExpiry,
      says: (scene) => `Half an hour is over. The session expires, and ${number(scene)} cools off for five minutes.`,
    },
    {
      does: async (scene) => {
        const made = await vendor("POST", "/Masking/Session", { first_party: BUYER, second_party: SELLER });
        scene.next = made.virtual_number;
      },
      says: (scene) =>
        `The next order, of other people, gets ${formatted(scene.next)}: the first number may not be used yet.`,
    },
    {
      does: pass(300),
      says: (scene) =>
        `Five minutes later ${number(scene)} is free again: another order may get it. That was all of it.`,
    },
  ],
};

/** @type {Story} */
const marketplace = {
  id: "marketplace",
  title: "A marketplace with a PIN",
  line: "The seller calls from somebody else's phone, and a PIN proves who it is.",
  cast: [
    { number: BUYER, who: "Buyer" },
    { number: SELLER, who: "Seller" },
    { number: BORROWED, who: "Borrowed phone" },
  ],
  numbers: NUMBERS,
  steps: [
    {
      says: "Buyer and seller agreed on a bicycle. The marketplace lets them talk, and shows neither the other's number.",
    },
    {
      does: create({
        ...{ first_party: BUYER, second_party: SELLER, session_expiry: 3600, is_pin_authentication_required: true },
        ...{ first_party_pin: "4321", second_party_pin: "2468", pin_retry: 2 },
        pin_prompt_play: `${location.origin}/_emulator/console/pin.mp3`,
      }),
      says: (scene) => `Both get ${number(scene)}, and a PIN each for when they call from another phone.`,
    },
    {
      does: dial(BORROWED),
      says: "The seller's battery is empty. A borrowed phone dials the number; it is no party, so it is asked for a PIN.",
    },
    { does: act("digits", "caller", { digits: "1111" }), says: "A wrong PIN. Two more may be typed." },
    { does: until("asking_pin"), says: "A few seconds later the PIN is asked for again." },
    {
      does: all(act("digits", "caller", { digits: "2468" }), until("ringing_second")),
      says: "2468 is the seller's PIN. The buyer's phone rings, with the virtual number on its screen.",
    },
    { does: act("answer", "callee"), says: "The buyer answers: the seller waits at the corner." },
    {
      does: all(pass(15), act("hangup", "callee"), pass(5)),
      says: "The buyer hangs up. The session stays for the next call.",
    },
    {
      does: countCallbacks,
      says: (scene) =>
        `The marketplace was told of each attempt: ${scene.callbacks.length} callbacks. That was all of it.`,
    },
  ],
};

/** @type {Story} */
const callCenter = {
  id: "call-center",
  title: "A call center",
  line: "A session with one party: whoever dials the number reaches the agent.",
  cast: [
    { number: CALLER, who: "Caller" },
    { number: AGENT, who: "Agent" },
  ],
  numbers: NUMBERS,
  steps: [
    { says: "An agent takes calls for a day, on a number that is not the agent's own." },
    {
      does: create({
        first_party: AGENT,
        create_session_with_single_party: true,
        session_expiry: 28_800,
        record: true,
      }),
      says: (scene) => `The session has one party. ${number(scene)} is the agent's alone, and takes every caller.`,
    },
    {
      does: dial(CALLER),
      says: "Somebody dials it. Nobody registered this caller; the agent's phone rings all the same.",
    },
    {
      does: act("answer", "callee"),
      says: "The agent answers. The caller sees no other number than the one that was dialled.",
    },
    { does: all(pass(30), act("hangup", "caller"), pass(5)), says: "Half a minute later the caller hangs up." },
    { does: dial(AGENT), says: "Something was forgotten: the agent dials the number, and reaches the last caller." },
    {
      does: all(act("answer", "callee"), pass(10), act("hangup", "callee"), pass(5)),
      says: "A short word, and it is done.",
    },
    { says: "Two calls, one number, and no address book anywhere. That was all of it." },
  ],
};

/** @type {Story} */
const expiry = {
  id: "expiry",
  title: "Expiry during a call",
  line: "The session ends while two people talk. Are they cut off?",
  cast: [
    { number: CUSTOMER, who: "Customer" },
    { number: COURIER, who: "Courier" },
  ],
  numbers: NUMBERS,
  steps: [
    {
      does: create({
        first_party: CUSTOMER,
        second_party: COURIER,
        session_expiry: 60,
        virtual_number_cooloff_period: 300,
      }),
      says: "A session of only a minute.",
    },
    { does: all(pass(40), dial(CUSTOMER)), says: "Twenty seconds before its end the customer calls." },
    { does: act("answer", "callee"), says: "The courier answers, and they talk." },
    { does: pass(20), says: "The minute is over. The session has expired, and the call goes on: nobody is cut off." },
    {
      does: all(pass(30), act("hangup", "caller"), pass(5)),
      says: "Half a minute later they hang up. The call is billed whole.",
    },
    {
      does: dial(CUSTOMER),
      says: "The customer tries once more. The session is gone, so the number does not connect any more.",
    },
    { says: "The number cools off for five minutes before somebody else may get it. That was all of it." },
  ],
};

/** @type {Story} */
const late = {
  id: "late",
  title: "What if callbacks come late?",
  line: "Callbacks are delayed and held, and a server that expects order is found out.",
  cast: [
    { number: CUSTOMER, who: "Customer" },
    { number: COURIER, who: "Courier" },
  ],
  numbers: NUMBERS,
  steps: [
    {
      does: create({ first_party: CUSTOMER, second_party: COURIER, session_expiry: 1800 }),
      says: "A delivery as before. The shop's server acts on callbacks, so it matters when they come.",
    },
    {
      does: () => control("PUT", "/callbacks/policy", { rules: [{ action: "delay", delay_s: 60 }] }),
      says: "The laboratory delays every callback by a minute from now on.",
    },
    {
      does: all(dial(CUSTOMER), act("answer", "callee"), pass(15), act("hangup", "caller"), pass(5)),
      says: "A call, and it is over already. Not one callback has arrived: the shop believes that nothing happened.",
    },
    { does: pass(60), says: "A minute later they come all at once, about a call that is long over." },
    {
      does: () => control("PUT", "/callbacks/policy", { rules: [{ action: "hold" }] }),
      says: "Now the laboratory holds them back altogether, as when the shop's server is down.",
    },
    {
      does: all(dial(COURIER), act("answer", "callee"), pass(10), act("hangup", "callee"), pass(5)),
      says: "Another call. Its callbacks wait.",
    },
    {
      does: all(
        () => control("PUT", "/callbacks/policy", { rules: [] }),
        () => control("POST", "/callbacks/release", {}),
        pass(5),
      ),
      says: "They are let go and arrive in their order, signed as ever. Does your server still do the right thing?",
    },
    { says: "Tests do the same with two lines of code; every click here shows them. That was all of it." },
  ],
};

export const STORIES = [delivery, marketplace, callCenter, expiry, late];
