// What was just clicked, as code: curl, Python and a line for a pytest test.

import { onCall } from "./api.js";
import { button, choice, h, show } from "./dom.js";
import { say } from "./say.js";

const CALLS_MAX = 20;
const SDK = "client.masking_sessions";

export const LANGUAGES = { curl, Python: python, pytest };

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curl({ method, path, body, vendor, account }) {
  const parts = [method === "GET" ? "curl -s" : `curl -s -X ${method}`];
  if (vendor) parts.push(`-u ${account.auth_id}:${account.auth_token}`);
  if (body !== undefined) parts.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(body))}`);
  parts.push(quoted(location.origin + path + (vendor && !path.includes("?") ? "/" : "")));
  return parts.join(" \\\n  ");
}

export function literal(value) {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([name, item]) => `${literal(name)}: ${literal(item)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}

function named(values) {
  return Object.entries(values ?? {}).map(([name, value]) => `${name}=${literal(value)}`);
}

// A call of the vendor's SDK; null where the SDK's masking sessions have none.
function sdk({ method, path, body, vendor }) {
  if (!vendor) return null;
  const url = new URL(path, location.origin);
  const [, uuid] = url.pathname.match(/\/Masking\/Session(?:\/([^/]+))?\/?$/) ?? [null, null];
  if (!url.pathname.includes("/Masking/Session")) return null;
  const query = Object.fromEntries(url.searchParams);
  const made = {
    POST: ["create_masking_session", named(body)],
    GET: ["list_masking_session", named(query)],
    "POST uuid": ["update_masking_session", [literal(uuid), ...named(body)]],
    "GET uuid": ["get_masking_session", [literal(uuid)]],
    "DELETE uuid": ["delete_masking_session", [literal(uuid)]],
  }[uuid ? `${method} uuid` : method];
  if (!made) return null;
  const [name, words] = made;
  const line = `${SDK}.${name}(${words.join(", ")})`;
  return line.length < 90 ? line : `${SDK}.${name}(\n    ${words.join(",\n    ")},\n)`;
}

// `expression` is how the code names the world's path.
function asked({ method, path, body }, receiver, world, expression) {
  const below = path.replace("/_emulator", "");
  const where = world && below.startsWith(world) ? `f"{${expression}}${below.slice(world.length)}"` : literal(below);
  return `${receiver}.${method.toLowerCase()}(${[where, ...(body === undefined ? [] : [literal(body)])].join(", ")})`;
}

function python(call) {
  const line = sdk(call);
  if (line)
    return `import plivo\n\nclient = plivo.RestClient(${literal(call.account.auth_id)}, ${literal(call.account.auth_token)})\n${line}`;
  if (call.vendor)
    return `import requests\n\nrequests.${call.method.toLowerCase()}(\n    ${literal(location.origin + call.path)},\n    auth=(${literal(call.account.auth_id)}, ${literal(call.account.auth_token)}),\n)`;
  return `from masking_emulator.client import Control\n\ncontrol = Control(${literal(location.origin)})\n${asked(call, "control")}`;
}

// For the plugin that comes with the emulator: `masking` is the world of the test.
function pytest(call) {
  const line = sdk(call);
  if (line) return inTest(`answer = ${line.replace("client.", "masking.client.")}\nassert answer`);
  if (call.vendor) return inTest(`import requests\n\n${python(call).split("\n\n")[1]}`);
  return inTest(asked(call, "masking.control", `/worlds/${call.account?.auth_id}`, "masking.path"));
}

function inTest(lines) {
  return `def test_it(masking):\n    ${lines.replaceAll("\n", "\n    ").replaceAll(/ +\n/g, "\n")}`;
}

export function codePanel(panel) {
  const calls = [];
  let language = "curl";
  const text = h(
    "pre",
    { tabindex: 0, role: "region", "aria-label": "Code of the last click" },
    "Click something: its code appears here.",
  );
  const which = choice([], "", { "aria-label": "Which click", onchange: draw, hidden: true });
  const tabs = Object.keys(LANGUAGES).map((name) =>
    button(
      name,
      () => {
        language = name;
        draw();
      },
      { "aria-pressed": String(name === language) },
    ),
  );
  const copy = button(
    "Copy",
    async () => {
      if (!navigator.clipboard) {
        say("The browser lets only https and localhost copy; select the text instead.", "failed");
        return;
      }
      await navigator.clipboard.writeText(text.textContent);
      say("Copied.");
    },
    { disabled: true },
  );

  function draw() {
    for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.textContent === language));
    const call = calls.find(({ id }) => String(id) === which.value);
    if (call) text.textContent = LANGUAGES[language](call);
  }

  let id = 0;
  onCall((call) => {
    calls.unshift({ ...call, id: ++id });
    calls.splice(CALLS_MAX);
    copy.disabled = which.hidden = false;
    which.replaceChildren(
      ...calls.map((each) =>
        h("option", { value: each.id }, `${each.method} ${each.path.split("?")[0].split("/").slice(-2).join("/")}`),
      ),
    );
    which.value = String(id);
    draw();
  });
  show(
    panel,
    h("div", { class: "panel-head" }, h("h2", { id: "code-title" }, "The same in code"), copy),
    h(
      "div",
      { class: "cluster" },
      h("div", { class: "segments", role: "group", "aria-label": "Language" }, tabs),
      which,
    ),
    text,
  );
}
