// Several mailboxes worked on over one connection: which is selected when, and whose each response is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { type Channel, openChannel } from "../../src/imap/mailbox/channel.ts";
import type { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import { expunge } from "../../src/imap/verbs/expunge.ts";
import { fetchFlags, refetchFlags } from "../../src/imap/verbs/fetch-flags.ts";
import { select } from "../../src/imap/verbs/select.ts";
import { storeFlags } from "../../src/imap/verbs/uid-store.ts";
import { noFlags } from "../../src/model/flags.ts";
import { uidSetOf } from "../../src/model/uid-set.ts";
import { parseUidSet } from "../../src/model/uid-set-text.ts";
import { failsWith, withSession } from "./fixture.ts";

const opened = (validity: number, modSeq: number): string => `
  S: * ${validity} EXISTS
  S: * OK [UIDVALIDITY ${validity}] v
  S: * OK [UIDNEXT 10] n
  S: * OK [HIGHESTMODSEQ ${modSeq}] h`;

interface Two {
  readonly channels: readonly [Channel, Channel];
  readonly views: readonly [MailboxView, MailboxView];
}

/** With mailboxes `a` and `b`, of which `b` is the selected one. */
function withTwo(script: string, work: (two: Two) => Promise<void>): Promise<void> {
  const start = `
    C: t1 SELECT a
    ${opened(7, 70)}
    S: t1 OK
    C: t2 SELECT b
    S: * OK [CLOSED]
    ${opened(8, 80)}
    S: t2 OK`;
  return withSession(start + script, async (session) => {
    const channels = [openChannel(session), openChannel(session)] as const;
    const views = await Promise.all([select(channels[0], "a"), select(channels[1], "b")]);
    await work({ channels, views });
  });
}

test("a command for another mailbox than the selected one has it selected first, without a pause", async () => {
  const script = `
    C: t3 SELECT a (QRESYNC (7 70))
    C: t4 UID FETCH 5 (UID FLAGS MODSEQ)
    C: t5 SELECT b (QRESYNC (8 80))
    C: t6 UID FETCH 5 (UID FLAGS MODSEQ)
    C: t7 UID FETCH 6 (UID FLAGS MODSEQ)
    S: * OK [CLOSED]
    ${opened(7, 71)}
    S: * VANISHED (EARLIER) 2
    S: * 3 FETCH (UID 3 FLAGS (told-a) MODSEQ (71))
    S: t3 OK
    S: * 5 FETCH (UID 5 FLAGS (a) MODSEQ (60))
    S: * 6 FETCH (UID 6 FLAGS (news-of-a) MODSEQ (72))
    S: t4 OK
    S: * OK [CLOSED]
    ${opened(8, 80)}
    S: t5 OK
    S: * 5 FETCH (UID 5 FLAGS (b) MODSEQ (61))
    S: t6 OK
    S: * 6 FETCH (UID 6 FLAGS (c) MODSEQ (62))
    S: t7 OK`;
  await withTwo(script, async ({ channels: [a, b], views: [viewA, viewB] }) => {
    const found = await Promise.all([
      fetchFlags(a, uidSetOf([5])),
      fetchFlags(b, uidSetOf([5])),
      fetchFlags(b, uidSetOf([6])),
    ]);
    assert.deepEqual(
      found.flatMap((one) => [...one].map(([uid, { flags }]) => `${uid} ${flags.key}`)),
      ["5 a", "5 b", "6 c"],
    );
    assert.deepEqual(
      [viewA.exists, viewA.pending.vanished.ranges, [...viewA.pending.changes.keys()]],
      [7, [[2, 2]], [3, 6]],
    );
    assert.deepEqual([viewB.exists, viewB.pending.vanished.ranges, [...viewB.pending.changes.keys()]], [8, [], []]);
  });
});

test("nothing is changed before the mailbox is known to be selected", async () => {
  const script = `
    C: t3 SELECT a (QRESYNC (7 70))
    S: * OK [CLOSED]
    ${opened(7, 70)}
    S: t3 OK
    C: t4 UID STORE 5 (UNCHANGEDSINCE 70) FLAGS.SILENT ()
    C: t5 SELECT b (QRESYNC (8 80))
    S: t4 OK
    S: * OK [CLOSED]
    ${opened(8, 80)}
    S: t5 OK
    C: t6 UID STORE 1:2 +FLAGS.SILENT (\\Deleted)
    C: t7 UID EXPUNGE 1:2
    S: t6 OK
    S: * VANISHED 1:2
    S: t7 OK`;
  await withTwo(script, async ({ channels: [a, b], views: [, viewB] }) => {
    await Promise.all([
      storeFlags(a, { uids: uidSetOf([5]), flags: noFlags, unchangedSince: 70n }),
      expunge(b, parseUidSet("1:2")),
    ]);
    assert.deepEqual(viewB.pending.vanished.ranges, [[1, 2]]);
  });
});

test("a mailbox that cannot be selected any more is neither read nor changed, and the other is not touched instead", async () => {
  const script = `
    C: t3 SELECT a (QRESYNC (7 70))
    C: t4 UID FETCH 5 (UID FLAGS MODSEQ)
    S: * OK [CLOSED]
    S: t3 NO [NONEXISTENT] gone
    S: t4 BAD no mailbox
    C: t8 SELECT a (QRESYNC (7 70))
    C: t9 UID SEARCH UID 5
    S: t8 NO [NONEXISTENT] gone
    S: t9 BAD no mailbox
    C: t6 SELECT b (QRESYNC (8 80))
    C: t7 UID FETCH 5 (UID FLAGS MODSEQ)
    ${opened(8, 81)}
    S: * 5 FETCH (UID 5 FLAGS (told) MODSEQ (81))
    S: t6 OK
    S: t7 OK`;
  await withTwo(script, async ({ channels: [a, b], views: [viewA, viewB] }) => {
    const reading = fetchFlags(a, uidSetOf([5]));
    const changing = expunge(a, uidSetOf([5]));
    await Promise.all([
      assert.rejects(reading, CommandRefused),
      assert.rejects(changing, failsWith("MAILBOX_UNSTABLE", /selected/)),
    ]);
    await refetchFlags(b, uidSetOf([5]));
    assert.deepEqual([...viewB.pending.changes.keys()], [5]);
    assert.deepEqual([...viewA.pending.changes.keys()], []);
  });
});

test("nothing is changed in a mailbox that has another UIDVALIDITY when it is selected again", async () => {
  const script = `
    C: t3 SELECT a (QRESYNC (7 70))
    S: * OK [CLOSED]
    ${opened(9, 1)}
    S: t3 OK`;
  await withTwo(script, async ({ channels: [a], views: [viewA] }) => {
    await assert.rejects(expunge(a, uidSetOf([5])), failsWith("MAILBOX_UNSTABLE", /selected/));
    assert.equal(viewA.uidValidity, 7);
  });
});
