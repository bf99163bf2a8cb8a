import assert from "node:assert/strict";
import { test } from "node:test";
import { type FlagChange, PendingChanges } from "../../../../src/imap/mailbox/pending-changes.ts";
import { flagSet } from "../../../../src/model/flags.ts";
import { KnownFlags } from "../../../../src/model/known-flags.ts";
import { uidSetOf } from "../../../../src/model/uid-set.ts";
import { FlagLedger } from "../../../../src/sync/flags/flag-ledger.ts";

function change(flags: string, modSeq: bigint): FlagChange {
  return { flags: flagSet([flags]), modSeq };
}

/** With a report of each of these messages. */
function ledgerOf(reports: Readonly<Record<number, FlagChange>>) {
  const pending = new PendingChanges();
  for (const [uid, report] of Object.entries(reports)) pending.report(Number(uid), report);
  return { pending, ledger: new FlagLedger(pending) };
}

/** `{ 3: "a @7" }` for UID 3 with the flag `a` at mod-sequence 7. */
function written(changes: ReadonlyMap<number, FlagChange>): Record<number, string> {
  return Object.fromEntries([...changes].map(([uid, { flags, modSeq }]) => [uid, `${flags.key} @${String(modSeq)}`]));
}

test("what is reported is taken once, and what was taken is off the book", () => {
  const { ledger, pending } = ledgerOf({ 1: change("a", 5n), 2: change("b", 6n) });
  assert.deepEqual([ledger.hasNews, ledger.count, ledger.changedUids], [true, 2, [1, 2]]);
  assert.deepEqual(written(ledger.take()), { 1: "a @5", 2: "b @6" });
  assert.deepEqual([ledger.hasNews, ledger.count, ledger.changeOf(1)], [false, 0, undefined]);
  pending.report(1, change("c", 7n));
  assert.deepEqual(written(ledger.take()), { 1: "c @7" });
});

test("flags that a message is known to have are no news when they are reported again; others are", () => {
  const { ledger } = ledgerOf({ 1: change("a", 5n), 2: change("own", 6n) });
  ledger.learn(2, flagSet(["own"]));
  assert.equal(ledger.hasNews, true);
  ledger.learn(1, flagSet(["A"]));
  assert.deepEqual([ledger.hasNews, ledger.count], [false, 2]);
  ledger.learn(1, flagSet(["b"]));
  assert.deepEqual(written(ledger.take()), { 1: "a @5" });
});

test("what somebody else changed is news whatever it has", () => {
  const { ledger } = ledgerOf({ 1: change("a", 5n) });
  ledger.learn(1, flagSet(["a"]));
  ledger.forget(1);
  assert.equal(ledger.known(1), undefined);
  assert.deepEqual(written(ledger.take()), { 1: "a @5" });
});

test("what was found by asking is to be dealt with, unless the server reported something later meanwhile", () => {
  const { ledger } = ledgerOf({ 1: change("later", 9n), 2: change("older", 3n) });
  for (const uid of [1, 2, 3]) ledger.note(uid, change("found", 5n));
  assert.deepEqual(written(ledger.take()), { 1: "later @9", 2: "found @5", 3: "found @5" });
  ledger.learn(4, flagSet(["found"]));
  ledger.note(4, change("found", 5n));
  assert.equal(ledger.hasNews, false);
  ledger.renew(4, change("found", 5n));
  assert.deepEqual(written(ledger.take()), { 4: "found @5" });
});

test("a change that is dealt with once more has the flags that are known by now, unless something was reported since", () => {
  const { ledger, pending } = ledgerOf({});
  ledger.learn(2, flagSet(["united"]));
  ledger.learn(3, flagSet(["united"]));
  pending.report(3, change("since", 0n));
  for (const uid of [1, 2, 3]) ledger.reopen(uid, change("taken", 5n));
  assert.deepEqual(written(ledger.take()), { 1: "taken @5", 2: "united @5", 3: "since @0" });
  assert.equal(ledger.known(2), undefined);
});

