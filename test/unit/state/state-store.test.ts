import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { flagSet, noFlags } from "../../../src/model/flags.ts";
import { KnownFlags } from "../../../src/model/known-flags.ts";
import { type PerSide, type Side, sides } from "../../../src/model/side.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { formatUidSet } from "../../../src/model/uid-set-text.ts";
import { openStore } from "../../../src/state/open-store.ts";
import type { Store } from "../../../src/state/state-store.ts";
import type { MailboxSummary } from "../../../src/state/summaries.ts";
import { dump, execute, failure, temporaryDirectory } from "./databases.ts";

const states = {
  local: { uidValidity: 0xffff_ffff, uidNext: 17, highestModSeq: 2n ** 63n - 1n },
  remote: { uidValidity: 1, uidNext: 0xffff_ffff, highestModSeq: 2n ** 64n - 1n },
};

function newStore(t: TestContext): Store {
  const store = openStore({ path: join(temporaryDirectory(t), "x.db") });
  t.after(() => {
    store.close();
  });
  return store;
}

function newMailbox(t: TestContext): { store: Store; idx: number } {
  const store = newStore(t);
  return { store, idx: store.addMailbox("INBOX", true) };
}

function openStoreWith<T>(path: string, work: (store: Store) => T): T {
  const store = openStore({ path });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

function allPairs(store: Store, idx: number): PerSide<number>[] {
  return [...store.mappings.all(idx, 1000)].flat();
}

test("names are octets, NUL included; idx counts up", (t) => {
  const store = newStore(t);
  const names = ["INBOX", "a\0b", "a", "A", "\xff\xe9"];
  assert.deepEqual(
    names.map((name) => store.addMailbox(name, name.startsWith("a"))),
    [1, 2, 3, 4, 5],
  );
  const none = { local: undefined, remote: undefined };
  assert.deepEqual(
    store.mailboxes(),
    names.map((name, i) => ({
      idx: i + 1,
      name,
      subscribed: name.startsWith("a"),
      states: none,
      isUnfinished: false,
    })),
  );
});

test("a name is there once", (t) => {
  const { store } = newMailbox(t);
  assert.throws(() => store.addMailbox("INBOX", true), failure("BUG", /UNIQUE constraint failed: mailboxes\.mailbox/));
});

test("setSubscribed", (t) => {
  const { store, idx } = newMailbox(t);
  const other = store.addMailbox("other", false);
  store.setSubscribed(idx, false);
  store.setSubscribed(other, true);
  assert.deepEqual(
    store.mailboxes().map(({ subscribed }) => subscribed),
    [false, true],
  );
});

test("renameMailbox keeps the idx and what is known", (t) => {
  const { store, idx } = newMailbox(t);
  const counts = { local: 4, remote: 3 };
  store.checkpoint(idx, states, counts);
  store.renameMailbox(idx, "a\0\xff");
  assert.deepEqual(store.mailboxes(), [{ idx, name: "a\0\xff", subscribed: true, states, isUnfinished: false }]);
  assert.deepEqual(store.allMessageCounts(), new Map([[idx, counts]]));
  const other = store.addMailbox("b", false);
  assert.throws(
    () => {
      store.renameMailbox(other, "a\0\xff");
    },
    failure("BUG", /UNIQUE constraint failed/),
  );
});

test("removeMailbox leaves nothing of it in any table, and the others as they are", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const store = openStore({ path });
  const fill = (name: string): number => {
    const idx = store.addMailbox(name, true);
    store.checkpoint(idx, states, { local: 1, remote: 2 });
    store.transfers.mark([{ idx, floors: { local: 1, remote: 1 } }]);
    store.mappings.add(idx, [{ local: 1, remote: 2 }]);
    store.refusals.recordMessage(idx, { side: "local", uid: 3, size: 0, messageId: undefined, reason: "no" });
    store.refusals.recordChanges(idx, { side: "remote", uids: uidSetOf([2]), what: "deletion", reason: "no" });
    const now = new Date();
    store.refusals.recordWait({
      ...{ idx, side: "local", firstUid: 3, reason: "no" },
      since: now,
      nextAttempt: now,
      attempts: 1,
    });
    store.transfers.addSuspects(idx, "local", [3]);
    store.transfers.noteMisread(idx, "local");
    store.stuck.set(idx, "local", true);
    store.transfers.noteSent(idx, "local", uidSetOf([3]));
    store.losses.noteStock(idx, 5);
    store.losses.noteEmptied(idx);
    store.refusals.noteUnkept(idx, "local", flagSet(["work"]));
    store.noteMailboxId(idx, "local", name);
    store.remoteNames.note(idx, { name: `${name} there`, use: "" });
    store.lifted.note(idx, "local", uidSetOf([1]));
    store.unstable.note(idx, "local", true);
    const known = new KnownFlags();
    known.set(1, noFlags);
    store.flagsKnown.save(idx, "local", known);
    return idx;
  };
  const [first, second] = [fill("a"), fill("b")];
  store.removeMailbox(first);
  assert.equal(store.addMailbox("a", false), second + 1, "an idx is never given twice");
  store.removeMailbox(second + 1);
  store.close();
  for (const [table, rows] of Object.entries(dump(path).rows)) {
    if (!["sqlite_sequence", "accounts", "left_out", "deleted_mailboxes"].includes(table))
      assert.deepEqual([table, ...rows.map(([idx]) => idx)], [table, BigInt(second)]);
  }
});

