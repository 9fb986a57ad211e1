// The page as a whole: which world, which view, what is beside it.

import { control } from "./api.js";
import { clockBar } from "./clock.js";
import { codePanel } from "./code.js";
import { button, h, show } from "./dom.js";
import { address, HOME } from "./links.js";
import { livePanel } from "./live.js";
import { say } from "./say.js";
import { soundButton } from "./sound.js";
import { setClock, state } from "./state.js";
import { follow, onConnection, stop } from "./stream.js";
import { callbacks } from "./views/callbacks.js";
import { demo } from "./views/demo.js";
import { faults } from "./views/faults.js";
import { journal } from "./views/journal.js";
import { numbers } from "./views/numbers.js";
import { phones } from "./views/phones.js";
import { requests } from "./views/requests.js";
import { session } from "./views/session.js";
import { sessions } from "./views/sessions.js";
import { worldsBar } from "./worlds.js";

const VIEWS = { demo, sessions, numbers, phones, callbacks, requests, faults, journal };

let leaving = new AbortController();

function place() {
  const [auth_id, view, detail] = location.hash.replace(/^#\//, "").split("/").map(decodeURIComponent);
  return { auth_id, view: view in VIEWS ? view : "demo", detail };
}

async function route() {
  const { auth_id, view, detail } = place();
  if (!state.world || auth_id !== state.world.auth_id) {
    if (!(await open(auth_id))) return;
  }
  leaving.abort();
  leaving = new AbortController();
  nav(view);
  document.title = `${title(view)} – masking-emulator`;
  const main = document.getElementById("main");
  main.replaceChildren();
  main.dataset.view = view;
  if (view === "sessions" && detail) session(main, leaving.signal, detail);
  else VIEWS[view](main, leaving.signal, detail);
}

async function open(auth_id) {
  const { worlds } = await control("GET", "/_emulator/health", undefined, { quiet: true });
  const known = worlds.includes(auth_id) ? auth_id : worlds[0];
  if (!known) {
    state.world = null;
    stop();
    show(
      document.getElementById("main"),
      h("h1", {}, "No world"),
      h("p", {}, "The server has no world; make one above."),
    );
    worldsBar(document.getElementById("worlds"), worlds);
    return false;
  }
  state.world = await control("GET", `/_emulator/worlds/${known}`, undefined, { quiet: true });
  setClock(state.world.clock);
  worldsBar(document.getElementById("worlds"), worlds);
  follow(state.world.journal);
  if (known !== auth_id) history.replaceState(null, "", address(place().view, place().detail));
  return true;
}

function title(view) {
  return view[0].toUpperCase() + view.slice(1);
}

function nav(current) {
  show(
    document.getElementById("nav"),
    h(
      "ul",
      {},
      Object.keys(VIEWS).map((view) =>
        h(
          "li",
          {},
          h(
            "a",
            { href: address(view), "data-key": view, "aria-current": view === current ? "page" : null },
            title(view),
          ),
        ),
      ),
    ),
  );
}

function themeButton() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
  const current = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  const made = button(
    "",
    () => {
      const next = current() === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      localStorage.setItem("theme", next);
      label();
    },
    { class: "plain" },
  );
  const label = () => {
    made.textContent = current() === "dark" ? "Light" : "Dark";
    made.setAttribute("aria-label", `Change to ${made.textContent.toLowerCase()} colours`);
  };
  label();
  return made;
}

function connection() {
  const mark = h("span", { class: "connection", "data-state": "lost", role: "status" }, "connecting");
  onConnection((what) => {
    mark.dataset.state = what === "lost" ? "lost" : "open";
    mark.textContent = what === "lost" ? "reconnecting" : "live";
    if (what === "lost") leaveWhereGone();
    if (what !== "lost" && state.world) control("GET", "/clock", undefined, { quiet: true }).then(setClock, () => {});
  });
  return mark;
}

// A stream ends with its world, which somebody else may have removed.
async function leaveWhereGone() {
  const gone = state.world?.auth_id;
  const { worlds } = await control("GET", "/_emulator/health", undefined, { quiet: true }).catch(() => ({
    worlds: [gone],
  }));
  if (worlds.includes(gone) || state.world?.auth_id !== gone) return;
  say("The world was removed.");
  location.hash = "";
}

if (location.pathname !== HOME) history.replaceState(null, "", HOME + location.hash);
show(document.getElementById("tools"), connection(), soundButton(), themeButton());
codePanel(document.getElementById("code"));
livePanel(document.getElementById("live"));
clockBar(document.getElementById("clock"));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
addEventListener("hashchange", route);
route();
