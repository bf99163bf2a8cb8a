// The promise, as a procedure: whatever changes on both sides, one run later they are identical, and a further run
// changes nothing.

import assert from "node:assert/strict";
import type { MailServer } from "../support/mail-server.ts";
import { describeChange, mutate, type Round } from "../support/mutate.ts";
import type { Random } from "../support/random.ts";
import { type InterimapHome, runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot, type SnapshotOptions } from "../support/snapshot.ts";

export interface Pair {
  readonly home: InterimapHome;
  readonly local: MailServer;
  readonly remote: MailServer;
}

export interface RoundOptions {
  readonly random: Random;
  /** On each side. */
  readonly changes: number;
  readonly kinds?: Pick<Round, "without" | "systemFlagsOnly">;
  /** {@link assertConverges} unless told. */
  readonly converge?: (pair: Pair, context: string) => Promise<void>;
  /** What holds of a further run; {@link assertNothingToDo} unless told. */
  readonly assertSilent?: (pair: Pair, context: string) => Promise<void>;
}

/** Runs once and asserts that it succeeded and that both sides are identical now. */
export async function assertConverges(
  { home, local, remote }: Pair,
  context = "",
  options: SnapshotOptions = {},
): Promise<void> {
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 0, `${context}\n${stderr}`);
  const held = (server: MailServer) => snapshot(server, server.user, options);
  const differences = diffSnapshots(await held(local), await held(remote));
  assert.deepEqual(differences, [], `${context}\n${stderr}`);
}

const changing = /: C: \S+ (?:UID )?(STORE|EXPUNGE|MOVE|COPY|APPEND|CREATE|SUBSCRIBE|UNSUBSCRIBE|RENAME|DELETE)\b.*/u;
const selecting = /: C: \S+ SELECT\b.*/u;

/** Runs once more and asserts that nothing but LIST was needed. */
export async function assertNothingToDo({ home }: Pair, context = ""): Promise<void> {
  const { status, stderr } = await runInterimap(home, ["--debug"]);
  assert.equal(status, 0, stderr);
  assertChangesNothing(stderr, context);
  assert.deepEqual(linesWith(stderr, selecting), [], context);
}

/** Runs once more and asserts that nothing is changed. Mailboxes of a server that reports no changes are looked into. */
export async function assertNothingToChange({ home }: Pair, context = ""): Promise<void> {
  const { status, stderr } = await runInterimap(home, ["--debug"]);
  assert.equal(status, 0, stderr);
  assertChangesNothing(stderr, context);
}

/** Runs once more: nothing but LIST is needed, and what a server refused earlier is told again, with exit 1. */
export async function assertOnlyRefused({ home }: Pair, refused: RegExp): Promise<void> {
  const { status, stderr } = await runInterimap(home, ["--debug"]);
  assert.equal(status, 1, stderr);
  assert.match(stderr, refused);
  assertChangesNothing(stderr);
  assert.deepEqual(linesWith(stderr, selecting), []);
}

function assertChangesNothing(stderr: string, context?: string): void {
  assert.deepEqual(linesWith(stderr, changing), [], context);
}

function linesWith(stderr: string, pattern: RegExp): string[] {
  return stderr.split("\n").filter((line) => pattern.test(line));
}

/** Of a run with --debug that may have looked at mailboxes: it changed nothing. */
export function assertOnlyLooked(stderr: string): void {
  const commands = stderr.split("\n").filter((line) => changing.test(line) && !/: C: \S+ SELECT\b/.test(line));
  assert.deepEqual(commands, [], stderr);
}

/** Changes both sides, and asserts that they converge. */
export async function assertRound(
  pair: Pair,
  { random, changes, kinds = {}, converge = assertConverges, assertSilent = assertNothingToDo }: RoundOptions,
): Promise<void> {
  const made = {
    local: await mutate(random, pair.local, { ...kinds, side: "local", changes }),
    remote: await mutate(random, pair.remote, { ...kinds, side: "remote", changes }),
  };
  const context = Object.entries(made)
    .flatMap(([side, list]) => list.map((change) => `${side}: ${describeChange(change)}`))
    .join("\n");
  await converge(pair, context);
  await assertSilent(pair, context);
}
