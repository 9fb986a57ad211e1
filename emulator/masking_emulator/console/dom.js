// Elements, made by hand. Text only ever becomes a text node, so what parties and callbacks bring along stays text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {Node | string | number | null | undefined | false} Leaf
 * @typedef {Leaf | Leaf[] | Leaf[][]} Child
 * @typedef {Record<string, any>} Properties
 */

/**
 * An HTML element. A property that begins with `on` is a listener; null, undefined and false leave one out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {HTMLElement | SVGElement} Made
 * @param {Made} element
 * @param {Properties} properties
 * @param {Child[]} children
 * @returns {Made}
 */
function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...leaves(children));
  return element;
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function leaves(children) {
  return children
    .flat(2)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === "number" ? String(child) : /** @type {Node | string} */ (child)));
}

/**
 * Puts these in place of what was there; what has the focus keeps it, found again by its data-key.
 *
 * @param {Element} parent
 * @param {...Child} children
 */
export function show(parent, ...children) {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && parent.contains(focused) ? focused.dataset.key : null;
  parent.replaceChildren(...leaves(children));
  if (key) /** @type {HTMLElement | null} */ (parent.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
}

/**
 * @param {Child} label
 * @param {(event: MouseEvent) => unknown} onclick
 * @param {Properties} [properties]
 */
export function button(label, onclick, properties = {}) {
  return h("button", { type: "button", onclick, ...properties }, label);
}

/**
 * A control with its label; `key` is what the parameter is called in the API, in small print beneath the words.
 *
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
export function field(label, control, hint) {
  return h("label", { class: "field" }, h("span", {}, label), control, hint ? h("small", {}, hint) : null);
}

/**
 * @param {(string | string[])[]} options each a value, or a value and what is shown of it
 * @param {string} value
 * @param {Properties} [properties]
 */
export function choice(options, value, properties = {}) {
  const made = options.map((option) => {
    const [name, text] = Array.isArray(option) ? option : [option, option];
    return h("option", { value: name }, text);
  });
  const select = h("select", properties, made);
  select.value = value;
  return select;
}

/** @param {string | number} text */
export function badge(text) {
  const kind = String(text)
    .replaceAll(/[^a-z0-9_]/gi, "_")
    .toLowerCase();
  return h("span", { class: `badge is-${kind}` }, String(text).replaceAll("_", " "));
}

/**
 * A row of a table, its cells named for narrow pages, where each becomes a line with its head before it.
 *
 * @param {Child[]} cells
 */
export function row(...cells) {
  return h(
    "tr",
    { role: "row" },
    cells.map((cell) => h("td", { role: "cell", class: isShort(cell) ? "nowrap" : null }, cell)),
  );
}

/**
 * Instants and numbers: what is torn apart in the middle is read wrongly.
 *
 * @param {Child} cell
 */
function isShort(cell) {
  return typeof cell === "number" || (typeof cell === "string" && /^[-:.\d ]+$/.test(cell));
}

/**
 * @param {string} caption
 * @param {string[]} heads
 * @param {HTMLTableRowElement[]} rows
 * @param {Child} empty what is shown where there are no rows: it says what would fill them
 */
export function table(caption, heads, rows, empty) {
  if (!rows.length) return h("div", { class: "empty" }, empty);
  for (const each of rows) for (const [place, cell] of [...each.cells].entries()) cell.dataset.head = heads[place];
  return h(
    "div",
    { class: "table" },
    h(
      "table",
      { role: "table", "aria-label": caption },
      h(
        "thead",
        { role: "rowgroup" },
        h(
          "tr",
          { role: "row" },
          heads.map((head) => h("th", { scope: "col", role: "columnheader" }, head)),
        ),
      ),
      h("tbody", { role: "rowgroup" }, rows),
    ),
  );
}

/** @param {[string, unknown][]} entries */
export function pairs(entries) {
  return h(
    "dl",
    { class: "pairs" },
    entries.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value instanceof Node ? value : plain(value))]),
  );
}

/** @param {unknown} value */
export function plain(value) {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {unknown} value */
export function raw(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return h("pre", { tabindex: 0 }, text);
}

/**
 * @param {string} title
 * @param {...Child} children
 */
export function fold(title, ...children) {
  return h("details", {}, h("summary", {}, title), ...children);
}

/**
 * Something to be read out and not seen.
 *
 * @param {string} text
 */
export function hidden(text) {
  return h("span", { class: "hidden" }, text);
}

/**
 * A long name that may be broken before each of its words.
 *
 * @param {string} text
 */
export function breakable(text) {
  const words = text.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[._])/);
  return words.flatMap((word, place) => (place ? [h("wbr"), word] : [word]));
}
