// Reads --watch[=SECONDS], which no parser can.

import { printable } from "../util/printable.ts";
import { usageError } from "./usage-error.ts";

/**
 * The value of --watch is optional, and may be the next argument if that is a number, as users of the original are used
 * to: no parser would know. The last one counts.
 */
export function withoutWatch(argv: readonly string[]): { readonly watch: string | undefined; readonly rest: string[] } {
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const rest: string[] = [];
  let watch: string | undefined;
  for (let i = 0; i < end; i++) {
    const [, value] = /^--watch(?:=(.*))?$/s.exec(argv[i] ?? "") ?? [undefined, null];
    if (value === null) rest.push(argv[i] ?? "");
    else if (value !== undefined) watch = value;
    else watch = /^\d+$/.test(argv[i + 1] ?? "") ? argv[++i] : "0";
  }
  return { watch, rest: [...rest, ...argv.slice(end)] };
}

/** Timers cannot wait longer. */
const longestSeconds = Math.floor((2 ** 31 - 1) / 1_000);

/** 0 stands for the usual time, as in the original. */
export function watchSeconds(text: string): number | undefined {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > longestSeconds) {
    throw usageError(`--watch takes a number of seconds, at most ${longestSeconds}, not "${printable(text)}"`);
  }
  return value === 0 ? undefined : value;
}
