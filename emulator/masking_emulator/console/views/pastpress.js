// What is being pressed stays where it is until it is let go: a press on a button that is drawn anew meanwhile is lost.

/**
 * @param {HTMLElement} element
 * @param {AbortSignal} signal
 * @returns {() => Promise<void>} resolves once no button and no link of the element is held down
 */
export function pressed(element, signal) {
  let held = Promise.resolve();
  let free = () => {};
  const press = (/** @type {PointerEvent} */ { target }) => {
    if (!(target instanceof Element) || !target.closest("button, a")) return;
    free();
    held = new Promise((resolve) => {
      free = resolve;
    });
  };
  element.addEventListener("pointerdown", press, { signal });
  // The click comes just after the pointer is up.
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(() => free()), { signal });
  signal.addEventListener("abort", () => free());
  return () => held;
}
