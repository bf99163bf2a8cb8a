// Runs the copier from one account to another, and reads what it prints as other programs do.

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PerSide } from "../../src/model/side.ts";
import { sum } from "../../src/util/sum.ts";
import type { MailServer } from "./mail-server.ts";
import {
  type InterimapHome,
  runInterimap,
  type RunningInterimap,
  type RunOptions,
  startInterimap,
} from "./run-interimap.ts";
import type { TwoStores } from "./two-stores.ts";

export interface ImapsyncResult {
  /** Undefined: it died of a signal. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | null;
  /** Of the standard output. */
  readonly lines: readonly string[];
  readonly stderr: string;
  /** The text behind a label of the statistics; undefined when there is no such line. */
  readonly figure: (label: string) => string | undefined;
}

export function imapsyncCommand(): string[] {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  return [process.execPath, join(root, "dist/imapsync.js")];
}

/** Host, port, user and password of both: local is host1. */
export function accountArguments(servers: PerSide<MailServer>): string[] {
  return (["local", "remote"] as const).flatMap((side, i) => {
    const { host, port, user, password } = servers[side];
    const number = String(i + 1);
    const values = { host, port: String(port), user, password };
    return Object.entries(values).flatMap(([name, value]) => [`--${name}${number}`, value]);
  });
}

/** Through the proxies of the stores. */
export function startImapsync(
  stores: TwoStores,
  args: readonly string[] = [],
  options: RunOptions = {},
): RunningInterimap {
  return startInterimap(...commandOf(stores, args, options));
}

function commandOf(
  stores: TwoStores,
  args: readonly string[],
  options: RunOptions,
): [InterimapHome, readonly string[], RunOptions] {
  const { local, remote } = stores.proxies;
  const accounts = accountArguments({ local: local.server, remote: remote.server });
  const env = { ...options.env, TMPDIR: stores.home.directory };
  return [stores.home, [...accounts, "--nolog", ...args], { ...options, env, program: imapsyncCommand() }];
}

/** What the report of a folder says adds up, and a run that ended well has reached all messages. */
function assertAccounted(lines: readonly string[], hasEndedWell: boolean): void {
  for (const line of lines) {
    const [, inSource, terms] = /^\[.*: (\d+) in source = (.*)$/.exec(line) ?? [];
    if (terms === undefined) continue;
    const counts = terms.replace(/\([^)]*\)/g, "").split(" + ");
    assert.equal(sum(counts.map((term) => parseInt(term, 10))), Number(inSource), line);
    if (hasEndedWell) assert.doesNotMatch(line, /not reached/);
  }
}

export async function runImapsync(
  stores: TwoStores,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<ImapsyncResult> {
  const { status, signal, stdout, stderr } = await runInterimap(...commandOf(stores, args, options));
  const lines = stdout.split("\n");
  assertAccounted(lines, status === 0);
  return {
    code: status ?? undefined,
    signal,
    lines,
    stderr,
    figure: (label) =>
      lines.map((line) => new RegExp(`^${label} *: (.*)`).exec(line)?.[1]).findLast((one) => one !== undefined),
  };
}
