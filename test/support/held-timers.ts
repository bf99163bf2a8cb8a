// Holds the program's timers at a moment of the test's choice. What does something "at once" does it then all the same, on any
// machine; what would have waited for a time to run out never ends.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scratchDirectory } from "./scratch.ts";

export interface HeldTimers {
  /** For the program's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on no timer of more than this runs out, those that run already included. Intervals go on. */
  hold(longestMs?: number): void;
}

export function heldTimers(): HeldTimers {
  const file = join(scratchDirectory("timers"), "longest");
  const script = fileURLToPath(new URL("held-timers.cjs", import.meta.url));
  return {
    env: { HELD_TIMERS: file, NODE_OPTIONS: `--require=${script}` },
    hold: (longestMs = 0) => writeFileSync(file, String(longestMs)),
  };
}
