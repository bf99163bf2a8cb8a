// Flags set by their difference, where there are no mod-sequences: what others do beside it is theirs, and what a server leaves
// undone is no change of theirs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { basic } from "../../src/imap/abilities.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import { flagSet } from "../../src/model/flags.ts";
import { KnownFlags } from "../../src/model/known-flags.ts";
import { noModSeq } from "../../src/model/mod-seq.ts";
import { emptyUidSet, type UidSet, uidSetOf } from "../../src/model/uid-set.ts";
import { formatUidSet } from "../../src/model/uid-set-text.ts";
import type { SyncEvent } from "../../src/sync/context/events.ts";
import type { OpenMailbox } from "../../src/sync/context/open-mailbox.ts";
import { FlagLedger } from "../../src/sync/flags/flag-ledger.ts";
import { StoreGroups } from "../../src/sync/flags/same-flags-groups.ts";
import { setFlags } from "../../src/sync/flags/set-flags.ts";
import { withSession } from "./fixture.ts";

const flags = (text: string) => flagSet(text.split(" ").filter((flag) => flag !== ""));

interface Outcome {
  /** Flags that were set, or were not, as users are told. */
  readonly said: readonly string[];
  /** The changes still to be dealt with, by UID. */
  readonly news: Readonly<Record<number, string>>;
  /** What each message is known to have, by UID. */
  readonly known: Readonly<Record<number, string | undefined>>;
}

/** `before` is recorded of each message; `wanted` is set. */
async function outcomeOf(
  script: string,
  before: Readonly<Record<number, string>>,
  wanted: Readonly<Record<number, string>>,
): Promise<Outcome> {
  return withSession(script, async (session) => {
    session.abilities = basic;
    const view = new MailboxView("box", basic);
    session.view = view;
    const recorded = new KnownFlags();
    for (const [uid, text] of Object.entries(before)) recorded.set(Number(uid), flags(text));
    const ledger = new FlagLedger(view.pending, { recorded });
    const said: string[] = [];
    const report = (event: SyncEvent): void => {
      if (event.type === "flags-updated") said.push(`${formatUidSet(event.uids)}: ${event.flags.key}`);
      else if (event.type === "flags-refused") said.push(`${formatUidSet(event.uids)} refused`);
      else said.push(event.type);
    };
    const progress: { isTouched: boolean; settled: UidSet; unflaggable: UidSet } = {
      isTouched: false,
      settled: emptyUidSet,
      unflaggable: emptyUidSet,
    };
    const mailbox = {
      ...{
        views: { local: view },
        sessions: { local: session },
        flags: { local: ledger },
        progress: { local: progress },
      },
      ...{ name: "box", idx: 1, report, store: { refusals: { recordChanges: () => undefined } } },
    } as unknown as OpenMailbox;
    const groups = new StoreGroups();
    for (const [uid, text] of Object.entries(wanted)) {
      const present = ledger.present(Number(uid));
      groups.add("local", Number(uid), { flags: flags(text), present, unchangedSince: noModSeq });
    }
    assert.deepEqual(await setFlags(mailbox, "local", groups.of("local")), emptyUidSet);
    const uids = Object.keys(wanted).map(Number);
    const known = Object.fromEntries(uids.map((uid) => [uid, ledger.known(uid)?.key]));
    const news = Object.fromEntries([...ledger.take()].map(([uid, change]) => [uid, change.flags.key]));
    assert.equal(formatUidSet(progress.unflaggable), formatUidSet(uidSetOf(deniedUids(said))));
    return { said, news, known };
  });
}

function deniedUids(said: readonly string[]): number[] {
  const sets = said.flatMap((line) => /^(\S+) refused$/.exec(line)?.[1] ?? []);
  return sets.flatMap((set) => set.split(",").map(Number));
}

test("messages of which equal flags change share a STORE, and each is known to have what it has then", async () => {
  const script = String.raw`
    C: t1 UID STORE 1:3 +FLAGS.SILENT (x)
    S: t1 OK
    C: t2 UID FETCH 1:3 (UID FLAGS)
    S: * 1 FETCH (UID 1 FLAGS (x))
    S: * 2 FETCH (UID 2 FLAGS (a x))
    S: * 3 FETCH (UID 3 FLAGS (x a))
    S: t2 OK`;
  assert.deepEqual(await outcomeOf(script, { 1: "", 2: "a", 3: "a" }, { 1: "x", 2: "a x", 3: "a x" }), {
    said: ["1: x", "2:3: a x"],
    news: {},
    known: { 1: "x", 2: "a x", 3: "a x" },
  });
});

test("what others set or removed meanwhile stays, and is news", async () => {
  const script = String.raw`
    C: t1 UID STORE 1:2 +FLAGS.SILENT (x)
    S: t1 OK
    C: t2 UID FETCH 1:2 (UID FLAGS)
    S: * 1 FETCH (UID 1 FLAGS (a x theirs))
    S: * 2 FETCH (UID 2 FLAGS (x))
    S: t2 OK`;
  assert.deepEqual(await outcomeOf(script, { 1: "a", 2: "a" }, { 1: "a x", 2: "a x" }), {
    said: ["1:2: a x"],
    news: { 1: "a theirs x", 2: "x" },
    known: { 1: "a x", 2: "a x" },
  });
});

test("so it is where it was told, too", async () => {
  const script = String.raw`
    C: t1 UID STORE 1 -FLAGS.SILENT (a)
    S: * 1 FETCH (UID 1 FLAGS (theirs))
    S: t1 OK
    C: t2 UID FETCH 1 (UID FLAGS)
    S: * 1 FETCH (UID 1 FLAGS (theirs more))
    S: t2 OK`;
  assert.deepEqual(await outcomeOf(script, { 1: "a" }, { 1: "" }), {
    said: ["1: "],
    news: { 1: "more theirs" },
    known: { 1: "" },
  });
});

for (const [what, told, found] of [
  ["left as it was", "", "a"],
  ["left as it was, and told so", "S: * 1 FETCH (UID 1 FLAGS (a))\n", "a"],
  ["left as it was beside a change of others", "", "a theirs"],
] as const) {
  test(`a message that is ${what} is refused: that it lacks the flag is no change`, async () => {
    const script = `
      C: t1 UID STORE 1 +FLAGS.SILENT (x)
      ${told}S: t1 OK
      C: t2 UID FETCH 1 (UID FLAGS)
      S: * 1 FETCH (UID 1 FLAGS (${found}))
      S: t2 OK`;
    assert.deepEqual(await outcomeOf(script, { 1: "a" }, { 1: "a x" }), {
      said: ["1 refused"],
      news: {},
      known: { 1: found },
    });
  });
}

test("a message that is gone is known to have nothing else", async () => {
  const script = String.raw`
    C: t1 UID STORE 1:2 +FLAGS.SILENT (x)
    S: t1 OK
    C: t2 UID FETCH 1:2 (UID FLAGS)
    S: * 1 FETCH (UID 2 FLAGS (x))
    S: t2 OK`;
  const { said, news } = await outcomeOf(script, { 1: "", 2: "" }, { 1: "x", 2: "x" });
  assert.deepEqual({ said, news }, { said: ["1:2: x"], news: {} });
});