test("a checkpoint saves and replaces both states, to the last bit", (t) => {
  const { store, idx } = newMailbox(t);
  store.checkpoint(idx, states);
  assert.deepEqual(store.mailboxes()[0]?.states, states);
  const swapped = { local: states.remote, remote: states.local };
  store.checkpoint(idx, swapped);
  assert.deepEqual(store.mailboxes()[0]?.states, swapped);
});

test("noteMailboxId: of a side each, the last one", (t) => {
  const { store, idx } = newMailbox(t);
  assert.deepEqual(store.mailboxIds("local"), new Map());
  for (const side of sides) store.noteMailboxId(idx, side, `of-${side}`);
  store.noteMailboxId(idx, "local", "x".repeat(255));
  assert.deepEqual(store.mailboxIds("local"), new Map([[idx, "x".repeat(255)]]));
  assert.deepEqual(store.mailboxIds("remote"), new Map([[idx, "of-remote"]]));
  store.noteMailboxId(idx, "remote", undefined);
  assert.deepEqual(store.mailboxIds("remote"), new Map());
});

test("message counts belong to the checkpoint they came with", (t) => {
  const { store, idx } = newMailbox(t);
  assert.equal(store.messageCounts(idx), undefined);
  store.checkpoint(idx, states, { local: 0, remote: 3 });
  assert.deepEqual(store.messageCounts(idx), { local: 0, remote: 3 });
  store.checkpoint(idx, states, { local: 4, remote: 3 });
  assert.deepEqual(store.messageCounts(idx), { local: 4, remote: 3 });
  store.checkpoint(idx, states);
  assert.equal(store.messageCounts(idx), undefined);
});

test("when a mailbox was synchronised: set with the counts, kept while nothing changes", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_999 });
  const { store, idx } = newMailbox(t);
  const time = (): number | undefined => store.summaries()[0]?.synchronisedAt?.getTime();
  store.checkpoint(idx, states);
  assert.equal(time(), undefined, "a mailbox that is only met");
  store.checkpoint(idx, states, { local: 0, remote: 0 });
  assert.equal(time(), 1_700_000_000_000);
  t.mock.timers.tick(10_000);
  store.checkpoint(idx, states, { local: 0, remote: 0 });
  assert.equal(time(), 1_700_000_000_000, "nothing to do");
  const more = { ...states, local: { ...states.local, highestModSeq: 2n ** 63n } };
  store.checkpoint(idx, more, { local: 0, remote: 0 });
  assert.equal(time(), 1_700_000_010_000);
  t.mock.timers.tick(10_000);
  store.startOver(idx, states);
  assert.equal(time(), 1_700_000_010_000, "it was so once");
});

test("summaries show all of each mailbox, in the order of mailboxes()", (t) => {
  const { store, idx } = newMailbox(t);
  const other = store.addMailbox("a", false);
  store.checkpoint(idx, states, { local: 4, remote: 5 });
  store.mappings.add(idx, [
    { local: 1, remote: 2 },
    { local: 3, remote: 4 },
  ]);
  store.transfers.mark([{ idx: other, floors: { local: 1, remote: 1 } }]);
  const [first, second] = store.mailboxes();
  const [{ synchronisedAt, ...summary }, ...rest] = store.summaries() as [MailboxSummary, ...MailboxSummary[]];
  assert.ok(synchronisedAt instanceof Date);
  assert.deepEqual(summary, { ...first, messages: { local: 4, remote: 5 }, mappings: 2, isUnfinished: false });
  assert.deepEqual(rest, [
    { ...second, synchronisedAt: undefined, messages: undefined, mappings: 0, isUnfinished: true },
  ]);
});

