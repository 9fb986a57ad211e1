// The form of a session: every parameter of the API in words, its key beneath, with the rule that the server gives.

import { vendor } from "../api.js";
import { button, choice, fold, h } from "../dom.js";
import { attempt, why } from "../say.js";
import { world } from "../state.js";
import { numberEntry } from "./numberentry.js";
import { againstRule, unreadOf } from "./sessiontroubles.js";

/**
 * @typedef {Record<string, any>} Schema
 * @typedef {{ row: HTMLElement, control: HTMLInputElement | HTMLSelectElement, error: HTMLElement, value: () => string,
 *   set: (text: string) => void, schema: Schema, before: string }} Parameter
 * @typedef {{ uuid?: string | null, session?: Record<string, any>, done: (answer: any) => unknown, cancel: () => unknown }}
 *   Purpose
 */

const COMMON = [
  "first_party",
  "second_party",
  "session_expiry",
  "virtual_number_cooloff_period",
  "record",
  "callback_url",
];

//: What the keys are called in words, where these say more than the key without its underscores.
const LABELS = /** @type {Record<string, string>} */ ({
  session_expiry: "Ends after, seconds",
  virtual_number_cooloff_period: "Cool-off of the number, seconds",
  record: "Record the calls",
  callback_url: "Callbacks go to",
  callback_method: "Callbacks by",
  call_time_limit: "Longest call, seconds",
  ring_timeout: "Ring for, seconds",
  record_file_format: "Format of recordings",
  recording_callback_url: "Callbacks on recordings go to",
  recording_callback_method: "Callbacks on recordings by",
  initiate_call_to_first_party: "Call the first party at once",
  first_party_play_url: "Played to the first party",
  second_party_play_url: "Played to the second party",
  unknown_caller_play: "Played to unknown callers",
  is_pin_authentication_required: "Ask for a PIN",
  generate_pin: "Make up the PINs",
  generate_pin_length: "Length of made-up PINs",
  first_party_pin: "PIN of the first party",
  second_party_pin: "PIN of the second party",
  pin_prompt_play: "Played to ask for the PIN",
  pin_retry: "Further tries after a wrong PIN",
  pin_retry_wait: "Wait before a further try, seconds",
  incorrect_pin_play: "Played after a wrong PIN",
  force_pin_authentication: "Ask the parties too",
  geomatch: "Only numbers of the party's country",
  create_session_with_single_party: "One party is enough",
  subaccount: "For the subaccount",
});

/** @type {any} */
let described = null;

/**
 * @param {boolean} update
 * @returns {Promise<Record<string, Schema>>}
 */
async function parameters(update) {
  described ??= await (await fetch("/_emulator/openapi.json")).json();
  const path = `/v1/Account/{auth_id}/Masking/Session${update ? "/{session_uuid}" : ""}`;
  return described.paths[path].post.requestBody.content["application/json"].schema.properties;
}

/**
 * @param {Purpose} purpose `uuid` where a session is changed
 */
export function sessionForm({ uuid = null, session = {}, done, cancel }) {
  const title = uuid ? "Change the session" : "A new session";
  const trouble = h("p", { class: "trouble", role: "alert" });
  const holder = h("div", { class: "quiet" }, "Reading the rules…");
  /** @type {Record<string, Parameter>} */
  let fields = {};
  const example = button("Fill in an example", () => fillIn(fields), { disabled: true });
  const send = h("button", { type: "submit", class: "primary", disabled: true }, uuid ? "Change" : "Create");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    for (const each of Object.values(fields)) mark(each, "");
    trouble.textContent = "";
    try {
      const answer = await vendor("POST", `/Masking/Session${uuid ? `/${uuid}` : ""}`, bodyOf(fields));
      const unread = await unreadOf(answer.api_id);
      if (!unread.size) return done(answer);
      // It is done, so it is not to be sent again; what was ignored is to be seen before the form goes.
      trouble.textContent = `${answer.message}. But nothing read ${[...unread.keys()].join(", ")}.`;
      reveal(fields, unread);
      acts.replaceChildren(button("Close", () => done(answer), { class: "primary" }));
    } catch (error) {
      const { named, others } = await troublesOf(/** @type {any} */ (error), fields);
      if (!named.size) trouble.textContent = why(error);
      reveal(fields, new Map([...named, ...others]));
    }
  };
  const acts = h("div", { class: "cluster" }, send, uuid ? null : example, button("Cancel", cancel));
  const form = h(
    "form",
    { class: "card stack", "aria-label": title, novalidate: true, onsubmit: submit },
    h("h2", {}, title),
    holder,
    trouble,
    acts,
  );
  attempt(async () => {
    const schemas = await parameters(uuid !== null);
    fields = Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, parameter(name, schema, session[name])]),
    );
    layOut(holder, fields);
    send.disabled = example.disabled = false;
  });
  return form;
}

/**
 * @param {HTMLElement} holder
 * @param {Record<string, Parameter>} fields
 */
function layOut(holder, fields) {
  const of = (/** @type {string[]} */ names) =>
    h(
      "div",
      { class: "fields" },
      names.map((name) => fields[name].row),
    );
  const rest = Object.keys(fields).filter((name) => !COMMON.includes(name));
  holder.className = "stack";
  holder.replaceChildren(of(COMMON.filter((name) => name in fields)), fold("All other parameters", of(rest)));
}

