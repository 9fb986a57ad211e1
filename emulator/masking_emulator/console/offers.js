// What the view on the page offers beyond its buttons: acts that the switcher finds, and keys of a single character.

/**
 * @typedef {{ title: string, words: string, key?: string, act: () => unknown }} Offer
 */

/** @type {readonly Offer[]} */
let offers = [];

/** What the view on the page offers. */
export function offered() {
  return offers;
}

/**
 * Offers these until the view is left.
 *
 * @param {Offer[]} acts
 * @param {AbortSignal} signal
 */
export function offer(acts, signal) {
  offers = acts;
  signal.addEventListener("abort", () => {
    if (offers === acts) offers = [];
  });
}
