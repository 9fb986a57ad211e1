// Sound, off until somebody wants it: a ring is two tones, made here.

import { button } from "./dom.js";

const TONES_HZ = [440, 480];
const EVERY_MS = 2000;
const VOLUME = 0.06;
const BURST_S = 0.9;

/** @type {AudioContext | null} */
let context = null;
let on = false;
let playing = 0;

export function soundButton() {
  const made = button(
    "Sound off",
    () => {
      on = !on;
      context ??= new AudioContext();
      made.textContent = on ? "Sound on" : "Sound off";
      made.setAttribute("aria-pressed", String(on));
      if (!on) ring(false);
    },
    { "aria-pressed": "false", "data-stays": true },
  );
  return made;
}

/**
 * Rings, or stops to.
 *
 * @param {boolean} ringing
 */
export function ring(ringing) {
  if (ringing && on && !playing) {
    burst();
    playing = window.setInterval(burst, EVERY_MS);
  }
  if ((!ringing || !on) && playing) {
    clearInterval(playing);
    playing = 0;
  }
}

function burst() {
  if (!context) return;
  for (const frequency of TONES_HZ) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.value = VOLUME;
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + BURST_S);
  }
}