test("flags that were read on purpose supersede what was reported before, and are known once they are settled", () => {
  const { ledger, pending } = ledgerOf({ 1: change("a", 5n), 2: change("b", 6n) });
  ledger.discard(1);
  ledger.settle(2, flagSet(["read"]));
  assert.deepEqual([ledger.count, ledger.known(1), ledger.known(2)], [0, undefined, flagSet(["read"])]);
  pending.report(2, change("read", 7n));
  assert.equal(ledger.hasNews, false);
});

test("changes of messages that are said to have vanished are not taken, but are on the book", () => {
  const { ledger, pending } = ledgerOf({ 1: change("a", 5n), 2: change("b", 6n) });
  pending.noteVanished(uidSetOf([1]));
  assert.deepEqual(written(ledger.take()), { 2: "b @6" });
  assert.deepEqual([ledger.hasNews, ledger.changeOf(1), ledger.changedUids], [false, change("a", 5n), [1]]);
  assert.deepEqual(written(ledger.takeReports()), { 1: "a @5" });
  assert.deepEqual(ledger.changedUids, []);
});

test("flags that a side does not keep are new once", () => {
  const { ledger } = ledgerOf({});
  assert.equal(ledger.noteUnkept(flagSet(["a", "b"])), flagSet(["a", "b"]));
  assert.equal(ledger.noteUnkept(flagSet(["b", "c"])), flagSet(["c"]));
  assert.equal(ledger.unkept, flagSet(["a", "b", "c"]));
});

test("what is recorded of a message is what it has, until something else is known", () => {
  const [a, b, c] = ["a", "b", "c"].map((flag) => flagSet([flag]));
  const recorded = new KnownFlags();
  for (const uid of [1, 2, 3, 4, 5]) recorded.set(uid, a!);
  const ledger = new FlagLedger(new PendingChanges(), { recorded });
  assert.deepEqual([ledger.present(1), ledger.base(1), ledger.known(1)], [a, a, undefined]);
  assert.deepEqual([ledger.present(9), ledger.base(9)], [undefined, undefined]);
  ledger.learn(1, b!);
  assert.deepEqual([ledger.present(1), ledger.base(1)], [b, b], "the other side was told in this run");
  ledger.reopen(1, { flags: c!, modSeq: 0n });
  assert.deepEqual([ledger.base(1), ledger.changeOf(1)?.flags], [a, b], "dealt with once more");
  for (const [uid, undo] of [
    [2, () => void ledger.forget(2)],
    [3, () => void ledger.renew(3, { flags: b!, modSeq: 0n })],
    [4, () => void ledger.discard(4)],
    [5, () => void ledger.forgetBase(5)],
  ] as const) {
    undo();
    assert.deepEqual([ledger.present(uid), ledger.base(uid)], [undefined, undefined], String(uid));
    ledger.learn(uid, c!);
    assert.deepEqual([ledger.present(uid), ledger.base(uid)], [c, undefined], String(uid));
  }
});

test("where nothing is recorded, nothing is known of what both had", () => {
  const ledger = new FlagLedger(new PendingChanges());
  ledger.learn(1, flagSet(["a"]));
  assert.deepEqual([ledger.present(1), ledger.base(1)], [flagSet(["a"]), undefined]);
});

test("a change that nobody dealt with is not recorded: it is news to the next run", () => {
  const [a, b] = [flagSet(["a"]), flagSet(["b"])];
  const recorded = new KnownFlags();
  const now = new KnownFlags();
  for (const uid of [1, 2]) recorded.set(uid, a);
  for (const uid of [1, 2, 3]) now.set(uid, b);
  const pending = new PendingChanges();
  const ledger = new FlagLedger(pending, { recorded, now });
  ledger.learn(1, b);
  for (const uid of [1, 2, 3]) pending.report(uid, { flags: b, modSeq: 0n });
  const settled = ledger.settled();
  const expected = [
    [1, b],
    [2, a],
  ] as const;
  assert.deepEqual([...(settled?.entries() ?? [])], expected);
  assert.equal(new FlagLedger(pending).settled(), undefined, "where none are recorded");
});
