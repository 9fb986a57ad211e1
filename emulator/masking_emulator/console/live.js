// What just happened, newest first, beside every view.

import { h, show } from "./dom.js";
import { about, titleOf } from "./events.js";
import { timeOf } from "./instants.js";
import { withNumbers } from "./numberformat.js";
import { history, onConnection, onEvents } from "./stream.js";

const SHOWN_MAX = 40;

/** @param {Element} panel */
export function livePanel(panel) {
  const list = h("ol", { class: "feed", tabindex: 0, "aria-label": "Newest events" });
  const draw = () => {
    const events = history().slice(-SHOWN_MAX).reverse();
    show(
      list,
      events.map((event) =>
        h(
          "li",
          {},
          h("time", {}, timeOf(event.at)),
          h("b", {}, titleOf(event)),
          h("span", {}, withNumbers(about(event))),
        ),
      ),
    );
  };
  onEvents(draw);
  onConnection((what) => what !== "lost" && draw());
  show(panel, h("h2", { id: "live-title" }, "What just happened"), list);
  return draw;
}
