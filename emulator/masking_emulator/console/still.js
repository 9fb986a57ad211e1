// The picture of the start page: two phones, the number between them, and what each of them sees.

import { svg } from "./dom.js";
import { formatted } from "./numberformat.js";

const WIDTH = 572;
const HEIGHT = 292;
const NUMBER = "+14155550100";

export function still() {
  const label =
    "Two phones and a virtual number between them. A customer calls a courier, and each phone shows the virtual number only.";
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "still", role: "img", "aria-label": label },
    svg("line", { x1: 176, x2: 206, y1: 140, y2: 140, class: "wire-line" }),
    svg("line", { x1: 366, x2: 396, y1: 140, y2: 140, class: "wire-line" }),
    phone(8, "Customer", "+14155550123", "+14155550145", "Calling…", false),
    phone(396, "Courier", "+14155550145", "+14155550123", "Incoming call", true),
    plate(),
  );
}

/**
 * @param {number} x
 * @param {string} who
 * @param {string} own
 * @param {string} other
 * @param {string} says
 * @param {boolean} rings
 */
function phone(x, who, own, other, says, rings) {
  const middle = x + 84;
  return [
    svg("rect", { x, y: 8, width: 168, height: 276, rx: 26, class: "phone" }),
    svg("rect", { x: x + 12, y: 66, width: 144, height: 150, rx: 12, class: rings ? "glass rings" : "glass" }),
    svg("text", { x: middle, y: 34, "font-weight": 650 }, who),
    svg("text", { x: middle, y: 53, class: "soft" }, formatted(own)),
    svg("text", { x: middle, y: 110 }, says),
    svg("text", { x: middle, y: 140, class: "strong" }, formatted(NUMBER)),
    svg("text", { x: middle, y: 168, class: "struck" }, formatted(other)),
    svg("text", { x: middle, y: 186, class: "soft" }, "stays hidden"),
    svg("circle", { cx: middle, cy: 248, r: 15, class: "glass" }),
  ];
}

function plate() {
  return [
    svg("rect", { x: 206, y: 96, width: 160, height: 88, rx: 14, class: "plate-box" }),
    svg("text", { x: 286, y: 122, class: "soft" }, "Virtual number"),
    svg("text", { x: 286, y: 148, class: "strong" }, formatted(NUMBER)),
    svg("text", { x: 286, y: 170, class: "soft" }, "all that either sees"),
  ];
}
