// What a selected mailbox's view makes of what its server says, line by line.

import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, withCondstore, withQresync } from "../../../../src/imap/abilities.ts";
import { parseFetchQuickly } from "../../../../src/imap/codec/fetch-fast-path.ts";
import { parseResponse } from "../../../../src/imap/codec/parse-response.ts";
import { MailboxView } from "../../../../src/imap/mailbox/mailbox-view.ts";
import type { UntaggedResponse } from "../../../../src/imap/responses.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { flagSet } from "../../../../src/model/flags.ts";
import { emptyUidSet } from "../../../../src/model/uid-set.ts";
import { formatUidSet, parseUidSet } from "../../../../src/model/uid-set-text.ts";

async function viewOf(...lines: readonly string[]): Promise<MailboxView> {
  const view = new MailboxView("box", withQresync);
  await hear(view, ...lines);
  return view;
}

async function hear(view: MailboxView, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) view.receive((await parseResponse(`* ${line}`, [])) as UntaggedResponse);
}

/** `{ 3: "\Seen a @7" }` for UID 3 with these flags at mod-sequence 7. */
function changes(view: MailboxView): Record<number, string> {
  return Object.fromEntries(
    [...view.pending.changes].map(([uid, { flags, modSeq }]) => [uid, `${flags.key} @${String(modSeq)}`.trim()]),
  );
}

const vanished = (view: MailboxView): readonly string[] => [
  formatUidSet(view.pending.vanished),
  formatUidSet(view.pending.vanishedLive),
];

test("the response codes of SELECT describe the mailbox", async () => {
  const view = await viewOf(
    "OK [UIDVALIDITY 4294967295] v",
    "OK [UIDNEXT 4294967295] n",
    "OK [HIGHESTMODSEQ 9223372036854775807] h",
    String.raw`OK [PERMANENTFLAGS (\Seen $Label [a] \*)] f`,
  );
  assert.equal(view.uidValidity, 4294967295);
  assert.equal(view.uidNext, 4294967295);
  assert.equal(view.highestModSeq, 9223372036854775807n);
  const { names, mayCreate } = view.permanentFlags;
  assert.deepEqual([[...(names ?? [])], mayCreate], [["\\seen", "$label", "[a]"], true]);
  assert.deepEqual([view.hasModSeqs, view.hasStickyUids, view.isReadOnly], [true, true, false]);
});

test("what is missing for synchronisation is noticed", async () => {
  assert.equal((await viewOf("OK [NOMODSEQ] none")).hasModSeqs, false);
  assert.equal((await viewOf("NO [UIDNOTSTICKY] none")).hasStickyUids, false);
  assert.equal((await viewOf("OK [READ-ONLY] look only")).isReadOnly, true);
  assert.equal((await viewOf("OK [READ-ONLY] look only", "OK [READ-WRITE] again")).isReadOnly, false);
});

test("a mailbox that keeps no flag at all is not one that did not say", async () => {
  assert.deepEqual([...((await viewOf("OK [PERMANENTFLAGS ()] none")).permanentFlags.names ?? ["?"])], []);
  assert.equal((await viewOf("5 EXISTS")).permanentFlags.names, undefined);
});

test("an id counts if it is one, and always the same", async () => {
  const idOf = async (...ids: string[]): Promise<string | undefined> =>
    (await viewOf(...ids.map((id) => `OK [MAILBOXID ${id}] id`))).mailboxId;
  assert.equal(await idOf("(x-1)"), "x-1");
  assert.equal(await idOf("(x-1)", "(x-1)"), "x-1");
  const none: readonly string[][] = [[], ["()"], ["x"], ["(\xff)"], ["(x-1)", "(x-2)"], ["(x-1)", "(\xff)"]];
  for (const ids of none) assert.equal(await idOf(...ids), undefined, ids.join());
});

test("codes nobody knows and responses without a meaning here are passed over", async () => {
  const view = await viewOf(
    "OK [URLMECH INTERNAL] Ok",
    String.raw`FLAGS (\Seen)`,
    "0 RECENT",
    "OK text",
    'LIST () "/" other',
  );
  assert.deepEqual([view.exists, changes(view), vanished(view)], [0, {}, ["", ""]]);
});

test("a flag change is kept with its mod-sequence; the last one counts", async () => {
  const view = await viewOf(
    String.raw`1 FETCH (UID 3 FLAGS (\Seen a) MODSEQ (7))`,
    String.raw`2 FETCH (UID 4 FLAGS ())`,
    String.raw`1 FETCH (FLAGS (a) MODSEQ (8) UID 3)`,
  );
  assert.deepEqual(changes(view), { 3: "a @8", 4: "@0" });
  assert.deepEqual([view.modSeqOf(3), view.modSeqOf(4), view.modSeqOf(5)], [8n, 0n, 0n]);
});

