// Runs a process for each account, some at once, none of which another can disturb.

import type { ConfigurationFile } from "../../config/find-configurations.ts";
import { type ExitCode, exitCode } from "../../model/exit-code.ts";
import { atMost } from "../../util/at-most.ts";
import { groupBy } from "../../util/group-by.ts";
import { type AccountEnd, type AccountProcess, type AccountProcessOptions, startAccount } from "./account-process.ts";

export interface AccountResult {
  readonly name: string;
  readonly code: ExitCode;
  readonly outcome: "done" | "partial" | "failed" | "stopped";
}

export interface Account extends ConfigurationFile {
  /** Those with the same one are never at work at the same time; undefined: it is not known. */
  readonly database: string | undefined;
}

export interface AccountRuns {
  readonly atOnce: number;
  readonly signal: AbortSignal;
  /** What its process is told, and who hears it. */
  readonly processOf: (account: Account) => AccountProcessOptions;
  readonly onEnd: (account: Account, end: AccountEnd) => Promise<void> | void;
}

/** In the order of the accounts. Those that had not begun when a signal came do not begin. */
export async function runAccounts(
  accounts: readonly Account[],
  { atOnce, signal, processOf, onEnd }: AccountRuns,
): Promise<readonly AccountResult[]> {
  const results = new Map<Account, AccountResult>();
  const running = new Set<AccountProcess>();
  const passOn = (): void => {
    for (const one of running) one.kill("SIGTERM");
    // The second signal stops them at once; they end, and so do we.
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, killAll);
  };
  const killAll = (): void => {
    for (const one of running) one.kill("SIGTERM");
  };
  signal.addEventListener("abort", passOn);
  const lanes = groupBy(accounts, ({ database, file }) => database ?? file);
  try {
    await atMost(atOnce, [...lanes.values()], async (lane) => {
      for (const account of lane) {
        if (signal.aborted) return;
        const child = startAccount(processOf(account));
        running.add(child);
        const end = await child.ended;
        running.delete(child);
        results.set(account, { name: account.name, code: end.code, outcome: outcomeOf(end, signal.aborted) });
        await onEnd(account, end);
      }
    });
  } finally {
    signal.removeEventListener("abort", passOn);
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, killAll);
  }
  return accounts.map(
    (one) => results.get(one) ?? { name: one.name, code: exitCode.terminated, outcome: "stopped" as const },
  );
}

function outcomeOf({ code, killer }: AccountEnd, isStopping: boolean): AccountResult["outcome"] {
  const isStopped = code === exitCode.terminated || code === exitCode.interrupted || killer !== undefined;
  if (isStopping && isStopped) return "stopped";
  if (code === exitCode.done) return "done";
  return code === exitCode.partial ? "partial" : "failed";
}
