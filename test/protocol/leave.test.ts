// A mailbox is left as it is, whether the server has a command for that or not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../src/imap/abilities.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import { leaveMailbox } from "../../src/imap/verbs/leave.ts";
import { withSession } from "./fixture.ts";

const ways: readonly (readonly [what: string, script: string, capabilities: readonly string[]])[] = [
  ["UNSELECT", "C: t1 UNSELECT\nS: t1 OK", ["UNSELECT"]],
  ["another one is opened for reading", "C: t1 EXAMINE INBOX\nS: * 5 EXISTS\nS: t1 OK [READ-ONLY]", []],
  ["another one that cannot be opened", "C: t1 EXAMINE INBOX\nS: t1 NO [NONEXISTENT]", []],
];

for (const [what, script, capabilities] of ways) {
  test(`a mailbox is left once: ${what}`, async () => {
    await withSession(
      script,
      async (session) => {
        session.view = new MailboxView("box", withQresync);
        await leaveMailbox(session);
        assert.equal(session.view, undefined);
        await leaveMailbox(session);
      },
      { capabilities },
    );
  });
}
