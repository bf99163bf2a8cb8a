// One mailbox on two servers that follow scripts: both sides have UID 1 and 2, unless a test says something else.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SessionPair } from "../../src/mail/pool/pair.ts";
import { ByteBudget } from "../../src/mail/transfer/byte-budget.ts";
import { Shortage } from "../../src/mail/transfer/reluctance.ts";
import { type PerSide, perSide } from "../../src/model/side.ts";
import { uidRange } from "../../src/model/uid-set.ts";
import { openStore } from "../../src/state/open-store.ts";
import type { Store } from "../../src/state/state-store.ts";
import type { SyncEvent } from "../../src/sync/context/events.ts";
import { DeletionGuard } from "../../src/sync/deletions/deletion-guard.ts";
import { syncMailbox } from "../../src/sync/mailbox/sync-mailbox.ts";
import { scratchBase } from "../support/scratch.ts";
import { withSession } from "./fixture.ts";

export const before = { uidValidity: 7, uidNext: 3, highestModSeq: 5n };
export const capabilities = ["LITERAL+", "MULTIAPPEND", "UIDPLUS"];

/** Octets in flight, at most. */
export const budget = 1 << 20;

export interface Scene {
  readonly idx: number;
  readonly inFlight: PerSide<ByteBudget>;
  readonly store: Store;
  readonly events: readonly SyncEvent[];
  sync(): Promise<void>;
}

/** Both sides have UID 1 and 2, mapped crosswise, and were synchronised in the state `before`, unless they are first met. */
export async function withScene(
  scripts: PerSide<string>,
  work: (scene: Scene) => Promise<void>,
  { isFirstMet = false } = {},
): Promise<void> {
  const directory = mkdtempSync(join(scratchBase, "interimap-sync-"));
  const store = openStore({ path: join(directory, "db") });
  try {
    const idx = store.addMailbox("box", false);
    if (!isFirstMet) {
      store.mappings.add(idx, [
        { local: 1, remote: 2 },
        { local: 2, remote: 1 },
      ]);
      store.checkpoint(idx, { local: before, remote: before });
    }
    const events: SyncEvent[] = [];
    const inFlight = perSide(() => new ByteBudget(() => budget));
    await withSession(
      scripts.local,
      (local) =>
        withSession(
          scripts.remote,
          (remote) =>
            work({
              idx,
              inFlight,
              store,
              events,
              sync: () =>
                syncMailbox({
                  idx,
                  name: "box",
                  wireNames: { local: "box", remote: "box" },
                  before: perSide((side) => store.mailboxes()[0]?.states[side]),
                  listed: { local: undefined, remote: undefined },
                  sessions: { local, remote },
                  connections: new SessionPair(
                    perSide(() => ({ main: () => Promise.reject(new Error("no more")), limit: 1 })),
                  ),
                  inFlight,
                  shortage: perSide(() => new Shortage()),
                  movedHere: new Map(),
                  store,
                  report: (event) => events.push(event),
                  stop: new AbortController().signal,
                  pause: () => Promise.resolve(),
                  guard: new DeletionGuard({ countKnown: () => 0, limit: undefined }),
                  surveys: new Map(),
                  isRubbish: false,
                  matchesExisting: true,
                  repairs: false,
                }),
            }),
          { capabilities },
        ),
      { capabilities },
    );
  } finally {
    store.close();
    rmSync(directory, { recursive: true });
  }
}

export interface Now {
  readonly exists?: number;
  readonly uidNext?: number;
  readonly modSeq?: number;
}

/** What SELECT says, with more lines before its OK. */
export function selected({ uidNext = 3, exists = uidNext - 1, modSeq = uidNext + 2 }: Now = {}, more = ""): string {
  return `
    C: s SELECT box (QRESYNC (7 5 1:2))
    S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft a b mine new theirs)
    S: * ${String(exists)} EXISTS
    S: * OK [UIDVALIDITY 7] v
    S: * OK [UIDNEXT ${String(uidNext)}] n
    S: * OK [HIGHESTMODSEQ ${String(modSeq)}] h
    ${more}
    S: s OK [READ-WRITE] done`;
}

let tags = 0;

/** One for each letter, which no other command has. */
export function freshTags(letters: string): string[] {
  tags++;
  return [...letters].map((letter) => letter + String(tags));
}

/** The state asked for at the end of a round, and what the NOOP behind it brings. */
export function settled({ uidNext = 3, exists = uidNext - 1, modSeq = uidNext + 2 }: Now = {}, more = ""): string {
  const [t, n] = freshTags("tn");
  return `
    C: ${t} STATUS box (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
    C: ${n} NOOP
    S: * STATUS box (MESSAGES ${String(exists)} UIDNEXT ${String(uidNext)} UIDVALIDITY 7 HIGHESTMODSEQ ${String(modSeq)})
    S: ${t} OK
    ${more}
    S: ${n} OK`;
}

export const date = '"01-Jan-2024 00:00:00 +0000"';

/** A message is asked for and comes: first what it is, then as a whole. */
export function sizes(uid: number): string {
  return `
    C: u${String(uid)} UID FETCH ${String(uid)} (UID RFC822.SIZE)
    S: * 9 FETCH (UID ${String(uid)} RFC822.SIZE 4)
    S: u${String(uid)} OK`;
}

export function fetched(uid: number, text = "mail", f = `f${String(uid)}`): string {
  return `
    C: ${f} UID FETCH ${String(uid)} (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * 9 FETCH (UID ${String(uid)} FLAGS () INTERNALDATE ${date} BODY[] {${String(text.length)}}
    S: ${text})
    S: ${f} OK`;
}

export function appended(uid: number, text = "mail"): string {
  return `
    C: p${String(uid)} APPEND box () ${date} {${String(text.length)}+}
    C: ${text}
    S: p${String(uid)} OK [APPENDUID 7 ${String(uid)}]
    C: q${String(uid)} UID FETCH ${String(uid)} (UID FLAGS MODSEQ)
    S: * 9 FETCH (UID ${String(uid)} FLAGS () MODSEQ (6))
    S: q${String(uid)} OK`;
}

/** The local UID of each remote one. */
export function mapping({ store, idx }: Scene): Record<number, number> {
  return Object.fromEntries(
    store.mappings.pairsOf(idx, "remote", uidRange(1, 100)).map(({ local, remote }) => [remote, local]),
  );
}

export const expunged = String.raw`
  C: x UID STORE 2 +FLAGS.SILENT (\Deleted)
  C: y UID EXPUNGE 2
  S: x OK
  S: * VANISHED 2
  S: y OK`;

/** Messages that are said to have vanished are asked for, together with the state; `there` are the answers. */
export function asked(uids: string, { exists = 2, uidValidity = 7, there = "", news = "" } = {}): string {
  const [t, f, n] = freshTags("tfn");
  return `
    C: ${t} STATUS box (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
    C: ${f} UID FETCH ${uids} (UID FLAGS MODSEQ)
    C: ${n} NOOP
    S: * STATUS box (MESSAGES ${String(exists)} UIDNEXT 3 UIDVALIDITY ${String(uidValidity)} HIGHESTMODSEQ 6)
    S: ${t} OK
    ${there}
    S: ${f} OK
    ${news}
    S: ${n} OK`;
}
