// Messages whose announcements could not be read, or came late, are asked for again before a checkpoint.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../src/imap/abilities.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import { perSide } from "../../src/model/side.ts";
import { formatUidSet } from "../../src/model/uid-set-text.ts";
import { readAgain } from "../../src/sync/mailbox/read-again.ts";
import { failsWith, withSession } from "./fixture.ts";

/** Flags with mod-sequences up to 7 are known. The script is the local server's; the remote one has nothing to tell. */
function withLate<T>(script: string, work: (readAll: () => Promise<boolean>, view: MailboxView) => Promise<T>) {
  return withSession(script, (session) => {
    const views = { local: new MailboxView("box", withQresync, 7n), remote: new MailboxView("box", withQresync) };
    session.view = views.local;
    views.local.receive({
      kind: "fetch",
      sequence: 1,
      uid: 3,
      flags: ["old"],
      modSeq: 7n,
      internalDate: undefined,
      size: undefined,
      body: undefined,
      headerFields: undefined,
    });
    return work(() => readAgain({ sessions: perSide(() => session), views }), views.local);
  });
}

test("what is told late of another message meanwhile is asked for next", async () => {
  const script = String.raw`
    C: t1 UID FETCH 3 (UID FLAGS MODSEQ)
    S: * 2 FETCH (UID 4 FLAGS (old) MODSEQ (6))
    S: * 1 FETCH (UID 3 FLAGS (new) MODSEQ (8))
    S: t1 OK
    C: t2 UID FETCH 4 (UID FLAGS MODSEQ)
    S: * 2 FETCH (UID 4 FLAGS () MODSEQ (6))
    S: t2 OK`;
  await withLate(script, async (readAll, view) => {
    assert.equal(await readAll(), true);
    assert.deepEqual(
      [...view.pending.takeChanges()].map(([uid, { flags }]) => [uid, flags.key]),
      [[3, "new"]],
    );
    assert.equal(await readAll(), true);
    assert.deepEqual(
      [...view.pending.takeChanges()].map(([uid, { flags }]) => [uid, flags.key]),
      [[4, ""]],
    );
    assert.equal(await readAll(), false);
  });
});

test("a message whose flags cannot be read when they are asked for costs the mailbox", async () => {
  const script = String.raw`
    C: t1 UID FETCH 3 (UID FLAGS MODSEQ)
    S: * 1 FETCH (UID 3 FLAGS x)
    S: t1 OK`;
  await withLate(script, async (readAll, view) => {
    await assert.rejects(
      readAll(),
      failsWith("MAILBOX_PROTOCOL", /cannot be understood: "\* 1 FETCH \(UID 3 FLAGS …\)"/),
    );
    assert.equal(formatUidSet(view.takeUnread()), "3");
  });
});
