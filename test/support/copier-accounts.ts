// openAccounts() in this process: what it says, and the sessions that it leads to.

import type { Account } from "../../src/copier/accounts/account.ts";
import { AccountFailure } from "../../src/copier/accounts/account-failure.ts";
import type { AccountsIo } from "../../src/copier/accounts/accounts-io.ts";
import { openAccounts } from "../../src/copier/accounts/open-accounts.ts";
import { copierVocabulary } from "../../src/copier/accounts/vocabulary.ts";
import type { Options } from "../../src/copier/options/options.ts";
import { parseCommandLine } from "../../src/copier/options/parse-options.ts";
import type { Session } from "../../src/imap/session/session.ts";
import { SessionPair } from "../../src/mail/pool/pair.ts";
import type { PerSide } from "../../src/model/side.ts";
import { speak } from "../../src/model/vocabulary.ts";

speak(copierVocabulary);

export function copierOptions(...argv: readonly string[]): Options {
  const line = parseCommandLine(argv);
  if (line.command !== "copy") throw new Error(`a command line for ${line.command}`);
  return line.options;
}

export interface Opened {
  readonly accounts: PerSide<Account>;
  readonly sessions: PerSide<Session>;
  readonly pair: SessionPair;
  readonly lines: readonly string[];
}

export interface Heard {
  readonly lines: readonly string[];
  readonly secrets: ReadonlySet<string>;
  readonly traffic: readonly string[];
}

export interface Means extends Partial<Pick<AccountsIo, "env" | "ask">> {
  /** Gets all that is said and hidden. */
  readonly heard?: { lines: string[]; secrets: Set<string>; traffic: string[] };
}

export function noHeard(): NonNullable<Means["heard"]> {
  return { lines: [], secrets: new Set(), traffic: [] };
}

/** Logs in with these arguments, does `work` with both sessions, and ends them. @throws as `openAccounts()` does */
export async function withAccounts<T>(
  argv: readonly string[],
  { env = {}, ask, heard = noHeard() }: Means,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const { lines, secrets, traffic } = heard;
  const note = (text: string): void => void traffic.push(text);
  const accounts = await openAccounts(copierOptions(...argv), {
    ...{ env, ask, secrets, signal: new AbortController().signal },
    log: { traffic: true, showsSecrets: false, debug: note, info: note, warn: note, error: note },
    say: (text, host) => void lines.push(`Host${host}: ${text}`),
    warn: (text, host) => void lines.push(`Host${host} warning: ${text}`),
  });
  const pair = new SessionPair({ local: accounts.local.pool, remote: accounts.remote.pool });
  try {
    return await work({ accounts, sessions: await pair.open(), pair, lines });
  } finally {
    await pair.logout();
    pair.destroy();
  }
}

/** The exit name, and the lines, of what a run with these arguments ends with. */
export async function failureOf(argv: readonly string[], means: Means = {}): Promise<readonly [string, string]> {
  try {
    await withAccounts(argv, means, () => Promise.resolve());
  } catch (error) {
    if (error instanceof AccountFailure) return [error.exit, error.all.map(({ message }) => message).join("\n")];
    throw error;
  }
  return ["EX_OK", ""];
}
