// What the kernel is told of a process that has passwords in its memory, and is one of many.

import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/**
 * Its memory is in no core file. Where all memory is used up it goes before whoever started it, and where processors are busy it
 * waits: fifty copies take as long, and a page is answered meanwhile. Linux compares what is of one session (sched(7), autogroup).
 */
export function modestProcess(): void {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
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