test("a FETCH without FLAGS tells only the mod-sequence, and an older one does not count", async () => {
  const view = await viewOf("1 FETCH (UID 3 MODSEQ (8))", "1 FETCH (UID 3 MODSEQ (7))");
  assert.deepEqual(changes(view), {});
  assert.equal(view.modSeqOf(3), 8n);
});

test("flags with an older mod-sequence are no change: they are asked for, and the answer counts", async () => {
  const older = "1 FETCH (UID 3 FLAGS (old) MODSEQ (7))";
  const view = await viewOf("1 FETCH (UID 3 FLAGS (new) MODSEQ (8))", older);
  assert.deepEqual(changes(view), { 3: "new @8" });
  assert.equal(formatUidSet(view.takeUnread()), "3");
  await hear(view, older);
  assert.deepEqual([changes(view), view.takeUnread()], [{ 3: "old @7" }, emptyUidSet]);
});

test("flags from before what is known already are no change either", async () => {
  const view = new MailboxView("box", withQresync, 7n);
  await hear(view, "1 FETCH (UID 3 FLAGS (old) MODSEQ (7))", "1 FETCH (UID 4 FLAGS (new) MODSEQ (8))");
  assert.deepEqual(changes(view), { 4: "new @8" });
  assert.equal(formatUidSet(view.takeUnread()), "3");
});

test("taken changes are gone, later ones are not; mod-sequences stay known", async () => {
  const view = await viewOf("1 FETCH (UID 3 FLAGS (a) MODSEQ (7))");
  const taken = view.pending.takeChanges();
  await hear(view, "1 FETCH (UID 3 FLAGS (b) MODSEQ (8))");
  assert.deepEqual([...taken.values()], [{ flags: flagSet(["a"]), modSeq: 7n }]);
  assert.deepEqual(changes(view), { 3: "b @8" });
  view.pending.forgetChange(3);
  assert.deepEqual(changes(view), {});
  assert.equal(view.modSeqOf(3), 8n);
});

test("VANISHED while selected lowers the count; (EARLIER) does not", async () => {
  const view = await viewOf("VANISHED (EARLIER) 1:100", "10 EXISTS", "VANISHED 101,103:104");
  assert.equal(view.exists, 7);
  assert.deepEqual(vanished(view), ["1:101,103:104", "101,103:104"]);
  await hear(view, "9 EXISTS");
  assert.equal(view.exists, 9);
});

test("the count never falls below zero", async () => {
  assert.equal((await viewOf("1 EXISTS", "VANISHED 1:3")).exists, 0);
});

test("taking vanished UIDs takes those that vanished, from both records", async () => {
  const view = await viewOf("9 EXISTS", "VANISHED (EARLIER) 1:5", "VANISHED 7:9");
  assert.equal(formatUidSet(view.takeVanished(parseUidSet("4:8"))), "4:5,7:8");
  assert.deepEqual(vanished(view), ["1:3,9", "9"]);
});

// Servers report flags of a message that has just been expunged by somebody else, before or after its VANISHED.
const stale = String.raw`1 FETCH (UID 3 FLAGS (\Deleted) MODSEQ (9))`;

for (const vanishing of ["VANISHED 3", "VANISHED (EARLIER) 1:3"]) {
  test(`stale flags beside ${vanishing} are no change, in either order`, async () => {
    const other = "2 FETCH (UID 4 FLAGS (b) MODSEQ (9))";
    assert.deepEqual(changes(await viewOf("2 EXISTS", stale, other, vanishing)), { 4: "b @9" });
    assert.deepEqual(changes(await viewOf("2 EXISTS", vanishing, stale, other)), { 4: "b @9" });
  });
}

test("servers that forget reports what they sent before: telling a UID twice is telling it once", async () => {
  const view = await viewOf("VANISHED (EARLIER) 1:3", "VANISHED (EARLIER) 2:5");
  assert.deepEqual(vanished(view), ["1:5", ""]);
});

test("noted by ourselves: missing messages count as vanished, though not as reported", async () => {
  const view = await viewOf("3 EXISTS");
  view.pending.noteVanished(parseUidSet("2:3"));
  assert.deepEqual([view.exists, ...vanished(view)], [3, "2:3", ""]);
});

test("HIGHESTMODSEQ follows the server's codes, and rises with what STATUS showed", async () => {
  const view = await viewOf("OK [HIGHESTMODSEQ 5] h");
  view.noteHighestModSeq(4n);
  assert.equal(view.highestModSeq, 5n);
  view.noteHighestModSeq(8n);
  assert.equal(view.highestModSeq, 8n);
  await hear(view, "OK [HIGHESTMODSEQ 9] h");
  assert.equal(view.highestModSeq, 9n);
});

