// What the disk held after each commit, to put back what the loss of power would have left of the database.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

export interface Past {
  /** Notes what the files hold now; to be called while nobody writes. */
  readonly note: () => void;
  /** Makes the last `count` notes undone. */
  readonly goBack: (count: number) => void;
}

export function startPast(databaseFile: string): Past {
  const files = ["", "-wal", "-journal"].map((suffix) => databaseFile + suffix);
  const read = (): (Buffer | undefined)[] => files.map((file) => (existsSync(file) ? readFileSync(file) : undefined));
  const states = [read()];
  return {
    note: () => void states.push(read()),
    goBack: (count) => {
      const state = states[Math.max(0, states.length - 1 - count)]!;
      for (const [i, file] of files.entries()) {
        const bytes = state[i];
        if (bytes === undefined) rmSync(file, { force: true });
        else writeFileSync(file, bytes);
      }
    },
  };
}
