// What the kernel is told of a process that has passwords in its memory, and is one of many.

import { writeFileSync } from "node:fs";

/** Its memory is in no core file; and where all memory is used up, it goes before whoever started it. */
export function modestProcess(): void {
  tell("coredump_filter", "0");
  tell("oom_score_adj", "500");
}

function tell(file: string, text: string): void {
  try {
    writeFileSync(`/proc/self/${file}`, text);
  } catch {
    // Not on Linux, or it is so already.
  }
}