test("the interruption marker lasts until the checkpoint and keeps the lower floors", (t) => {
  const { store, idx } = newMailbox(t);
  const other = store.addMailbox("other", false);
  assert.equal(store.transfers.interruption(idx), undefined);
  store.transfers.mark([{ idx, floors: { local: 10, remote: 20 } }]);
  store.transfers.mark([{ idx: other, floors: { local: 1, remote: 1 } }]);
  store.transfers.mark([{ idx, floors: { local: 15, remote: 5 } }]);
  assert.deepEqual(store.transfers.interruption(idx), { local: 10, remote: 5 });
  store.checkpoint(idx, states);
  assert.equal(store.transfers.interruption(idx), undefined);
  assert.deepEqual(store.transfers.interruption(other), { local: 1, remote: 1 });
});

test("a failed checkpoint leaves the last one and the marker", (t) => {
  const { store, idx } = newMailbox(t);
  store.checkpoint(idx, states, { local: 1, remote: 1 });
  store.transfers.mark([{ idx, floors: { local: 1, remote: 1 } }]);
  const wrong = { local: states.remote, remote: { ...states.remote, uidValidity: 0 } };
  assert.throws(
    () => {
      store.checkpoint(idx, wrong);
    },
    failure("BUG", /CHECK constraint failed/),
  );
  assert.deepEqual(store.mailboxes()[0]?.states, states);
  assert.deepEqual(store.messageCounts(idx), { local: 1, remote: 1 });
  assert.deepEqual(store.transfers.interruption(idx), { local: 1, remote: 1 });
});

test("nothing is saved for a mailbox that is not there", (t) => {
  const store = newStore(t);
  assert.throws(
    () => {
      store.checkpoint(1, states);
    },
    failure("BUG", /FOREIGN KEY/),
  );
  assert.throws(
    () => {
      store.mappings.add(1, [{ local: 1, remote: 1 }]);
    },
    failure("BUG", /FOREIGN KEY/),
  );
});

test("mapping rows are added all or none", (t) => {
  const { store, idx } = newMailbox(t);
  store.mappings.add(idx, [{ local: 1, remote: 5 }]);
  for (const taken of [
    { local: 1, remote: 6 },
    { local: 2, remote: 5 },
  ]) {
    assert.throws(
      () => {
        store.mappings.add(idx, [{ local: 9, remote: 9 }, taken]);
      },
      failure("BUG", /UNIQUE constraint failed/),
    );
  }
  assert.deepEqual(store.mappings.uids(idx, "local"), { ranges: [[1, 1]] });
});

test("mapping rows are removed by local UID, in their mailbox only", (t) => {
  const { store, idx } = newMailbox(t);
  const other = store.addMailbox("other", false);
  const pairs = [1, 2, 3].map((uid) => ({ local: uid, remote: uid + 10 }));
  store.mappings.add(idx, pairs);
  store.mappings.add(other, pairs);
  store.mappings.remove(idx, [2, 3, 4]);
  assert.deepEqual(store.mappings.uids(idx, "remote"), { ranges: [[11, 11]] });
  assert.deepEqual(store.mappings.uids(other, "remote"), { ranges: [[11, 13]] });
});

test("pairs are found from either side, in the order of the side asked for", (t) => {
  const { store, idx } = newMailbox(t);
  const maxUid = 0xffff_ffff;
  store.mappings.add(idx, [
    { local: 1, remote: maxUid },
    { local: 2, remote: 7 },
    { local: maxUid, remote: 3 },
  ]);
  assert.deepEqual(store.mappings.pairsOf(idx, "local", { ranges: [[2, maxUid]] }), [
    { local: 2, remote: 7 },
    { local: maxUid, remote: 3 },
  ]);
  assert.deepEqual(store.mappings.pairsOf(idx, "remote", uidSetOf([3, 5, 7, maxUid])), [
    { local: maxUid, remote: 3 },
    { local: 2, remote: 7 },
    { local: 1, remote: maxUid },
  ]);
  assert.deepEqual(store.mappings.pairsOf(idx, "remote", { ranges: [] }), []);
  assert.deepEqual(store.mappings.pairsOf(idx + 1, "remote", { ranges: [[1, maxUid]] }), []);
});

test("mapped UIDs and their count have a lower and an upper bound", (t) => {
  const { store, idx } = newMailbox(t);
  const pairs = [3, 4, 5, 9].map((uid) => ({ local: uid, remote: 2 * uid }));
  store.mappings.add(idx, pairs);
  assert.deepEqual(store.mappings.uids(idx, "local", 4).ranges, [
    [4, 5],
    [9, 9],
  ]);
  assert.deepEqual(store.mappings.uids(idx, "local", 10).ranges, []);
  assert.equal(store.mappings.count(idx), pairs.length);
});

