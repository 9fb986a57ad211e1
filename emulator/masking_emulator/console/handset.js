// One phone on the page: what its display says, and what its keys do. It knows calls only as the control API tells them.

import { button, h } from "./dom.js";
import { PLAYED_TO_THE_FIRST_LEG } from "./words.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

const WORDS = {
  ringing_first: ["Ringing", "Calling…"],
  asking_pin: ["PIN, please", "PIN, please"],
  pausing: ["Wait…", "Wait…"],
  announcing: ["A message plays", "A message plays"],
  ringing_second: ["Calling…", "Ringing"],
  bridged: ["Connected", "Connected"],
};

export function handset(number, { dial, act }) {
  const target = h("input", {
    type: "tel",
    "aria-label": `Number to dial from ${number}`,
    placeholder: "Virtual number",
    spellcheck: "false",
  });
  const display = h("output", { class: "display", "aria-live": "polite" }, "Idle");
  const prompts = h("ol", { class: "prompts", "aria-label": "What is played" });
  const digits = h("output", { class: "digits num", "aria-label": "Digits typed" });
  let typed = "";
  let current = null;
  const step = (body) => current && act(current.call.call_uuid, body);
  const keys = {
    dial: button("Dial", () => dial(number, target.value.trim()), { class: "primary" }),
    answer: button("Answer", () => step({ action: "answer", party: side() }), { class: "go" }),
    reject: button("Reject", () => step({ action: "reject", party: side() })),
    hangup: button("Hang up", () => step({ action: "hangup", party: side() }), { class: "danger" }),
    send: button("Send digits", () => {
      step({ action: "digits", digits: typed, party: side() });
      type("");
    }),
  };
  const pad = h(
    "div",
    { class: "pad", role: "group", "aria-label": "Keypad" },
    KEYS.map((key) => button(key, () => type(typed + key), { "aria-label": { "*": "Star", "#": "Hash" }[key] })),
  );
  const element = h(
    "article",
    { class: "handset", "aria-label": `Phone ${number}` },
    h("header", {}, h("b", { class: "num" }, number)),
    display,
    digits,
    h("div", { class: "cluster" }, target, keys.dial),
    h("div", { class: "cluster" }, keys.answer, keys.reject, keys.hangup),
    pad,
    keys.send,
    prompts,
  );

  function side() {
    return current.leg === 0 ? "caller" : "callee";
  }

  function type(text) {
    typed = text.slice(0, 32);
    digits.textContent = typed;
  }

  function rings() {
    const phase = current?.call.phase;
    if (phase === "ringing_first") return current.leg === 0 && current.call.legs[0].direction === "outbound";
    return phase === "ringing_second" && current.leg === 1;
  }

  function update(calls, events) {
    current = null;
    for (const call of calls) {
      if (call.phase === "ended") continue;
      const leg = call.legs.findIndex((each) => each.person === number && !each.ended_at);
      if (leg >= 0) current = { call, leg };
    }
    const last = calls.find((call) => call.legs.some((leg) => leg.person === number));
    const ended = last && !current ? last.legs.find((leg) => leg.person === number) : null;
    const said = current
      ? WORDS[current.call.phase][current.leg]
      : ended
        ? `Ended: ${ended.hangup_cause ?? "no cause"}, ${ended.duration_s} s`
        : "Idle";
    if (display.textContent !== said) display.textContent = said;
    const ringing = rings();
    element.classList.toggle("rings", ringing);
    keys.dial.disabled = current !== null;
    keys.answer.disabled = keys.reject.disabled = !ringing;
    keys.hangup.disabled = current === null;
    keys.send.disabled = current?.call.phase !== "asking_pin" || current.leg !== 0;
    pad.querySelectorAll("button").forEach((key) => {
      key.disabled = current === null;
    });
    if (!current) type("");
    prompts.replaceChildren(...played(last, number, events));
  }

  update([], []);
  return {
    number,
    element,
    rings,
    show: update,
    aim: (to) => {
      target.value = to;
    },
    target,
  };
}

function played(call, number, events) {
  if (!call) return [];
  return events
    .filter(
      (event) => event.event === "MessagePlayed" && event.call === call.call_uuid && hears(call, number, event.message),
    )
    .slice(-4)
    .map((event) =>
      h(
        "li",
        {},
        h("b", {}, event.message.replaceAll("_", " ")),
        h("span", { class: "mono" }, event.url || "built-in"),
      ),
    );
}

function hears(call, number, message) {
  const leg = PLAYED_TO_THE_FIRST_LEG.includes(message) ? call.legs[0] : call.legs.find((each) => each.role === message);
  return leg?.person === number;
}
