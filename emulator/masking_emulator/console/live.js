// What just happened, newest first, beside every view.

import { h, show, timeOf } from "./dom.js";
import { about } from "./events.js";
import { history, onConnection, onEvents } from "./stream.js";

const SHOWN_MAX = 40;

export function livePanel(panel) {
  const list = h("ol", { class: "feed", tabindex: 0, "aria-label": "Newest events" });
  const draw = () => {
    const events = history().slice(-SHOWN_MAX).reverse();
    list.replaceChildren(
      ...events.map((event) =>
        h("li", {}, h("time", {}, timeOf(event.at)), h("b", {}, event.event), h("span", {}, about(event))),
      ),
    );
  };
  onEvents(draw);
  onConnection((what) => what === "reset" && draw());
  show(panel, h("div", { class: "panel-head" }, h("h2", { id: "live-title" }, "What just happened")), list);
}
