import type { Control } from "./control.js";
import type { Answer } from "./types.js";

/** Kinds of problems that a failed wait or verification names, because they are often its cause. */
const KINDS: ReadonlySet<string> = new Set(["refused", "unread"]);
const LISTED_MAX = 5;

/** Lines on what was refused in a world, and on fields that nothing read, with what was likely meant. */
export async function strangeLines(control: Control, world: string): Promise<string[]> {
  const { problems } = await control.get<Answer<"show_problems">>(`${world}/problems`);
  return problems
    .filter((problem) => KINDS.has(problem.kind))
    .slice(0, LISTED_MAX)
    .map((problem) => `  ${problem.kind}: ${problem.what}: ${problem.why}`);
}