const fault = (view: MailboxView): string => {
  try {
    view.requireReadable("remote");
  } catch (error) {
    assert.ok(error instanceof InterimapError);
    assert.deepEqual([error.code, error.side], ["MAILBOX_PROTOCOL", "remote"]);
    return error.message;
  }
  return "";
};

for (const [line, message] of [
  ["1 EXPUNGE", /EXPUNGE although QRESYNC/],
  [String.raw`1 FETCH (FLAGS (\Seen))`, /FETCH without UID/],
  ["1 FETCH (MODSEQ (7))", /FETCH without UID/],
  ["VANISHED 0:1", /"\* VANISHED 0:1"/],
  ["VANISHED (EARLIER) 1:*", /1:\*/],
  ["1 FETCH (UID 0 FLAGS ())", /UID 0/],
  ["x EXISTS", /x EXISTS/],
  ["0 EXPUNGE", /0 EXPUNGE/],
  ["OK [UIDVALIDITY x] v", /invalid UIDVALIDITY/],
  ["OK [UIDNEXT -1] n", /invalid UIDNEXT/],
  ["OK [HIGHESTMODSEQ 99999999999999999999] h", /invalid HIGHESTMODSEQ/],
  ["OK [PERMANENTFLAGS] p", /invalid PERMANENTFLAGS/],
  ["OK [PERMANENTFLAGS \\Seen] p", /invalid PERMANENTFLAGS/],
  ["OK [PERMANENTFLAGS (\\Seen] p", /invalid PERMANENTFLAGS/],
] as const) {
  test(`${line}: from then on the mailbox is not to be relied on`, async () => {
    const view = await viewOf("2 EXISTS", line, "VANISHED 1");
    assert.match(fault(view), message);
  });
}

test("the first fault is the one that is told", async () => {
  assert.match(fault(await viewOf("VANISHED *", "1 EXPUNGE")), /VANISHED/);
});

for (const line of [
  "VANISHED (EARLIER) ",
  "VANISHED",
  "1 FETCH (ENVELOPE NIL)",
  "1 FETCH (RFC822.SIZE 5)",
  String.raw`FLAGS \Seen`,
  "STATUS a b (MESSAGES 1)",
  'LIST () "/" a b',
  "1 FETCH (UID 5 FLAGS x)",
  "OK [UIDNEXT 0] n",
]) {
  test(`${line}: nothing that would have to stop the work on the mailbox`, async () => {
    const view = await viewOf("OK [UIDVALIDITY 7] v", "OK [UIDNEXT 5] n", "2 EXISTS", line);
    assert.equal(fault(view), "");
    assert.deepEqual([view.uidValidity, view.uidNext, view.exists, ...vanished(view)], [7, 5, 2, "", ""]);
  });
}

test("UIDs of messages whose announcements cannot be read are known until they are read, taken, or gone", async () => {
  const view = await viewOf("1 FETCH (UID 5 FLAGS x)", "1 FETCH (UID 6 FLAGS y)", "1 FETCH (UID 7 FLAGS z)");
  await hear(view, "1 FETCH (UID 6 FLAGS ())", "VANISHED 7");
  assert.equal(formatUidSet(view.takeUnread()), "5");
  assert.deepEqual(view.takeUnread(), emptyUidSet);
});

test("a message that was told of so that it could not be read is not to be taken for gone", async () => {
  const view = await viewOf("1 FETCH (UID 5 FLAGS x)", "VANISHED 5");
  view.requireRead(parseUidSet("1:4,6"), "local");
  assert.throws(() => view.requireRead(parseUidSet("4:5"), "local"), {
    code: "MAILBOX_PROTOCOL",
    side: "local",
    message: 'the server sent a line that cannot be understood: "* 1 FETCH (UID 5 FLAGS …)"',
  });
});

test("nor is one of which something was told late", async () => {
  const view = new MailboxView("box", withQresync, 7n);
  await hear(view, "1 FETCH (UID 5 FLAGS (old) MODSEQ (7))");
  assert.throws(() => view.requireRead(parseUidSet("5"), "local"), {
    code: "MAILBOX_PROTOCOL",
    message: "the server's report of UID 5 came late, or is about another message",
  });
});