test("a sequence sample is dense towards the end", (t) => {
  const { store, idx } = newMailbox(t);
  store.mappings.add(
    idx,
    Array.from({ length: 100 }, (_, i) => ({ local: 1000 - 3 * i, remote: 10 * (i + 1) })),
  );
  assert.deepEqual(
    store.mappings.sequenceSample(idx, "remote", { below: 10_000, count: 100, limit: 20 }),
    [50, 75, 88, 94, 97, 99, 100].map((rank) => [rank, 10 * rank]),
  );
  // 90 messages below UID 901, few pairs
  assert.deepEqual(
    store.mappings.sequenceSample(idx, "remote", { below: 901, count: 90, limit: 3 }),
    [45, 68, 90].map((rank) => [rank, 10 * rank]),
  );
  assert.deepEqual(store.mappings.sequenceSample(idx, "local", { below: 704, count: 1, limit: 20 }), [[1, 703]]);
  assert.deepEqual(store.mappings.sequenceSample(idx, "local", { below: 703, count: 0, limit: 20 }), []);
  assert.deepEqual(store.mappings.sequenceSample(idx, "local", { below: 10_000, count: 100, limit: 0 }), []);
});

test("refused messages are counted, listed and cleared", (t) => {
  const { store, idx } = newMailbox(t);
  const other = store.addMailbox("other", false);
  const big = { side: "remote", uid: 7, size: 5_000_000_000, messageId: "<a@b>", reason: "[LIMIT] Too big" } as const;
  const odd = { side: "local", uid: 7, size: 1, messageId: undefined, reason: "NUL é" } as const;
  store.refusals.recordMessage(idx, big, new Date(1_000_000));
  store.refusals.recordMessage(idx, { ...big, reason: "[OVERQUOTA] Full" }, new Date(2_000_999));
  store.refusals.recordMessage(idx, odd, new Date(3_000_000));
  store.refusals.recordMessage(other, odd, new Date(4_000_000));
  const once = (at: number): object => ({ firstAttempt: new Date(at), lastAttempt: new Date(at), attempts: 1 });
  assert.deepEqual(store.refusals.messages(idx), [
    { idx, ...odd, ...once(3_000_000) },
    {
      ...{ idx, ...big, reason: "[OVERQUOTA] Full" },
      ...{ firstAttempt: new Date(1_000_000), lastAttempt: new Date(2_000_000), attempts: 2 },
    },
  ]);
  store.refusals.clearMessage(idx, "remote", 7);
  assert.deepEqual(store.refusals.messages(), [
    { idx, ...odd, ...once(3_000_000) },
    { idx: other, ...odd, ...once(4_000_000) },
  ]);
});

test("a transaction is undone when its work throws, and an inner one alone", (t) => {
  const { store, idx } = newMailbox(t);
  const stop = new Error("stop");
  const add = (uid: number): void => {
    store.mappings.add(idx, [{ local: uid, remote: uid }]);
  };
  const failing = (uid: number): void => {
    store.transaction(() => {
      add(uid);
      throw stop;
    });
  };
  assert.throws(() => {
    failing(1);
  }, stop);
  const result = store.transaction(() => {
    add(2);
    assert.throws(() => {
      failing(3);
    }, stop);
    return "done";
  });
  assert.equal(result, "done");
  for (const side of sides) assert.deepEqual(store.mappings.uids(idx, side), { ranges: [[2, 2]] });
});

test("startOver keeps the mappings, and has everything looked at and matched until the next checkpoint", (t) => {
  const { store, idx } = newMailbox(t);
  store.checkpoint(idx, states, { local: 2, remote: 2 });
  store.transfers.mark([{ idx, floors: { local: 17, remote: 5 } }]);
  store.mappings.add(idx, [{ local: 3, remote: 4 }]);
  const fresh = { ...states, local: { uidValidity: 7, uidNext: 1, highestModSeq: 0n } };
  store.startOver(idx, fresh);
  const [{ states: saved, isUnfinished } = {}] = store.mailboxes();
  assert.deepEqual(saved, fresh);
  assert.equal(isUnfinished, true);
  assert.deepEqual(store.transfers.interruption(idx), { local: 1, remote: 1 });
  assert.equal(store.messageCounts(idx), undefined);
  assert.deepEqual(allPairs(store, idx), [{ local: 3, remote: 4 }]);
});

