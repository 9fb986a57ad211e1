// The form of a session: every parameter of the API with its rule, taken from the description that the server gives.

import { vendor } from "../api.js";
import { button, choice, fold, h } from "../dom.js";
import { attempt } from "../say.js";
import { state } from "../state.js";

const COMMON = [
  "first_party",
  "second_party",
  "session_expiry",
  "virtual_number_cooloff_period",
  "record",
  "callback_url",
];

let described = null;

async function parameters(update) {
  described ??= await (await fetch("/_emulator/openapi.json")).json();
  const path = `/v1/Account/{auth_id}/Masking/Session${update ? "/{session_uuid}" : ""}`;
  return described.paths[path].post.requestBody.content["application/json"].schema.properties;
}

export function sessionForm({ uuid = null, session = {}, done, cancel }) {
  const title = uuid ? "Change the session" : "A new session";
  const trouble = h("p", { class: "trouble", role: "alert" });
  const holder = h("div", { class: "quiet" }, "Reading the rules…");
  const form = h(
    "form",
    { class: "card stack", "aria-label": title, novalidate: true, onsubmit: submit },
    h("h2", {}, title),
    holder,
    trouble,
    h(
      "div",
      { class: "cluster" },
      h("button", { type: "submit", class: "primary" }, uuid ? "Change" : "Create"),
      uuid ? null : button("Fill in an example", example),
      button("Cancel", cancel),
    ),
  );
  let fields = {};

  attempt(async () => {
    const schemas = await parameters(uuid !== null);
    fields = Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, parameter(name, schema, session[name])]),
    );
    const of = (names) =>
      h(
        "div",
        { class: "fields" },
        names.map((name) => fields[name].row),
      );
    const names = Object.keys(fields);
    holder.className = "stack";
    holder.replaceChildren(
      of(names.filter((name) => COMMON.includes(name))),
      fold("All other parameters", of(names.filter((name) => !COMMON.includes(name)))),
    );
  });

  function example() {
    const given = {
      first_party: "+14155550123",
      second_party: "+14155550145",
      callback_url: `${location.origin}/_emulator/console/receiver`,
    };
    for (const [name, value] of Object.entries(given)) fields[name].control.value = value;
  }

  async function submit(event) {
    event.preventDefault();
    const body = {};
    for (const [name, { control, schema, before }] of Object.entries(fields)) {
      if (control.value !== before) body[name] = typed(control.value, schema);
      mark(name, "");
    }
    trouble.textContent = "";
    try {
      done(await vendor("POST", `/Masking/Session${uuid ? `/${uuid}` : ""}`, body));
    } catch (error) {
      const name = blamed(error, Object.keys(fields));
      if (name) mark(name, error.reason ? `${error.message} (${error.reason})` : error.message);
      else trouble.textContent = error.reason ? `${error.message} (${error.reason})` : error.message;
    }
  }

  function mark(name, text) {
    const { row, control, error } = fields[name];
    error.textContent = text;
    control.setAttribute("aria-invalid", String(text !== ""));
    if (!text) return;
    const hidden = row.closest("details");
    if (hidden) hidden.open = true;
    control.focus();
  }
  return form;
}

// Which parameter a refusal is about: the longest name that is in its text, else in the emulator's reason.
export function blamed(error, names) {
  const in_ = (text) =>
    names.filter((name) => new RegExp(`\\b${name}\\b`).test(text ?? "")).sort((a, b) => b.length - a.length)[0];
  return in_(error.message) ?? in_(error.reason) ?? null;
}

// What is typed goes out as its type where it has that form, else as it is: the vendor is to refuse it, not the page.
function typed(text, schema) {
  if (schema.type === "boolean") return text === "true";
  return schema.type === "integer" && /^-?\d+$/.test(text) ? Number(text) : text;
}

function parameter(name, schema, value) {
  const id = `p-${name}`;
  const before = value === null || value === undefined ? "" : String(value);
  const options =
    name === "subaccount"
      ? state.world.subaccounts.map(({ auth_id }) => auth_id)
      : schema.type === "boolean"
        ? ["true", "false"]
        : schema.enum;
  const attributes = { id, name, "aria-describedby": `${id}-rule ${id}-error` };
  const control = options
    ? choice([["", "– not given –"], ...options], before, attributes)
    : h("input", {
        ...attributes,
        value: before,
        spellcheck: "false",
        inputmode: schema.type === "integer" ? "numeric" : null,
      });
  const error = h("small", { id: `${id}-error`, class: "trouble", role: "alert" });
  const row = h(
    "div",
    { class: "field" },
    h("label", { for: id }, name),
    control,
    h("small", { id: `${id}-rule` }, rule(schema)),
    error,
  );
  return { row, control, error, schema, before };
}

function rule(schema) {
  const limits = schema.minimum !== undefined ? ` ${schema.minimum} to ${schema.maximum}.` : "";
  const fallback = schema.default === undefined || schema.default === "" ? "" : ` Default ${schema.default}.`;
  return `${schema.description ?? ""}${limits}${fallback}`;
}
