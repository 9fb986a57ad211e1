// One request as code of several languages: as it goes over the wire, and as Plivo's own SDKs and our test kit write it.

/** @typedef {import("./api.js").Made} Made */

const WIDE = 76;

/** @type {Record<string, (call: Made) => string>} */
export const LANGUAGES = { curl, Python: python, Node: node, Go: go, pytest, Vitest: vitest };

/**
 * @param {Made} call
 * @returns {string} with a slash at the end of the vendor's paths, as the vendor's pages have them
 */
function urlOf({ path, vendor }) {
  const url = new URL(path, location.origin);
  if (vendor && !url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

/** @param {Made} call */
function curl(call) {
  const parts = [call.method === "GET" ? "curl -s" : `curl -s -X ${call.method}`];
  if (call.vendor) parts.push(`-u ${call.account?.auth_id}:${call.account?.auth_token}`);
  if (call.body !== undefined) {
    parts.push(`-H ${quoted("Content-Type: application/json")}`, `-d ${quoted(JSON.stringify(call.body))}`);
  }
  parts.push(quoted(urlOf(call)));
  return parts.join(" \\\n  ");
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// How a language writes values.

/**
 * @typedef {{ nothing: string, yes: string, no: string, pair: (name: string, value: string) => string }} Style
 * @type {Record<"python" | "javascript", Style>}
 */
const STYLES = {
  python: { nothing: "None", yes: "True", no: "False", pair: (name, value) => `${JSON.stringify(name)}: ${value}` },
  javascript: { nothing: "null", yes: "true", no: "false", pair: (name, value) => `${property(name)}: ${value}` },
};

/** @param {string} name */
function property(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/**
 * @param {any} value
 * @param {Style} style
 * @returns {string}
 */
function literal(value, style) {
  if (value === null || value === undefined) return style.nothing;
  if (value === true) return style.yes;
  if (value === false) return style.no;
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, style)).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).map(([name, item]) => style.pair(name, literal(item, style)));
  if (!pairs.length) return "{}";
  return style === STYLES.javascript ? `{ ${pairs.join(", ")} }` : `{${pairs.join(", ")}}`;
}

/**
 * A call of a function on one line where it fits, else with one argument a line.
 *
 * @param {string} name
 * @param {string[]} words
 */
function called(name, words) {
  const line = `${name}(${words.join(", ")})`;
  return line.length <= WIDE || !words.length ? line : `${name}(\n  ${words.join(",\n  ")},\n)`;
}

// What the SDKs call a request.

/**
 * @param {Made} call
 * @returns {{ act: "create" | "list" | "update" | "get" | "delete", uuid: string | null, values: any } | null} null
 *   where the SDKs have no masking session for it
 */
function masking({ method, path, body, vendor }) {
  const url = new URL(path, location.origin);
  const found = vendor ? url.pathname.match(/\/Masking\/Session(?:\/([^/]+))?\/?$/) : null;
  if (!found) return null;
  const uuid = found[1] ?? null;
  const acts = uuid ? { POST: "update", GET: "get", DELETE: "delete" } : { POST: "create", GET: "list" };
  const act = /** @type {any} */ (acts)[method];
  return act ? { act, uuid, values: body ?? Object.fromEntries(url.searchParams) } : null;
}

/** @param {Made} call */
function pythonSdk(call) {
  const found = masking(call);
  if (!found) return null;
  const named = Object.entries(found.values).map(([name, value]) => `${name}=${literal(value, STYLES.python)}`);
  const words = found.uuid ? [literal(found.uuid, STYLES.python), ...named] : named;
  return called(`client.masking_sessions.${found.act}_masking_session`, words);
}

/** @param {Made} call */
function python(call) {
  const account = [call.account?.auth_id, call.account?.auth_token].map((text) => literal(text, STYLES.python));
  const line = pythonSdk(call);
  if (line) return `import plivo\n\nclient = plivo.RestClient(${account.join(", ")})\n${line}`;
  if (call.vendor) {
    const words = [literal(urlOf(call), STYLES.python), `auth=(${account.join(", ")})`];
    return `import requests\n\n${called(`requests.${call.method.toLowerCase()}`, words)}`;
  }
  const origin = literal(location.origin, STYLES.python);
  const path = literal(call.path.replace("/_emulator", ""), STYLES.python);
  return `from masking_emulator.client import Control\n\ncontrol = Control(${origin})\n${asked(call, "control", path)}`;
}

/**
 * @param {Made} call
 * @param {string} receiver
 * @param {string} path as the language writes it
 */
function asked({ method, body }, receiver, path) {
  const words = body === undefined ? [path] : [path, literal(body, STYLES.python)];
  return called(`${receiver}.${method.toLowerCase()}`, words);
}

/**
 * For the plugin that comes with the emulator: `masking` is the world of the test.
 *
 * @param {Made} call
 */
function pytest(call) {
  const line = pythonSdk(call);
  if (line) return inTest(`answer = ${line.replace("client.", "masking.client.")}\nassert answer`);
  if (call.vendor) return inTest(`import requests\n\n${python(call).split("\n\n")[1]}`);
  const world = `/worlds/${call.account?.auth_id}`;
  const below = call.path.replace("/_emulator", "");
  if (below === `${world}/trigger`) return inTest(triggered(call.body));
  const path = below.startsWith(world) ? `f"{masking.path}${below.slice(world.length)}"` : JSON.stringify(below);
  return inTest(asked(call, "masking.control", path));
}

/** @param {{ event: string, to: string, only?: boolean, overrides?: Record<string, any> }} body */
function triggered({ event, to, only, overrides = {} }) {
  const named = Object.entries({ to, ...(only ? { only } : {}), ...overrides });
  const words = named.map(([name, value]) => `${name}=${literal(value, STYLES.python)}`);
  return called("masking.trigger", [literal(event, STYLES.python), ...words]);
}

/** @param {string} lines */
function inTest(lines) {
  return `def test_it(masking):\n    ${lines.replaceAll("\n", "\n    ").replaceAll(/ +\n/g, "\n")}`;
}

const NODE_SDK = {
  create: "createMaskingSession",
  list: "listMaskingSession",
  update: "updateMaskingSession",
  get: "getMaskingSession",
  delete: "deleteMaskingSession",
};

/**
 * The statement that makes the request in JavaScript, and what it needs before it.
 *
 * @param {Made} call
 */
function javascript(call) {
  const found = masking(call);
  const account = [call.account?.auth_id, call.account?.auth_token].map((text) => literal(text, STYLES.javascript));
  if (found) {
    const values = Object.entries(found.values).map(([name, value]) => [camel(name), value]);
    const words = found.uuid ? [literal(found.uuid, STYLES.javascript)] : [];
    const ordered = found.act === "create" ? parties(found.values) : [];
    const rest = Object.fromEntries(values.filter(([name]) => !ordered.length || !isParty(name)));
    if (Object.keys(rest).length) ordered.push(literal(rest, STYLES.javascript));
    return {
      before: `import plivo from "plivo";\n\nconst client = new plivo.Client(${account.join(", ")});`,
      line: called(`await client.maskingSession.${NODE_SDK[found.act]}`, [...words, ...ordered]),
    };
  }
  const headers = {
    ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(call.vendor ? { Authorization: `Basic ${btoa(`${call.account?.auth_id}:${call.account?.auth_token}`)}` } : {}),
  };
  const options = [
    ...(call.method === "GET" ? [] : [`method: ${JSON.stringify(call.method)}`]),
    ...(Object.keys(headers).length ? [`headers: ${literal(headers, STYLES.javascript)}`] : []),
    ...(call.body === undefined ? [] : [`body: JSON.stringify(${literal(call.body, STYLES.javascript)})`]),
  ];
  const second = options.length ? [`{ ${options.join(", ")} }`] : [];
  return { before: "", line: called("await fetch", [JSON.stringify(urlOf(call)), ...second]) };
}

/** @param {Record<string, any>} values */
function parties({ first_party, second_party }) {
  return first_party && second_party ? [JSON.stringify(first_party), JSON.stringify(second_party)] : [];
}

/** @param {string} name */
function isParty(name) {
  return name === "firstParty" || name === "secondParty";
}

/** @param {string} name */
function camel(name) {
  return name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

/** @param {Made} call */
function node(call) {
  const { before, line } = javascript(call);
  return `${before ? `${before}\n` : ""}const answer = ${line};`;
}

/** @param {Made} call */
function vitest(call) {
  const { before, line } = javascript(call);
  const [imported, ...made] = before.split("\n\n");
  const lines = [`const answer = ${line};`, "expect(answer).toBeTruthy();"].join("\n").replaceAll("\n", "\n  ");
  const head = ['import { expect, test } from "vitest";', imported].filter(Boolean).join("\n");
  return [head, ...made, `test("it", async () => {\n  ${lines}\n});`].join("\n\n");
}

/**
 * Go by its standard library: what it needs is shown whole.
 *
 * @param {Made} call
 */
function go(call) {
  const text = JSON.stringify(call.body) ?? "";
  // Go has no way to write a backtick between backticks; what JSON escapes in a string, Go escapes in the same way.
  const quoted = text.includes("`") ? JSON.stringify(text) : `\`${text}\``;
  const body = call.body === undefined ? "nil" : `strings.NewReader(${quoted})`;
  const imports = ["fmt", "io", "net/http", ...(call.body === undefined ? [] : ["strings"])];
  const set = [
    ...(call.body === undefined ? [] : ['request.Header.Set("Content-Type", "application/json")']),
    ...(call.vendor ? [`request.SetBasicAuth("${call.account?.auth_id}", "${call.account?.auth_token}")`] : []),
  ];
  const lines = [
    `request, err := http.NewRequest("${call.method}", ${JSON.stringify(urlOf(call))}, ${body})`,
    "if err != nil {\n\t\tpanic(err)\n\t}",
    ...set,
    "response, err := http.DefaultClient.Do(request)",
    "if err != nil {\n\t\tpanic(err)\n\t}",
    "defer response.Body.Close()",
    "answer, err := io.ReadAll(response.Body)",
    "fmt.Println(response.Status, string(answer), err)",
  ];
  const head = `package main\n\nimport (\n${imports.map((name) => `\t"${name}"`).join("\n")}\n)`;
  return `${head}\n\nfunc main() {\n\t${lines.join("\n\t")}\n}`;
}
