// Reads --watch[=SECONDS] and --all[=NUMBER], which no parser can.

import { printable } from "../util/printable.ts";
import { usageError } from "./usage-error.ts";

interface WithoutNumbers {
  readonly watch: string | undefined;
  readonly all: string | undefined;
  readonly rest: readonly string[];
}

/**
 * Their values are optional, and may be the next argument if that is a number, as users of the original are used to: no parser
 * would know. The last one of each counts.
 */
export function withoutNumbers(argv: readonly string[]): WithoutNumbers {
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const rest: string[] = [];
  const found: { watch?: string; all?: string } = {};
  for (let i = 0; i < end; i++) {
    const [, name, value] = /^--(watch|all)(?:=(.*))?$/s.exec(argv[i] ?? "") ?? [];
    if (name === undefined) rest.push(argv[i] ?? "");
    else if (value !== undefined) found[name as "watch" | "all"] = value;
    else if (/^\d+$/.test(argv[i + 1] ?? "")) found[name as "watch" | "all"] = argv[++i] ?? "";
    else found[name as "watch" | "all"] = name === "watch" ? "0" : "1";
  }
  return { watch: found.watch, all: found.all, rest: [...rest, ...argv.slice(end)] };
}

/** How many accounts at once. */
export function accountsAtOnce(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 100)
    throw usageError(`--all takes a number of accounts at once, from 1 to 100, not "${printable(text)}"`);
  return value;
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
