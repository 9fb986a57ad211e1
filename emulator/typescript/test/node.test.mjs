// The client in node:test, as an ES module, with Plivo's own SDK; it starts the emulator itself.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { CannotStart, ControlRefused, Emulator, Receiver, Unreachable, verify } from "masking-emulator";

const plivo = createRequire(import.meta.url)("plivo");

const FIRST = "+14155550123";
const SECOND = "+14155550145";
const NUMBER = "+14155550100";

let emulator;
let world;
let receiver;

before(async () => {
  emulator = await Emulator.start();
});
after(() => emulator.stop());
beforeEach(async () => {
  world = await emulator.world({ numbers: [NUMBER], account: { subaccounts: [{}] } });
  receiver = await Receiver.start({ tokens: [world.authToken] });
});
afterEach(async () => {
  await receiver.stop();
  await world.remove();
});

function create(fields = {}, account = world) {
  const client = new plivo.Client(account.authId, account.authToken);
  return client.maskingSession.createMaskingSession(FIRST, SECOND, { callbackUrl: receiver.url, ...fields });
}

/** The message with which something fails as an assertion. */
async function failure(promise) {
  const error = await promise.then(
    () => assert.fail("it did not fail"),
    (reason) => reason,
  );
  assert.equal(error.name, "AssertionError");
  return error.message;
}

test("the SDK's own client makes a session, and time ends it", async () => {
  const made = await create({ sessionExpiry: 600 });
  const events = await world.advance(600);

  assert.equal(made.virtualNumber, NUMBER);
  assert.deepEqual(
    events.map((event) => event.event).filter((name) => name.startsWith("Session")),
    ["SessionExpired"],
  );
  assert.equal(await world.now(), "2026-01-01T00:10:00Z");
});

test("the variables of the SDK name the world until it is removed", async () => {
  assert.equal(process.env.PLIVO_AUTH_ID, world.authId);
  assert.equal(process.env.PLIVO_AUTH_TOKEN, world.authToken);

  await world.remove();

  assert.notEqual(process.env.PLIVO_AUTH_ID, world.authId);
});

test("a call is played, and each callback's signatures are right for Plivo's validators too", async () => {
  const { sessionUuid: session } = await create({ callbackUrl: `${receiver.url}in?shop=a+b&x=%C3%A9` });
  const call = await world.call(FIRST, NUMBER, { talk_s: 60 });
  await world.advance(120);
  const hangup = await world.callbacks.waitFor({ event: "SessionPartiesHangup", session });
  const received = await receiver.waitFor("SessionPartiesHangup", { session });

  assert.equal((await world.calls(session))[0].call_uuid, call.call_uuid);
  assert.equal(hangup.parameters.SessionUUID, session);
  assert.deepEqual(receiver.problems(), []);
  assert.ok(receiver.received.length >= 4);
  assert.equal(received.isGenuine, true);
  for (const each of receiver.received) {
    assert.deepEqual(each.verdicts, { V3: "right", V2: "right", "Ma-V3": "right", "Ma-V2": "right" });
    const nonce = (version) => each.headers[`x-plivo-signature-${version}-nonce`];
    const form = Object.fromEntries(Object.entries(each.parameters).filter(([name]) => !["shop", "x"].includes(name)));
    const signatures = { v3: each.headers["x-plivo-signature-v3"], v2: each.headers["x-plivo-signature-v2"] };
    assert.ok(plivo.validateV3Signature("POST", each.url, nonce("v3"), world.authToken, signatures.v3, form), each.url);
    assert.ok(plivo.validateSignature(each.url, nonce("v2"), signatures.v2, world.authToken));
  }
});

