// Lines of many accounts, each of which says whose it is.

import { counted } from "../../util/counted.ts";
import { duration } from "../../util/duration.ts";
import { cut, printable, printableJsonLine } from "../../util/printable.ts";
import type { AccountResult } from "./run-accounts.ts";

/** A line for programs stays an object. */
export function accountLine(account: string, line: string): string {
  if (line.startsWith('{"')) return `{"account":${printableJsonLine(account)},${line.slice(1)}`;
  return `${printable(account)}: ${line}`;
}

/** `1 of 3 accounts done; work: 45% 540 of 1200 messages; home: …`, cut to `columns`. */
export function progressLine(
  {
    done,
    all,
    working,
  }: { readonly done: number; readonly all: number; readonly working: ReadonlyMap<string, string> },
  columns: number,
): string {
  const head = `${done} of ${counted(all, "account")} done`;
  const room = Math.floor((columns - 1 - head.length) / Math.max(working.size, 1)) - 2;
  const parts = [...working].map(([name, text]) => cut(`${printable(name)}: ${text}`, Math.max(room, 12)));
  return cut([head, ...parts].join("; "), Math.max(columns - 1, 20));
}

/** `3 accounts in 12 s: 1 done, 1 skipped something (home), 1 failed (old: 77)`. */
export function summary(results: readonly AccountResult[], ms: number): string {
  const named = (ones: readonly AccountResult[], withCode: boolean): string =>
    ones.map(({ name, code }) => `${printable(name)}${withCode ? `: ${code}` : ""}`).join(", ");
  const of = (outcome: AccountResult["outcome"]): AccountResult[] => results.filter((one) => one.outcome === outcome);
  const [done, partial, failed, stopped] = [of("done"), of("partial"), of("failed"), of("stopped")];
  const parts = [
    ...(done.length > 0 ? [`${done.length} done`] : []),
    ...(partial.length > 0 ? [`${partial.length} skipped something (${named(partial, false)})`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed (${named(failed, true)})`] : []),
    ...(stopped.length > 0 ? [`${stopped.length} stopped before the end (${named(stopped, false)})`] : []),
  ];
  return `${counted(results.length, "account")} in ${duration(ms)}: ${parts.join(", ")}`;
}
