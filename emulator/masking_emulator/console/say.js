// The line at the foot of the page that says what came of the last click.

let timer = 0;

export function say(text, kind = "done") {
  const line = document.getElementById("status");
  line.className = `status is-${kind}`;
  line.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (line.textContent === text) line.textContent = "";
  }, 8000);
}

// An action of the user's: what it is refused with is said.
export async function attempt(work, done) {
  try {
    const result = await work();
    if (done) say(typeof done === "function" ? done(result) : done);
    return result;
  } catch (error) {
    if (error.name !== "AbortError") say(error.reason ? `${error.message} (${error.reason})` : error.message, "failed");
    return null;
  }
}
