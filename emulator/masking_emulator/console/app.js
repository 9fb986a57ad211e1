// The page as a whole: which world, which view, what is beside it.

import { control, isWorldGone } from "./api.js";
import { clockBar } from "./clock.js";
import { codePanel } from "./code.js";
import { button, h, show } from "./dom.js";
import { drawerButton } from "./drawer.js";
import { address, HOME, here } from "./links.js";
import { livePanel } from "./live.js";
import { menu } from "./menu.js";
import { copyPlainNumbers, load } from "./numberformat.js";
import { say } from "./say.js";
import { soundButton } from "./sound.js";
import { setClock, state } from "./state.js";
import { follow, onConnection, stop } from "./stream.js";
import { keysHelp, listenToKeys, openSwitcher } from "./switcher.js";
import { themeButton } from "./theme.js";
import { callbacks } from "./views/callbacks.js";
import { faults } from "./views/faults.js";
import { journal } from "./views/journal.js";
import { numbers } from "./views/numbers.js";
import { overview } from "./views/overview.js";
import { past } from "./views/past.js";
import { phones } from "./views/phones.js";
import { requests } from "./views/requests.js";
import { session } from "./views/session.js";
import { sessions } from "./views/sessions.js";
import { start } from "./views/start.js";
import { newWorld, worldsBar } from "./worlds.js";

/** @typedef {(main: HTMLElement, signal: AbortSignal, detail?: string) => unknown} View */

/** @type {Record<string, { title: string, view: View }>} */
const VIEWS = {
  demo: { title: "Start", view: start },
  overview: { title: "Overview", view: overview },
  phones: { title: "Phones", view: phones },
  sessions: { title: "Sessions", view: sessions },
  numbers: { title: "Numbers", view: numbers },
  callbacks: { title: "Callbacks", view: callbacks },
  requests: { title: "Requests", view: requests },
  faults: { title: "Faults", view: faults },
  journal: { title: "Journal", view: journal },
  past: { title: "Time travel", view: past },
};

//: Calling codes whose numbers are formatted from the first paint on.
const USUAL_CODES = ["1", "44", "91"];

let leaving = new AbortController();

//: What is said above the next view that is drawn: why it is not the one that was asked for.
let notice = "";

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

const drawer = drawerButton(element("beside"));

/** Where the page is; without a view where the address names one that there is not. */
function place() {
  const { view: named, ...rest } = here();
  const view = named || "demo";
  return { ...rest, named: view, view: Object.hasOwn(VIEWS, view) ? view : null };
}

/** @returns {Promise<void>} */
async function route() {
  const { auth_id, named, view, detail } = place();
  if (!state.world || auth_id !== state.world.auth_id) {
    // The links on the page lead into the world that is left.
    element("nav").inert = element("main").inert = true;
    const opened = await open(auth_id);
    element("nav").inert = element("main").inert = false;
    if (!opened) return;
    if (auth_id && auth_id !== state.world?.auth_id) return elsewhere(auth_id, named);
  }
  leaving.abort();
  leaving = new AbortController();
  nav(view);
  drawer.turned(named);
  document.title = `${view ? VIEWS[view].title : "No such view"} – masking-emulator`;
  const main = element("main");
  main.replaceChildren();
  main.dataset.view = named;
  scrollTo(0, 0);
  if (!view) noView(main, named);
  else if (view === "sessions" && detail) session(main, leaving.signal, detail);
  else VIEWS[view].view(main, leaving.signal, detail);
  if (notice) main.prepend(h("p", { class: "notice", role: "status" }, notice));
  notice = "";
}

/**
 * @param {HTMLElement} main
 * @param {string} named
 */
function noView(main, named) {
  const says = `This page has no view “${named.slice(0, 40)}”. These are its views:`;
  const links = Object.entries(VIEWS).map(([view, { title }]) =>
    h("a", { class: "button", href: address(view) }, title),
  );
  show(main, h("h1", {}, "No such view"), h("div", { class: "empty" }, says, h("div", { class: "cluster" }, links)));
}

/**
 * @param {string | undefined} auth_id
 * @returns {Promise<boolean>}
 */
async function open(auth_id) {
  /** @type {{ worlds: string[], version: string }} */
  const { worlds, version } = await control("GET", "/_emulator/health", undefined, { quiet: true });
  state.version = version;
  const known = worlds.includes(auth_id ?? "") ? auth_id : worlds[0];
  if (!known) {
    noWorld(worlds);
    return false;
  }
  const asked = control("GET", `/_emulator/worlds/${known}`, undefined, { quiet: true }).catch((error) => {
    if (isWorldGone(error)) return null; // removed since it was listed
    throw error;
  });
  const [found] = await Promise.all([asked, load(USUAL_CODES)]);
  if (!found) return open(auth_id);
  state.world = found;
  setClock(found.clock);
  worldsBar(element("worlds"), worlds);
  element("brand").setAttribute("href", address("demo"));
  follow(found.journal);
  if (!auth_id) history.replaceState(null, "", address(place().named, place().detail));
  return true;
}