test("suspects stay until they are no longer missing", (t) => {
  const { store, idx } = newMailbox(t);
  const other = store.addMailbox("other", false);
  assert.deepEqual(store.transfers.mailboxesWithSuspects(), new Set());
  store.transfers.addSuspects(idx, "local", [7, 5, 6]);
  store.transfers.addSuspects(idx, "local", [7, 8]);
  store.transfers.addSuspects(idx, "remote", [5]);
  store.transfers.addSuspects(other, "local", [9]);
  assert.ok(!store.transfers.hasMisread("local"));
  store.transfers.noteMisread(idx, "local");
  store.transfers.noteMisread(idx, "local");
  store.transfers.noteMisread(idx, "remote");
  const misread = (): unknown[] => sides.filter((side) => store.transfers.hasMisread(side));
  assert.deepEqual(misread(), ["local", "remote"]);
  assert.equal(formatUidSet(store.transfers.suspects(idx, "local")), "5:8");
  assert.equal(formatUidSet(store.transfers.suspects(idx, "remote")), "5");
  assert.deepEqual(store.transfers.mailboxesWithSuspects(), new Set([idx, other]));

  store.refusals.recordMessage(idx, { side: "local", uid: 6, size: 1, messageId: undefined, reason: "no" });
  store.refusals.recordMessage(other, { side: "local", uid: 5, size: 1, messageId: undefined, reason: "no" });
  store.checkpoint(idx, states);
  assert.equal(formatUidSet(store.transfers.suspects(idx, "local")), "5:8", "the round is not complete");
  store.checkpoint(idx, states, { local: 1, remote: 1 });
  assert.equal(formatUidSet(store.transfers.suspects(idx, "local")), "6", "it was refused, and will be offered again");
  assert.deepEqual(misread(), ["local"]);
  assert.equal(formatUidSet(store.transfers.suspects(idx, "remote")), "");
  assert.equal(formatUidSet(store.transfers.suspects(other, "local")), "9");

  store.forgetMessages(idx);
  assert.deepEqual(store.transfers.mailboxesWithSuspects(), new Set([other]));
  assert.deepEqual(misread(), []);
});

test("mappings are counted: all, those of a mailbox, those below a UID", (t) => {
  const { store, idx } = newMailbox(t);
  const other = store.addMailbox("other", false);
  assert.equal(store.mappings.countAll(), 0);
  const pairs = [
    { local: 3, remote: 0xffff_ffff },
    { local: 4, remote: 1 },
  ];
  store.mappings.add(idx, pairs);
  store.mappings.add(other, pairs.slice(1));
  assert.equal(store.mappings.countAll(), 3);
  assert.equal(store.mappings.count(idx), 2);
  assert.equal(store.mappings.count(other), 1);
});

test("forgetMessages takes one mailbox's mappings and refusals", (t) => {
  const { store, idx } = newMailbox(t);
  const other = store.addMailbox("other", false);
  for (const each of [idx, other]) {
    store.mappings.add(each, [{ local: 3, remote: 4 }]);
    store.refusals.recordMessage(each, { side: "local", uid: 1, size: 1, messageId: undefined, reason: "no" });
  }
  store.forgetMessages(idx);
  assert.deepEqual([allPairs(store, idx), store.refusals.messages(idx)], [[], []]);
  assert.deepEqual([allPairs(store, other).length, store.refusals.messages(other).length], [1, 1]);
});

test("allPairs gives rows in the order of local UIDs", (t) => {
  const { store, idx } = newMailbox(t);
  store.mappings.add(idx, [
    { local: 9, remote: 1 },
    { local: 2, remote: 3 },
  ]);
  store.check();
  assert.deepEqual(allPairs(store, idx), [
    { local: 2, remote: 3 },
    { local: 9, remote: 1 },
  ]);
});

test("allPairs gives slices of the size asked for; rows may be removed in between", (t) => {
  const { store, idx } = newMailbox(t);
  const pairs = [1, 2, 5, 6, 8].map((uid) => ({ local: uid, remote: 10 - uid }));
  store.mappings.add(idx, pairs);
  for (const [size, slices] of [
    [2, ["1,2", "5,6", "8"]],
    [5, ["1,2,5,6,8"]],
    [9, ["1,2,5,6,8"]],
  ] as const) {
    assert.deepEqual(
      [...store.mappings.all(idx, size)].map((slice) => slice.map(({ local }) => local).join()),
      slices,
    );
  }
  const seen: number[] = [];
  for (const slice of store.mappings.all(idx, 2)) {
    const uids = slice.map(({ local }) => local);
    seen.push(...uids);
    store.mappings.remove(idx, uids);
  }
  assert.deepEqual(seen, [1, 2, 5, 6, 8]);
});

