// Sound, off until somebody wants it: a ring is two tones, made here.

import { button } from "./dom.js";

let context = null;
let on = false;
let playing = null;

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
    { class: "plain", "aria-pressed": "false" },
  );
  return made;
}

// Rings, or stops to.
export function ring(ringing) {
  if (ringing && on && !playing) playing = setInterval(burst, 2000, burst());
  if ((!ringing || !on) && playing) {
    clearInterval(playing);
    playing = null;
  }
}

function burst() {
  for (const frequency of [440, 480]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.value = 0.06;
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.9);
  }
}