test("a mod-sequence of 0 says that the server keeps none", async () => {
  assert.equal((await viewOf("1 FETCH (UID 3 FLAGS (a) MODSEQ (7))")).hasUnknownModSeqs, false);
  for (const modSeq of ["(0)", "()", "x"]) {
    const view = await viewOf(`1 FETCH (UID 3 FLAGS (a) MODSEQ ${modSeq})`);
    assert.deepEqual([view.hasUnknownModSeqs, changes(view)], [true, { 3: "a @0" }]);
  }
});

test("what was told of messages that are gone is no change, whenever it is looked at", async () => {
  const view = await viewOf("1 FETCH (UID 3 FLAGS (a))", "VANISHED 3", "1 FETCH (UID 3 FLAGS (b))");
  assert.deepEqual(changes(view), {});
  await hear(view, "1 FETCH (UID 3 FLAGS (c))");
  assert.equal(view.pending.takeChanges().size, 0);
  await hear(view, "1 FETCH (UID 3 FLAGS (d))");
  view.takeVanished(parseUidSet("3"));
  assert.deepEqual(changes(view), {});
});

test("what was told of a message that is said to have vanished counts once it is there", async () => {
  const view = await viewOf(
    "1 FETCH (UID 3 FLAGS (a) MODSEQ (7))",
    "VANISHED 3:4",
    "1 FETCH (UID 3 FLAGS (b) MODSEQ (8))",
    "2 FETCH (UID 4 FLAGS (c) MODSEQ (8))",
  );
  assert.deepEqual([changes(view), [...view.pending.changedUids]], [{}, [3, 4]]);
  view.pending.noteChange(3, { flags: flagSet(["old"]), modSeq: 7n });
  view.pending.refuteVanished(parseUidSet("3"));
  assert.deepEqual([changes(view), ...vanished(view)], [{ 3: "b @8" }, "4", "4"]);
  view.takeVanished(parseUidSet("4"));
  view.pending.refuteVanished(parseUidSet("4"));
  assert.deepEqual(changes(view), { 3: "b @8" });
});

test("so do announcements of it that could not be read", async () => {
  const view = await viewOf("1 FETCH (UID 3 FLAGS x)", "1 FETCH (UID 4 FLAGS x)", "VANISHED 3:4");
  assert.deepEqual(view.takeUnread(), emptyUidSet);
  view.takeVanished(parseUidSet("4"));
  view.pending.refuteVanished(parseUidSet("3"));
  assert.equal(formatUidSet(view.takeUnread()), "3");
});

test("who reads all flags anew may take what was told of vanished messages, too", async () => {
  const view = await viewOf("1 FETCH (UID 3 FLAGS (a))", "1 FETCH (UID 4 FLAGS (b))", "VANISHED 3");
  assert.deepEqual([...view.pending.takeAllChanges().keys()], [4, 3]);
  view.pending.refuteVanished(parseUidSet("3"));
  assert.deepEqual(changes(view), {});
});

test("a hundred thousand messages that vanish one by one cost as much for each as a few", async () => {
  // Before, each line went through all that had been told: a time no limit could be set to.
  const count = 100_000;
  const view = new MailboxView("box", withQresync);
  for (let uid = 1; uid <= count; uid++) {
    const line = `* 1 FETCH (UID ${String(2 * uid)} FLAGS (a) MODSEQ (7))`;
    view.receive(parseFetchQuickly(line, [])!);
    view.receive({ kind: "vanished", earlier: uid % 2 === 0, uids: { ranges: [[2 * uid, 2 * uid]] } });
  }
  assert.deepEqual([view.pending.vanished.ranges.length, view.pending.vanishedLive.ranges.length], [count, count / 2]);
  assert.equal(view.pending.changes.size, 0);
});

test("what a message is that is named by its number only depends on what was agreed with the server", async () => {
  for (const line of ["1 EXPUNGE", String.raw`1 FETCH (FLAGS (\Seen))`]) {
    const view = new MailboxView("box", basic);
    await hear(view, line);
    assert.ok(view.hasUnnamedNews);
    view.requireReadable("local");
  }
  const shrunk = new MailboxView("box", basic);
  await hear(shrunk, "9 EXISTS", "2 EXPUNGE");
  assert.deepEqual([shrunk.exists, shrunk.hasShrunk, shrunk.pending.vanished], [8, true, { ranges: [] }]);
  const view = new MailboxView("box", withCondstore);
  view.knowFirst(parseUidSet("101:105"), view.removals);
  await hear(view, "9 EXISTS", String.raw`1 FETCH (FLAGS (\Seen) MODSEQ (7))`, "2 EXPUNGE");
  assert.deepEqual(changes(view), { 101: "\\Seen @7" });
  assert.deepEqual([formatUidSet(view.pending.vanishedLive), view.exists, view.hasShrunk], ["102", 8, true]);
  view.requireReadable("local");
});