/** @param {Record<string, Parameter>} fields */
function fillIn(fields) {
  const receiver = `${location.origin}/_emulator/console/receiver`;
  const given = { first_party: "+14155550123", second_party: "+14155550145", callback_url: receiver };
  for (const [name, value] of Object.entries(given)) fields[name].set(value);
}

/** @param {Record<string, Parameter>} fields */
function bodyOf(fields) {
  const changed = Object.entries(fields).filter(([, each]) => each.value() !== each.before);
  return Object.fromEntries(changed.map(([name, each]) => [name, typed(each.value(), each.schema)]));
}

/**
 * Says what is wrong with a parameter beneath it.
 *
 * @param {Parameter} parameter
 * @param {string} text
 */
function mark({ row, control, error }, text) {
  error.textContent = text;
  control.setAttribute("aria-invalid", String(text !== ""));
  const hidden = row.closest("details");
  if (text && hidden) hidden.open = true;
}

/**
 * Says what is wrong with each of these, and brings the first one into view, below the header.
 *
 * @param {Record<string, Parameter>} fields
 * @param {Map<string, string>} troubles
 */
function reveal(fields, troubles) {
  const found = [...troubles].filter(([name]) => name in fields);
  for (const [name, text] of found) mark(fields[name], text);
  const first = found.length ? fields[found[0][0]] : null;
  first?.control.focus({ preventScroll: true });
  first?.row.scrollIntoView({ block: "center" });
}

/**
 * What a refusal names, and, as it names only the first that is wrong, what else is: values against their rules, and
 * fields that nothing read.
 *
 * @param {{ message: string, reason: string | null, api_id?: string | null }} error
 * @param {Record<string, Parameter>} fields
 * @returns {Promise<{ named: Map<string, string>, others: Map<string, string> }>}
 */
async function troublesOf(error, fields) {
  const unread = await unreadOf(error.api_id ?? null);
  const name = blamed(error, Object.keys(fields));
  const wrong = Object.entries(fields)
    .filter(([each, { value, before }]) => value() !== before && each !== name && !unread.has(each))
    .map(([each, { value, schema }]) => /** @type {[string, string]} */ ([each, againstRule(value(), schema)]))
    .filter(([, text]) => text);
  return { named: new Map(name ? [[name, why(error)]] : []), others: new Map([...wrong, ...unread]) };
}

/**
 * Which parameter a refusal is about: the longest name that is in its text, else in the emulator's reason.
 *
 * @param {{ message: string, reason: string | null }} error
 * @param {string[]} names
 */
function blamed(error, names) {
  const within = (/** @type {string | null} */ text) =>
    names
      .filter((name) => new RegExp(`\\b${name}\\b`).test(text ?? ""))
      .sort((a, b) => b.length - a.length)
      .at(0);
  return within(error.message) ?? within(error.reason) ?? null;
}

/**
 * What is typed goes out as its type where it has that form, else as it is: the vendor is to refuse it, not the page.
 *
 * @param {string} text
 * @param {Schema} schema
 */
function typed(text, schema) {
  if (schema.type === "boolean") return text === "true";
  return schema.type === "integer" && /^-?\d+$/.test(text) ? Number(text) : text;
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {any} value
 * @returns {Parameter}
 */
function parameter(name, schema, value) {
  const id = `p-${name}`;
  const before = value === null || value === undefined ? "" : String(value);
  const error = h("small", { id: `${id}-error`, class: "trouble", role: "alert" });
  const attributes = { id, name, "aria-describedby": `${id}-rule ${id}-error` };
  const { element, control, read, set } = entry(name, schema, before, attributes);
  const label = h("label", { for: id }, LABELS[name] ?? inWords(name), h("code", {}, name));
  const row = h("div", { class: "field" }, label, element, h("small", { id: `${id}-rule` }, rule(schema)), error);
  return { row, control, error, value: read, set, schema, before };
}

/** @param {string} name */
function inWords(name) {
  const words = name.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {string} before
 * @param {Record<string, any>} attributes
 */
function entry(name, schema, before, attributes) {
  if (name === "first_party" || name === "second_party") return numberEntry(before, attributes);
  const options = optionsOf(name, schema);
  const control = options
    ? choice([["", "– not given –"], ...options], before, attributes)
    : h("input", {
        ...attributes,
        value: before,
        spellcheck: "false",
        inputmode: schema.type === "integer" ? "numeric" : null,
      });
  const set = (/** @type {string} */ text) => {
    control.value = text;
  };
  return { element: control, control, read: () => control.value, set };
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @returns {(string | string[])[] | null}
 */
function optionsOf(name, schema) {
  if (name === "subaccount") return world().subaccounts.map(({ auth_id }) => auth_id);
  if (schema.type === "boolean") {
    return [
      ["true", "yes"],
      ["false", "no"],
    ];
  }
  return schema.enum ?? null;
}

/** @param {Schema} schema */
function rule(schema) {
  const limits = schema.minimum === undefined ? "" : ` ${schema.minimum} to ${schema.maximum}.`;
  const fallback = schema.default === undefined || schema.default === "" ? "" : ` Default ${schema.default}.`;
  return `${schema.description ?? ""}${limits}${fallback}`;
}