test("what mailboxes had before their first deletion of the last 24 hours", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 * 3_600_000 });
  const later = (hours: number): void => {
    t.mock.timers.setTime(Date.now() + hours * 3_600_000);
  };
  const store = newStore(t);
  const [a, b] = [store.addMailbox("a", false), store.addMailbox("b", false)];
  store.losses.noteStock(a, 100);
  store.losses.noteStock(a, 90);
  later(3);
  store.losses.noteStock(a, 80);
  store.losses.noteStock(b, 5);
  assert.deepEqual(Object.fromEntries(store.losses.earlierStocks()), { [a]: 100, [b]: 5 });
  later(21);
  assert.deepEqual(Object.fromEntries(store.losses.earlierStocks()), { [a]: 80, [b]: 5 });
  store.losses.forgetStock(a);
  assert.deepEqual(Object.fromEntries(store.losses.earlierStocks()), { [b]: 5 });

  assert.equal(store.losses.wasEmptied(a), false);
  store.losses.noteEmptied(a);
  later(29 * 24);
  assert.equal(store.losses.wasEmptied(a), true);
  assert.equal(store.losses.wasEmptied(b), false);
  later(2 * 24);
  assert.equal(store.losses.wasEmptied(a), false);
  store.removeMailbox(a);
});

test("mailboxes that were deleted as a whole count for 24 hours, once nothing is known of them", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 * 3_600_000 });
  const later = (hours: number): void => {
    t.mock.timers.setTime(Date.now() + hours * 3_600_000);
  };
  const store = newStore(t);
  const [a, b, c] = ["a", "b", "c"].map((name) => store.addMailbox(name, false)) as [number, number, number];
  const none = { mailboxes: 0, messages: 0 };
  store.losses.noteStock(b, 60);
  store.losses.noteDeletions([
    { idx: a, side: "local", messages: 10 },
    { idx: b, side: "local", messages: 20 },
    { idx: c, side: "remote", messages: 30 },
  ]);
  assert.deepEqual(store.losses.deletedMailboxes(), { local: none, remote: none });
  store.removeMailbox(a);
  store.removeMailbox(b);
  const both = { local: { mailboxes: 2, messages: 70 }, remote: none };
  assert.deepEqual(store.losses.deletedMailboxes(), both, "with what was deleted in them before");
  later(3);
  store.losses.forgetDeletion(c);
  store.removeMailbox(c);
  assert.deepEqual(store.losses.deletedMailboxes(), both);
  later(-1_000);
  assert.deepEqual(store.losses.deletedMailboxes(), both, "by a clock that was wrong");
  later(23);
  assert.deepEqual(store.losses.deletedMailboxes(), both);
  later(1);
  assert.deepEqual(store.losses.deletedMailboxes(), { local: none, remote: none });
  later(-1);
  store.losses.forgetDeletions();
  assert.deepEqual(store.losses.deletedMailboxes(), { local: none, remote: none });
});

