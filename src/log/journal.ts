// systemd's journal, which reads the priority of a line from its beginning: sd-daemon(3).

import { fstatSync } from "node:fs";
import type { Level } from "./log.ts";

/** Whether what is written to `fd` goes to the journal: systemd.exec(5) has how to know. */
export function isJournal(env: NodeJS.ProcessEnv, fd = 2): boolean {
  const stream = env["JOURNAL_STREAM"];
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    // closed
    return false;
  }
}

/** As in syslog(3). */
const priorities = { error: 3, warn: 4, info: 6, debug: 7 } as const satisfies Record<Level, number>;

export function journalPrefix(level: Level): string {
  return `<${priorities[level]}>`;
}
