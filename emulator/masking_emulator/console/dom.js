// Elements, made by hand. Text only ever becomes a text node, so what parties and callbacks bring along stays text.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

// Puts these in place of what was there; what has the focus keeps it, found again by its data-key.
export function show(parent, ...children) {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && parent.contains(focused) ? focused.dataset.key : null;
  parent.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

export function button(label, onclick, properties = {}) {
  return h("button", { type: "button", onclick, ...properties }, label);
}

export function field(label, control, hint) {
  return h("label", { class: "field" }, h("span", {}, label), control, hint ? h("small", {}, hint) : null);
}

export function choice(options, value, properties = {}) {
  const made = options.map((option) => {
    const [name, text] = Array.isArray(option) ? option : [option, option];
    return h("option", { value: name }, text);
  });
  const select = h("select", properties, made);
  select.value = value;
  return select;
}

export function badge(text) {
  return h(
    "span",
    {
      class: `badge is-${String(text)
        .replaceAll(/[^a-z0-9_]/gi, "_")
        .toLowerCase()}`,
    },
    String(text).replaceAll("_", " "),
  );
}

// A table that scrolls sideways by keyboard too.
export function table(caption, heads, rows, empty = "Nothing here yet.") {
  if (!rows.length) return h("p", { class: "empty" }, empty);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((head) => h("th", { scope: "col" }, head)),
        ),
      ),
      h("tbody", {}, rows),
    ),
  );
}

export function pairs(entries) {
  return h(
    "dl",
    { class: "pairs" },
    entries.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value instanceof Node ? value : plain(value))]),
  );
}

export function plain(value) {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function raw(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return h("pre", { tabindex: 0 }, text);
}

export function fold(title, ...children) {
  return h("details", {}, h("summary", {}, title), children);
}

// Instants of both APIs, in UTC.
export function instant(text) {
  return Date.parse(text.replace(" +0000 UTC", "Z").replace(" ", "T"));
}

export function timeOf(text) {
  return text ? new Date(instant(text)).toISOString().slice(11, 19) : "–";
}

export function when(text) {
  return text ? new Date(instant(text)).toISOString().slice(0, 19).replace("T", " ") : "–";
}

export function lasting(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours} h ${minutes} min` : minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

export function number(digits) {
  return digits ? `+${String(digits).replace(/^\+/, "")}` : "–";
}