test("a callback by GET is verified, and one of a subaccount with both tokens", async () => {
  const [subaccount] = world.subaccounts;
  await world.numbers.add("+14155550101", subaccount.authId);
  const strangers = await Receiver.start({ tokens: [subaccount.authToken] });
  const { sessionUuid: session } = await create({ callbackMethod: "GET", callbackUrl: strangers.url }, subaccount);
  await world.advance({ next: true });
  const received = await strangers.waitFor("SessionTimeout", { session });
  await strangers.stop();

  assert.equal(received.method, "GET");
  assert.equal(received.isGenuine, true);
  assert.deepEqual(received.verdicts, { V3: "right", V2: "right", "Ma-V3": "wrong", "Ma-V2": "wrong" });
  const both = verify({ method: "GET", url: received.url, headers: received.headers, form: {} }, world.authToken);
  assert.deepEqual(both, { V3: "wrong", V2: "wrong", "Ma-V3": "right", "Ma-V2": "right" });
});

test("a forged callback is a problem, and says which signatures are wrong and which are missing", async () => {
  await world.callbacks.rules({ action: "tamper", target: "signature" });
  await create();
  await world.advance(1800);
  const [response] = await once(get(`${receiver.url}hello`), "response");
  response.resume();

  assert.deepEqual(receiver.problems().map(String), [
    `SessionTimeout #1 of ${receiver.received[0].parameters.SessionUUID}: SIGNATURE NOT OK (V3, V2, Ma-V3, Ma-V2 wrong)`,
    `GET ${receiver.url}hello: SIGNATURE NOT OK (V3, V2, Ma-V3, Ma-V2 missing)`,
  ]);
  assert.match(
    await failure(receiver.waitFor("SessionPartiesHangup", { timeout: 0 })),
    /^no SessionPartiesHangup came within 0 seconds; what came: SessionTimeout #1 of /,
  );
});

test("a wait that fails lists the nearest callbacks, and the fields that nothing read", async () => {
  receiver.status = 404;
  const { sessionUuid: session } = await create({ geo_match: true });
  await world.advance(1800);
  const message = await failure(world.callbacks.waitFor({ event: "SessionTimeout", session, timeout: 0 }));

  assert.deepEqual(message.split("\n"), [
    `no callback with event=SessionTimeout session=${session} state=delivered within 0 seconds; what came:`,
    `  SessionTimeout #1 of ${session} failed (attempt 1: 404; not again: ${
      (await world.callbacks.of(session))[0].why_not_again
    }): state is failed, not delivered`,
    "  unread: create session: a field that nothing read: geo_match in the body: did you mean geomatch?",
  ]);
  assert.match(
    await failure(world.callbacks.waitFor({ event: "SessionTimeout", after: 99, timeout: 0 })),
    /not after 99/,
  );
});

test("a verification that fails says how the nearest request differs, and what arrived", async () => {
  await create({ sessionExpiry: 600 });
  await world.requests.verify({ operation: "create_session", count: 1, body: { session_expiry: 600 } });
  const message = await failure(
    world.requests.verify({ operation: "create_session", body: { session_expiry: 700, record: true } }),
  );
  const [request] = await world.requests.all({ operation: "create_session" });
  const line = `    1 ${request.at} POST ${request.path} 201`;

  assert.deepEqual(message.split("\n"), [
    "0 requests match, expected: at least 1",
    `  near: ${line}: body.session_expiry is 600, not 700, body.record is null, not true`,
    `  arrived: ${line}`,
  ]);
  assert.equal(await world.requests.count({ status: 201 }), 1);
  assert.equal((await world.requests.waitFor({ status: 201 })).sequence, 1);
  assert.match(
    await failure(world.requests.waitFor({ status: 404, timeout: 0 })),
    /^0 of 1 requests arrived within 0 s/,
  );
});

test("a fault makes the SDK's request fail, as often as it says", async () => {
  const fault = await world.faults.add({ operation: "create_session", status: 503, count: 3 });
  await assert.rejects(create());
  const [met] = await world.faults.all();
  await world.faults.clear(fault);

  assert.equal(met.applied, 3);
  assert.equal((await create()).virtualNumber, NUMBER);
});

test("a session's number is explained, and why a create would be refused", async () => {
  const { sessionUuid: session } = await create();
  const explanation = await world.explain(session);
  const refusal = await world.explainCreate({ first_party: FIRST, second_party: "+14155550167" });

  assert.deepEqual(
    explanation.candidates.map((one) => one.verdict),
    ["chosen"],
  );
  assert.match(refusal.candidates[0].why, /a party is in another live session on this number/);
});

