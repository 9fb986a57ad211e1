// A feed: one connection to a world's stream, opened again where it breaks, and the newest events that came by it.
//
// It runs in the page or in a shared worker, so it knows neither the page nor any other module.

/**
 * @typedef {import("./types.js").JournalEvent} JournalEvent
 * @typedef {{ what: "open" | "lost" | "traffic" }
 *   | { what: "reset", kept: JournalEvent[] }
 *   | { what: "past", kept: JournalEvent[], isOpen: boolean }
 *   | { what: "event", event: JournalEvent }} News
 * @typedef {{ stream: string, after: number, names: string[] }} Wanted the stream's path, where it begins, what it has
 */

export const KEPT_MAX = 1000;
const RETRY_MS = 1500;

export class Feed {
  /** @type {Set<(news: News) => unknown>} */
  #listeners = new Set();
  /** @type {JournalEvent[]} */
  #kept = [];
  /** @type {EventSource | null} */
  #source = null;
  #isOpen = false;
  #retry = 0;
  /** The id of the last message, which tells the server of which journal it was. */
  #place;
  #wanted;

  /** @param {Wanted} wanted */
  constructor(wanted) {
    this.#wanted = wanted;
    this.#place = String(wanted.after);
  }

  /**
   * From now on this one hears; first of all, of what is past.
   *
   * @param {(news: News) => unknown} listener
   */
  add(listener) {
    this.#listeners.add(listener);
    listener({ what: "past", kept: this.#kept, isOpen: this.#isOpen });
    if (!this.#source) this.#connect();
  }

  /**
   * @param {(news: News) => unknown} listener
   * @returns {boolean} whether nobody listens any more; then the connection is closed
   */
  remove(listener) {
    this.#listeners.delete(listener);
    if (this.#listeners.size) return false;
    clearTimeout(this.#retry);
    this.#source?.close();
    return true;
  }

  #connect() {
    const query = new URLSearchParams({ after: this.#place, traffic: "true" });
    const mine = new EventSource(`${this.#wanted.stream}?${query}`);
    this.#source = mine;
    let isLost = false;
    mine.onopen = () => {
      this.#isOpen = true;
      this.#tell({ what: "open" });
    };
    mine.onerror = () => {
      if (!isLost) this.#tell({ what: "lost" });
      isLost = true;
      this.#isOpen = false;
      mine.close();
      this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
    };
    /** @type {(name: string, act: (message: MessageEvent) => unknown) => void} */
    const on = (name, act) =>
      mine.addEventListener(name, (message) => {
        this.#place = message.lastEventId;
        act(message);
      });
    on("reset", () => {
      this.#kept = [];
      this.#tell({ what: "reset", kept: [] });
    });
    on("traffic", () => this.#tell({ what: "traffic" }));
    for (const name of this.#wanted.names) on(name, ({ data }) => this.#take(JSON.parse(data)));
  }

  /** @param {JournalEvent} event */
  #take(event) {
    this.#kept.push(event);
    if (this.#kept.length > 2 * KEPT_MAX) this.#kept = this.#kept.slice(-KEPT_MAX);
    this.#tell({ what: "event", event });
  }

  /** @param {News} news */
  #tell(news) {
    for (const listener of [...this.#listeners]) listener(news);
  }
}
