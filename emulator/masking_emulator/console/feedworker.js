// A shared worker: all tabs of a browser that look at one world share its stream, because HTTP/1.1 allows six
// connections to a server, and a seventh tab would stand still.

import { Feed } from "./feed.js";

/** @type {Map<string, Feed>} */
const feeds = new Map();

addEventListener("connect", (connected) => {
  const [port] = /** @type {MessageEvent} */ (connected).ports;
  const listener = (/** @type {import("./feed.js").News} */ news) => port.postMessage(news);
  let stream = "";
  const leave = () => {
    if (feeds.get(stream)?.remove(listener)) feeds.delete(stream);
    stream = "";
  };
  port.onmessage = ({ data }) => {
    leave();
    if (!data) return port.close();
    stream = data.stream;
    const feed = feeds.get(stream) ?? new Feed(data);
    feeds.set(stream, feed);
    feed.add(listener);
  };
});
