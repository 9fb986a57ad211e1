// The slider over the journal, and the buttons that step along it.

import { button, h } from "../dom.js";
import { titleOf } from "../events.js";
import { timeOf } from "../instants.js";
import { say } from "../say.js";
import { STEPS } from "./paststeps.js";

/**
 * @typedef {import("./past.js").Place} Place
 * @typedef {import("./pastmoment.js").Moment} Moment
 */

/**
 * @param {{
 *   go: (sequence: number) => unknown, step: (step: import("./paststeps.js").Step, way: -1 | 1) => unknown
 * }} ways
 */
export function slide({ go, step }) {
  const slider = h("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Moment", "data-key": "slider" });
  const pin = h("i", { class: "past-pin", hidden: true });
  const [left, right] = [h("span"), h("span")];
  const jump = h("input", { inputmode: "numeric", size: 7, "aria-label": "Event", "data-filter": true });
  const of = h("span", { class: "quiet num" });

  slider.addEventListener("input", () => {
    jump.value = slider.value;
    go(Number(slider.value));
  });
  let isTyped = false;
  jump.addEventListener("input", () => {
    isTyped = true;
  });
  const take = () => {
    if (!isTyped) return;
    isTyped = false;
    const wanted = jump.value.trim() === "" ? Number.NaN : Number(jump.value);
    if (Number.isInteger(wanted) && wanted >= 0) go(wanted);
    else {
      if (jump.value.trim()) say(`“${jump.value.slice(0, 40)}” is no event: one is named by its number.`, "failed");
      jump.value = slider.value;
    }
  };
  // Who types the same number again, while another moment is on its way, has changed nothing, and means it.
  for (const name of ["change", "blur"]) jump.addEventListener(name, take);
  const steps = STEPS.map((one) =>
    h(
      "div",
      { class: "segments", role: "group", "aria-label": `Step by ${one.kind}` },
      button("‹", () => step(one, -1), {
        "aria-label": `The ${one.kind} before`,
        title: `The ${one.kind} before (Shift ${one.key.toUpperCase()})`,
        "aria-keyshortcuts": `Shift+${one.key.toUpperCase()}`,
      }),
      h("span", {}, one.kind),
      button("›", () => step(one, 1), {
        "aria-label": `The next ${one.kind}`,
        title: `The next ${one.kind} (${one.key.toUpperCase()})`,
        "aria-keyshortcuts": one.key.toUpperCase(),
      }),
    ),
  );
  const element = h(
    "section",
    { class: "card past-controls", "aria-label": "Which moment" },
    h("div", { class: "past-track" }, slider, pin),
    h("div", { class: "past-ends num" }, left, right),
    h("div", { class: "cluster" }, steps, h("label", { class: "past-jump cluster" }, "Event ", jump, of)),
  );
  // The knob stays where it was put meanwhile: a moment that was asked for on the way there must not move it back.
  const mark = (/** @type {Moment} */ { sequence, now, event, first, last }, /** @type {Place} */ { at, since }) => {
    const value = String(Number.isInteger(at) ? at : sequence);
    Object.assign(slider, { min: String(first), max: String(last), value });
    const what = event ? titleOf(event) : "";
    slider.setAttribute("aria-valuetext", `event ${sequence} of ${last}, ${timeOf(now)}${what && `: ${what}`}`);
    if (document.activeElement !== jump) jump.value = String(sequence);
    of.textContent = `of ${last}`;
    left.textContent = first ? `Event ${first}` : "The beginning";
    right.textContent = last ? `Event ${last}, the newest` : "Nothing yet";
    pin.hidden = since === null || !(since >= first && since <= last) || last === first;
    pin.style.setProperty("--at", String((Number(since) - first) / Math.max(1, last - first)));
    pin.title = `Compared with event ${since}`;
  };
  return { element, slider, mark };
}
