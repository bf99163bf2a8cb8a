// A wall clock that a test can set forward while a program runs; timers go on as they are. Debian's libfaketime does it.

import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface FakeClock {
  /** For the program's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Ahead of the real time; at first there is no difference. */
  set(aheadSeconds: number): void;
}

export function fakeClock(directory: string): FakeClock {
  const file = join(directory, "clock");
  const set = (aheadSeconds: number): void => {
    writeFileSync(`${file}.new`, `+${aheadSeconds}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  const env = {
    LD_PRELOAD: library(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
  return { env, set };
}

function library(): string {
  for (const name of readdirSync("/usr/lib")) {
    const directory = join("/usr/lib", name, "faketime");
    if (name.includes("-linux-") && readdirOr(directory).includes(threadSafe)) return join(directory, threadSafe);
  }
  throw new Error("libfaketime is missing: run scripts/install-packages.ts libfaketime");
}

const threadSafe = "libfaketimeMT.so.1";

function readdirOr(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
