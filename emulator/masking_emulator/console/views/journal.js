// The journal: every event, newest first, with its record.

import { control } from "../api.js";
import { button, fold, h, raw, show, table, when } from "../dom.js";
import { about } from "../events.js";
import { keepFresh } from "../stream.js";

const ROWS_MAX = 100;

export function journal(main, signal) {
  const filter = h("input", {
    type: "search",
    "aria-label": "Filter",
    placeholder: "Name or text",
    oninput: () => refresh(),
  });
  const body = h("div");
  const range = h("span", { class: "quiet" });
  let end = null;
  let asked = false;
  show(
    main,
    h("h1", {}, "Journal"),
    h(
      "div",
      { class: "cluster toolbar" },
      filter,
      button("Older", () => move(-ROWS_MAX)),
      button("Newer", () => move(ROWS_MAX)),
      button("Newest", () => move(null)),
      range,
    ),
    body,
  );

  function move(step) {
    end = step === null || (end === null && step > 0) ? null : Math.max(1, (end ?? Number(range.dataset.last)) + step);
    if (end !== null && end >= Number(range.dataset.last)) end = null;
    asked = true;
    refresh();
  }

  const refresh = keepFresh(
    /./,
    async () => {
      const { journal: kept } = await control("GET", "", undefined, { quiet: true, signal });
      const upTo = end ?? kept.last;
      const { events } = await control(
        "GET",
        `/journal?after=${Math.max(0, upTo - ROWS_MAX)}&limit=${ROWS_MAX}`,
        undefined,
        { quiet: !asked, signal },
      );
      asked = false;
      const wanted = filter.value.toLowerCase();
      const found = events.filter((event) => !wanted || JSON.stringify(event).toLowerCase().includes(wanted)).reverse();
      range.dataset.last = kept.last;
      range.textContent = `${found.length} of events ${Math.max(kept.first, upTo - ROWS_MAX + 1)} to ${upTo}; ${kept.last} in all`;
      show(
        body,
        table(
          "Events",
          ["#", "Time", "Event", "About", "Record"],
          found.map((event) =>
            h(
              "tr",
              {},
              h("td", { class: "num" }, event.sequence),
              h("td", { class: "num" }, when(event.at)),
              h("td", {}, event.event),
              h("td", {}, about(event)),
              h("td", {}, lazy(event)),
            ),
          ),
          "Nothing has happened yet.",
        ),
      );
    },
    signal,
    500,
  );
}

function lazy(event) {
  const made = fold("JSON");
  made.addEventListener("toggle", () => made.open && made.childElementCount === 1 && made.append(raw(event)));
  return made;
}
