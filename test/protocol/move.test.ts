// UID MOVE and UID COPY: what the server tells of the copies, wherever it tells it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../src/imap/abilities.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import type { Session } from "../../src/imap/session/session.ts";
import { copyMessages, moveMessages } from "../../src/imap/verbs/move.ts";
import { formatUidSet, parseUidSet } from "../../src/model/uid-set-text.ts";
import { withSession } from "./fixture.ts";

const destination = { wireName: "Box", uidValidity: 7, nextUid: 100 };

function withSelected<T>(script: string, work: (session: Session) => Promise<T>): Promise<T> {
  const selecting = `
    C: t0 SELECT INBOX
    S: t0 OK`;
  return withSession(selecting.concat(script), async (session) => {
    const opens = new MailboxView("INBOX", withQresync);
    await session.run({ name: "SELECT", overlap: "select", opens, parts: ["SELECT INBOX" as never] });
    return work(session);
  });
}

test("UID MOVE: COPYUID comes before messages vanish, once or several times, and they vanish from the view", async () => {
  const script = `
    C: t1 UID MOVE 1:3 Box
    S: * OK [COPYUID 7 1 100] half
    S: * VANISHED 1
    S: * OK [COPYUID 7 2:3 101:102] the other half
    S: * VANISHED 2:3
    S: t1 OK moved`;
  await withSelected(script, async (session) => {
    assert.deepEqual(await moveMessages(session, parseUidSet("1:3"), destination), [
      [1, 100],
      [2, 101],
      [3, 102],
    ]);
    assert.equal(formatUidSet(session.view!.pending.vanished), "1:3");
  });
});

test("UID COPY: COPYUID comes with the end of the command", async () => {
  const script = `
    C: t1 UID COPY 4,6 Box
    S: t1 OK [COPYUID 7 4,6 103:104] copied`;
  await withSelected(script, async (session) => {
    assert.deepEqual(await copyMessages(session, parseUidSet("4,6"), destination), [
      [4, 103],
      [6, 104],
    ]);
  });
});

test("without COPYUID, or with one that cannot be true, nothing is known of the copies", async () => {
  const script = `
    C: t1 UID MOVE 1 Box
    S: * VANISHED 1
    S: t1 OK moved
    C: t2 UID COPY 4 Box
    S: t2 OK [COPYUID 8 4 103] copied`;
  await withSelected(script, async (session) => {
    assert.deepEqual(await moveMessages(session, parseUidSet("1"), destination), []);
    assert.deepEqual(await copyMessages(session, parseUidSet("4"), destination), []);
  });
});

test("a refusal has the server's words", async () => {
  const script = `
    C: t1 UID MOVE 1 Box
    S: t1 NO [OVERQUOTA] full`;
  await withSelected(script, async (session) => {
    await assert.rejects(moveMessages(session, parseUidSet("1"), destination), (error: unknown) => {
      assert.ok(error instanceof CommandRefused);
      assert.equal(error.responseCode?.name, "OVERQUOTA");
      return true;
    });
  });
});