test("a manual call goes step by step", async () => {
  await create();
  const call = await world.call(FIRST, NUMBER, { manual: true });
  const answered = await world.act(call, "answer");
  const ended = await world.act(answered.call_uuid, "hangup", { party: "callee" });

  assert.deepEqual([call.phase, answered.phase, ended.phase], ["ringing_second", "bridged", "ended"]);
  assert.equal(ended.legs[1].hangup_source, "callee");
});

test("a story is triggered, over a callback route", async () => {
  await world.route("https://shop.example.com/in", receiver.url);
  const callbacks = await world.trigger("SessionPinAuthenticationStatus", {
    to: "https://shop.example.com/in/events",
    overrides: { status: "failed" },
    inOrder: true,
  });

  assert.equal(callbacks.at(-1).parameters.PinAuthenticationStatus, "failed");
  assert.deepEqual(new Set(callbacks.map((callback) => callback.state)), new Set(["delivered"]));
  assert.equal(receiver.received[0].url, "https://shop.example.com/in/events");
  assert.deepEqual(receiver.problems(), []);
  assert.deepEqual(await world.routes.all(), [{ from: "https://shop.example.com/in", to: receiver.url.slice(0, -1) }]);
});

test("a state is saved in a file and put back", async (t) => {
  const { sessionUuid: session } = await create();
  const file = join(await emptyFolder(t), "state.json");
  await world.saveSnapshot(file);
  await world.advance(1800);
  await world.loadSnapshot(file);

  assert.equal(await world.now(), "2026-01-01T00:00:00Z");
  assert.equal((await world.explain(session)).virtual_number, NUMBER);
});

test("held callbacks are let go, and sent again", async () => {
  await world.callbacks.rules({ action: "hold", event: "SessionTimeout" });
  await create();
  await world.advance(1800);
  assert.deepEqual(receiver.received, []);
  const [released] = await world.callbacks.release();
  const copy = await world.callbacks.replay(released);

  assert.deepEqual([released.state, copy.state, copy.copy_of], ["delivered", "delivered", released.id]);
  assert.equal(receiver.received.length, 2);
});

test("a number is replaced, a phone is busy, and the report tells it", async () => {
  await world.numbers.add("+14155550102");
  await world.phones.set(SECOND, { outcome: "busy" });
  const { sessionUuid: session } = await create();
  const moved = await world.numbers.replace(NUMBER);
  await world.call(FIRST, moved.get(session));
  await world.advance(60);
  const report = await world.report();

  assert.equal(moved.get(session), "+14155550102");
  assert.match(report, /^journal:\n {2} +1 2026-01-01T00:00:00Z /);
  assert.match(report, /\nrequests:\n {2} +1 .* POST .* 201\n/);
  assert.match(report, new RegExp(`SessionVirtualNumberReplaced #1 of ${session} delivered \\(attempt 1: 200\\)`));
  assert.match(report, /SessionPartiesHangup #\d+ of session .* delivered, id \d+/);
});

test("a refusal of the control API names the field, and what was likely meant", async () => {
  await assert.rejects(world.trigger("SessionTimout", { to: receiver.url }), (error) => {
    assert.ok(error instanceof ControlRefused);
    assert.deepEqual([error.status, error.field], [400, "event"]);
    assert.match(error.message, /^event: .*SessionTimeout/);
    return true;
  });
  await assert.rejects(emulator.world({ number: [NUMBER] }), /^ControlRefused: number: .*numbers/);
});

test("an emulator that is not there is named, and all that was tried to start one", async () => {
  await assert.rejects(Emulator.start({ url: "http://127.0.0.1:9" }), Unreachable);
  await assert.rejects(Emulator.start({ url: "ftp://127.0.0.1" }), /'ftp:\/\/127.0.0.1' is no http:\/\/ URL/);
  await assert.rejects(Emulator.start({ url: receiver.url }), /what answers at .* is no emulator/);
  await assert.rejects(Emulator.start({ command: "no-such-command" }), (error) => {
    assert.ok(error instanceof CannotStart);
    assert.deepEqual(error.message.split("\n").slice(0, 2), [
      "the emulator could not be started; tried:",
      "  no-such-command: it is not there",
    ]);
    return true;
  });
  await assert.rejects(
    Emulator.start({ command: ["masking-emulator", "--nope"] }),
    /masking-emulator --nope: .*--nope/,
  );
  await assert.rejects(Emulator.start({ url: emulator.url, command: "masking-emulator" }), TypeError);
});

test("without the command, Python's module is started; without either, all that was tried is named", async (t) => {
  const folder = await emptyFolder(t);
  const { PATH: path } = process.env;
  try {
    process.env.PATH = folder;
    await assert.rejects(Emulator.start(), (error) => {
      const tried = ["masking-emulator", "python3 -m masking_emulator", "python -m masking_emulator"];
      assert.deepEqual(
        error.message.split("\n").slice(1, -1),
        tried.map((words) => `  ${words}: it is not there`),
      );
      return true;
    });
    await writeFile(join(folder, "python3"), `#!/bin/sh\nexec "${process.env.PYTHON}" "$@"\n`, { mode: 0o755 });
    await answersAndEnds(await Emulator.start());
  } finally {
    process.env.PATH = path;
  }
});

/** A folder that is there for as long as the test. */
async function emptyFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), "masking-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** The emulator answers, and ends when it is asked to. */
async function answersAndEnds(started) {
  assert.notEqual(started.url, emulator.url);
  await started.stop();
  await gone(started.url);
}

