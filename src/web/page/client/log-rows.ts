// The rows of the log that there are to look at.

import type { LogModel } from "./log-model.ts";

export interface LogRow {
  readonly number: number;
  /** Undefined: not here yet. */
  readonly text: string | undefined;
}

export interface Rows {
  readonly length: number;
  readonly slice: (from: number, to: number) => readonly LogRow[];
}

const lastLines = 10;
/** Browsers have a limit for how high an element can be. The file has all. */
const maxRows = 800_000;

export function rowsOf({ store, found, query, showsAll }: LogModel): Rows {
  if (query.value !== "") {
    const lines = found.value?.lines ?? [];
    return { length: lines.length, slice: (from, to) => lines.slice(from, to) };
  }
  const length = Math.min(store.total, showsAll.value ? maxRows : lastLines);
  const before = store.total - length;
  return {
    length,
    slice: (from, to) =>
      Array.from({ length: Math.max(0, Math.min(to, length) - from) }, (_, i) => {
        const number = before + from + i + 1;
        return { number, text: store.line(number) };
      }),
  };
}