/**
 * A link leads into a world that is gone: what it names is not in another one.
 *
 * @param {string} auth_id
 * @param {string} view
 * @returns {Promise<void>}
 */
function elsewhere(auth_id, view) {
  notice = `The world ${auth_id.slice(0, 40)} is not on this server: it was removed, or is of another one. This is another world.`;
  history.replaceState(null, "", address(view));
  return route();
}

/** @param {string[]} worlds */
function noWorld(worlds) {
  state.world = null;
  stop();
  show(
    element("main"),
    h("h1", {}, "No world"),
    h("div", { class: "empty" }, "The server has no world.", button("Make one…", newWorld, { class: "primary" })),
  );
  worldsBar(element("worlds"), worlds);
}

/** @param {string | null} current */
function nav(current) {
  const now = current ? VIEWS[current].title : "No such view";
  const link = (/** @type {string} */ view) =>
    h(
      "a",
      { href: address(view), "data-key": view, "aria-current": view === current ? "page" : null },
      VIEWS[view].title,
    );
  const list = h(
    "ul",
    {},
    Object.keys(VIEWS).map((view) => h("li", {}, link(view))),
  );
  const bar = element("nav");
  const opener = button(now, () => turn(), {
    class: "nav-opener",
    "aria-expanded": "false",
    "aria-label": `Views, now ${now}`,
  });
  const turn = () => {
    const opened = bar.dataset.open !== "true";
    bar.dataset.open = String(opened);
    opener.setAttribute("aria-expanded", String(opened));
  };
  bar.dataset.open = "false";
  show(bar, opener, list);
}

function connection() {
  const mark = h("span", { class: "connection", "data-state": "lost", role: "status" }, "connecting");
  onConnection((what) => {
    mark.dataset.state = what === "lost" ? "lost" : "open";
    mark.textContent = what === "lost" ? "reconnecting" : "live";
    document.body.dataset.connection = mark.dataset.state;
    if (what === "lost") leaveWhereGone();
    if (what !== "lost" && state.world) control("GET", "/clock", undefined, { quiet: true }).then(setClock, () => {});
  });
  return mark;
}

// A stream ends with its world, which somebody else may have removed.
async function leaveWhereGone() {
  const gone = state.world?.auth_id;
  if (!gone) return;
  const health = control("GET", "/_emulator/health", undefined, { quiet: true });
  const { worlds } = await health.catch(() => ({ worlds: [gone] }));
  if (worlds.includes(gone) || here().auth_id !== gone) return;
  say("The world was removed.");
  notice = `The world ${gone} was removed. This is another one.`;
  location.hash = "";
}

// What a view asks of its world when somebody else removes it is refused, and that is no mistake of the page.
function forgiveWhatIsGone() {
  addEventListener("unhandledrejection", (event) => {
    if (!isWorldGone(event.reason)) return;
    event.preventDefault();
    leaveWhereGone();
  });
}

function banner() {
  const text = "The server is gone. What is shown is how it was; the page goes on as soon as the server is back.";
  return h("p", { class: "banner", role: "alert", hidden: true }, text);
}

function watchTheServer() {
  const line = banner();
  document.querySelector(".top")?.after(line);
  let timer = 0;
  onConnection((what) => {
    clearTimeout(timer);
    if (what === "lost") timer = window.setTimeout(() => line.removeAttribute("hidden"), 1000);
    else line.hidden = true;
  });
}

if (location.pathname !== HOME) history.replaceState(null, "", HOME + location.hash);
const more = menu("More", [soundButton(), themeButton(), button("Keys", keysHelp)], { class: "plain" });
const search = button(["Find", h("kbd", { "aria-hidden": "true" }, "Ctrl K")], () => openSwitcher(VIEWS), {
  "aria-keyshortcuts": "Control+K",
});
show(element("tools"), connection(), search, drawer.toggle, more);
codePanel(element("code"));
const redrawLive = livePanel(element("live"));
clockBar(element("clock"));
copyPlainNumbers();
listenToKeys(VIEWS);
watchTheServer();
forgiveWhatIsGone();
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  element("main").focus();
});
addEventListener("hashchange", () => {
  redrawLive();
  route();
});
route();