test("other hosts than Plivo's are left alone, and Plivo's too once the emulator has ended", async () => {
  const { default: https } = await import("node:https");
  const redirected = https.request;
  const other = await Emulator.start({ url: emulator.url });
  assert.notEqual(https.request, redirected);
  await other.stop();

  assert.equal(https.request, redirected);
  const [error] = await once(https.get("https://127.0.0.1:9/"), "error");
  assert.equal(error.code, "ECONNREFUSED");
});

test("a proxy in the environment is not asked for what goes to Plivo", async () => {
  process.env.HTTPS_PROXY = "http://127.0.0.1:9";
  try {
    assert.equal((await create()).virtualNumber, NUMBER);
  } finally {
    delete process.env.HTTPS_PROXY;
  }
});

test("a receiver's port is free once it has stopped", async () => {
  const { port } = new URL(receiver.url);
  await receiver.stop();
  receiver = await Receiver.start({ port: Number(port), status: 404 });
  await assert.rejects(
    Receiver.start({ port: Number(port) }),
    /^CannotReceive: cannot listen on 127.0.0.1:\d+: .*in use/,
  );
  await create();
  await world.advance(1800);

  assert.equal((await world.callbacks.all())[0].attempts[0].response.status, 404);
});

test("the emulator ends with the process that started it, killed or not", async () => {
  const program = `import { Emulator } from "masking-emulator";
    const emulator = await Emulator.start();
    console.log(emulator.url);
    if (process.argv[1] === "wait") setInterval(() => {}, 1000);`;
  const start = (word) =>
    spawn(process.execPath, ["--input-type=module", "-e", program, word], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, MASKING_EMULATOR_URL: "" },
    });
  const [killed, finished] = [start("wait"), start("end")];
  const exit = once(finished, "exit");
  const urls = await Promise.all(
    [killed, finished].map(async (child) => (await once(createInterface(child.stdout), "line"))[0]),
  );
  killed.kill("SIGKILL");

  assert.deepEqual((await exit)[0], 0);
  for (const url of urls) {
    await gone(url);
  }
});

/** Resolves once nothing answers at the URL any more. */
async function gone(url) {
  for (;;) {
    const asked = get(`${url}/_emulator/health`, { agent: false });
    const answered = await Promise.race([
      once(asked, "response").then(([response]) => once(response.resume(), "close")),
      once(asked, "error").then(() => undefined),
    ]).catch(() => undefined);
    if (answered === undefined) {
      return;
    }
  }
}