describe("what was sent and not confirmed", () => {
  const shown = (store: Store, idx: number, side: Side = "local"): string[] =>
    store.transfers.unconfirmed(idx, side).map((uids) => formatUidSet(uids));

  test("is known until each message is confirmed, in whatever portions", (t) => {
    const { store, idx } = newMailbox(t);
    const other = store.addMailbox("other", false);
    store.transfers.noteSent(idx, "local", {
      ranges: [
        [1, 5],
        [8, 9],
      ],
    });
    store.transfers.noteSent(idx, "remote", uidSetOf([3]));
    store.transfers.noteSent(other, "local", uidSetOf([3]));
    assert.deepEqual(shown(store, idx), ["1:5,8:9"]);
    store.transfers.noteConfirmed(idx, "local", { ranges: [[8, 9]] });
    store.transfers.noteConfirmed(idx, "local", uidSetOf([3, 4, 17]));
    assert.deepEqual(shown(store, idx), ["1:2,5"]);
    store.transfers.noteConfirmed(idx, "local", { ranges: [[1, 9]] });
    assert.deepEqual([shown(store, idx), shown(store, idx, "remote"), shown(store, other)], [[], ["3"], ["3"]]);
  });

  test("counts as often as it was sent", (t) => {
    const { store, idx } = newMailbox(t);
    store.transfers.noteSent(idx, "local", { ranges: [[1, 5]] });
    store.transfers.noteSent(idx, "local", { ranges: [[1, 5]] });
    store.transfers.noteSent(idx, "local", { ranges: [[2, 3]] });
    assert.deepEqual(shown(store, idx), ["1:5", "1:5", "2:3"]);
    store.transfers.noteConfirmed(idx, "local", uidSetOf([3]));
    assert.deepEqual(shown(store, idx), ["1:5", "1:5", "2"]);
    store.transfers.noteConfirmed(idx, "local", { ranges: [[1, 5]] });
    assert.deepEqual(shown(store, idx), ["1:5", "2"]);
    store.transfers.noteConfirmed(idx, "local", { ranges: [[1, 5]] });
    assert.deepEqual(shown(store, idx), ["2"]);
  });

  test("is forgotten after an hour, but counts anew after an interruption", (t) => {
    const { store, idx } = newMailbox(t);
    t.mock.timers.enable({ apis: ["Date"], now: 1_000_000_000_000 });
    store.transfers.noteSent(idx, "local", uidSetOf([1]));
    t.mock.timers.setTime(1_000_000_000_000 + 3_600_000);
    assert.deepEqual(shown(store, idx), ["1"]);
    t.mock.timers.setTime(1_000_000_000_000 + 3_601_000);
    assert.deepEqual(shown(store, idx), []);
    store.checkpoint(idx, states);
    store.transfers.renewUnconfirmed(idx);
    assert.deepEqual(shown(store, idx), ["1"]);
    t.mock.timers.setTime(1_000_000_000_000 + 7_202_000);
    store.checkpoint(idx, states, { local: 1, remote: 1 });
    store.transfers.renewUnconfirmed(idx);
    assert.deepEqual(shown(store, idx), [], "a round was complete");
  });

  test("may be all UIDs there are, more often than anything is sent, in thousands of rows, until a time that is to come", (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: 1_000_000_000_000 });
    const path = join(temporaryDirectory(t), "x.db");
    const idx = openStoreWith(path, (store) => store.addMailbox("INBOX", true));
    execute(
      path,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       INSERT INTO unconfirmed SELECT ${idx}, 'local', i, 4294967295, 4294967295, 253402300799 FROM n`,
    );
    const store = openStore({ path });
    t.after(() => {
      store.close();
    });
    assert.deepEqual(shown(store, idx), Array<string>(100).fill("1:4294967295"));
    store.transfers.noteSent(idx, "local", { ranges: [[1, 4_294_967_295]] });
    assert.equal(shown(store, idx).length, 100, "counts no further");
    store.checkpoint(idx, states, { local: 1, remote: 1 });
    t.mock.timers.setTime(1_000_000_000_000 + 3_601_000);
    assert.deepEqual(shown(store, idx), []);
  });

  test("goes with the mailbox's messages", (t) => {
    const { store, idx } = newMailbox(t);
    store.transfers.noteSent(idx, "local", uidSetOf([1]));
    store.forgetMessages(idx);
    assert.deepEqual(shown(store, idx), []);
  });
});

test("noteUnkept: a side at a time, written once a day, until none are left or its messages are forgotten", (t) => {
  const { store, idx } = newMailbox(t);
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000_000_000 });
  const noted = (): unknown[] =>
    store.refusals.unkept(idx).map(({ side, flags, at }) => [side, flags.key, at.getTime() / 1000 - 1_000_000_000]);
  store.refusals.noteUnkept(idx, "local", noFlags);
  for (const side of sides) store.refusals.noteUnkept(idx, side, flagSet(["\\Flagged", "work"]));
  t.mock.timers.setTime(1_000_000_000_000 + 86_399_000);
  store.refusals.noteUnkept(idx, "remote", flagSet(["\\Flagged", "work"]));
  store.refusals.noteUnkept(idx, "local", flagSet(["work"]));
  assert.deepEqual(noted(), [
    ["local", "work", 86_399],
    ["remote", "\\Flagged work", 0],
  ]);
  assert.equal(store.refusals.unkept().length, 2);
  t.mock.timers.setTime(1_000_000_000_000 + 86_400_000);
  store.refusals.noteUnkept(idx, "remote", flagSet(["\\Flagged", "work"]));
  store.refusals.noteUnkept(idx, "local", noFlags);
  assert.deepEqual(noted(), [["remote", "\\Flagged work", 86_400]]);
  t.mock.timers.setTime(1_000_000_000_000);
  store.refusals.noteUnkept(idx, "remote", flagSet(["\\Flagged", "work"]));
  assert.deepEqual(noted(), [["remote", "\\Flagged work", 0]], "the clock was put back");
  store.forgetMessages(idx);
  assert.deepEqual(noted(), []);
});

test("stuck: a side at a time, until its messages are forgotten", (t) => {
  const { store, idx } = newMailbox(t);
  const stuck = (): unknown[] => sides.filter((side) => store.stuck.has(idx, side));
  for (const side of sides) for (let i = 0; i < 2; i++) store.stuck.set(idx, side, true);
  assert.deepEqual(stuck(), ["local", "remote"]);
  store.stuck.set(idx, "local", false);
  assert.deepEqual(stuck(), ["remote"]);
  store.forgetMessages(idx);
  assert.deepEqual(stuck(), []);
});

describe("what a clock that was a year ahead has noted", () => {
  const now = 1_700_000_000_000;
  const year = 8_766 * 3_600_000;
  const ahead = (t: TestContext): { readonly store: Store; readonly idx: number } => {
    const made = newMailbox(t);
    t.mock.timers.enable({ apis: ["Date"], now: now + year });
    return made;
  };
  const isPast = (time: Date | undefined): boolean => time !== undefined && time.getTime() <= now;

  test("losses count as recent ones, for a day, and no permission is left", (t) => {
    const { store, idx } = ahead(t);
    store.losses.noteStock(idx, 100);
    t.mock.timers.setTime(now + year + 2 * 3_600_000);
    store.losses.noteStock(idx, 60);
    store.losses.noteEmptied(idx);
    t.mock.timers.setTime(now);
    assert.equal(store.losses.wasEmptied(idx), false);
    assert.deepEqual(Object.fromEntries(store.losses.earlierStocks()), { [idx]: 100 });
    store.losses.noteStock(idx, 50);
    t.mock.timers.setTime(now + 23 * 3_600_000);
    assert.deepEqual(Object.fromEntries(store.losses.earlierStocks()), { [idx]: 100 });
    t.mock.timers.setTime(now + 25 * 3_600_000);
    assert.equal(store.losses.earlierStocks().size, 0);
  });

  test("the first attempt, the begin of a wait and the last round are not later than what follows", (t) => {
    const { store, idx } = ahead(t);
    const refusal = { side: "local", uid: 1, size: 1, messageId: undefined, reason: "no" } as const;
    const change = { side: "local", uids: uidSetOf([2]), what: "flags", reason: "no" } as const;
    const note = (): void => {
      store.refusals.recordMessage(idx, refusal);
      store.refusals.recordChanges(idx, change);
      const since = new Date();
      store.refusals.recordWait({
        idx,
        side: "local",
        firstUid: 3,
        reason: "no",
        since,
        nextAttempt: since,
        attempts: 1,
      });
      store.checkpoint(idx, states, { local: 1, remote: 1 });
    };
    note();
    t.mock.timers.setTime(now);
    note();
    for (const [one] of [store.refusals.messages(idx), store.refusals.changes(idx)]) {
      assert.ok(isPast(one?.firstAttempt) && isPast(one?.lastAttempt));
    }
    assert.ok(isPast(store.refusals.waits(idx)[0]?.since));
    assert.ok(isPast(store.summaries()[0]?.synchronisedAt));
  });
});

test("attempts count as far as their columns go, and times to come are none of ours", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const refusal = { side: "local", size: 1, messageId: undefined, reason: "no" } as const;
  const change = { side: "local", uids: uidSetOf([1]), what: "flags", reason: "no" } as const;
  const idx = openStoreWith(path, (store) => {
    const idx = store.addMailbox("INBOX", true);
    store.refusals.recordMessage(idx, { ...refusal, uid: 1 });
    store.refusals.recordChanges(idx, change);
    store.losses.noteStock(idx, 5);
    store.losses.noteEmptied(idx);
    return idx;
  });
  execute(
    path,
    `UPDATE refused SET attempts = 4294967295; UPDATE refused_changes SET attempts = 4294967295;
     UPDATE stocks SET hour = 4294967295; UPDATE emptied SET at = 253402300799`,
  );
  openStoreWith(path, (store) => {
    store.refusals.recordMessage(idx, { ...refusal, uid: 1 });
    store.refusals.recordChanges(idx, change);
    assert.equal(store.refusals.messages(idx)[0]?.attempts, 4_294_967_295);
    assert.equal(store.refusals.changes(idx)[0]?.attempts, 4_294_967_295);
    assert.equal(store.losses.wasEmptied(idx), false);
    assert.equal(store.losses.earlierStocks().size, 0);
  });
});
