// Which process holds a lock on a file. The kernel's list cannot go stale, as a file with a pid could.

import { readFileSync, statSync } from "node:fs";

/** Undefined when it is not known: not on Linux, or a process of another machine or pid namespace. */
export function lockHolder(path: string): number | undefined {
  try {
    const file = lockedFile(path);
    for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
      // `3: POSIX  ADVISORY  WRITE 10825 fe:00:2148353 1073741824 1073742335`, proc_locks(5)
      const [, , , , pid, lineFile] = line.split(/\s+/);
      if (lineFile === file && Number(pid) > 0 && Number(pid) !== process.pid) return Number(pid);
    }
  } catch {
    // only a nicety of an error message
  }
  return undefined;
}

/** As /proc/locks names it: the device's major and minor number in hexadecimal, the inode in decimal. */
function lockedFile(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${hexadecimal(major)}:${hexadecimal(minor)}:${ino}`;
}

function hexadecimal(number: bigint): string {
  return number.toString(16).padStart(2, "0");
}
