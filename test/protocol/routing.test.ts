// Whose an untagged response is: of a command, of the selected mailbox, of who listens.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../src/imap/abilities.ts";
import type { Command } from "../../src/imap/command.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import type { UntaggedResponse } from "../../src/imap/responses.ts";
import { select } from "../../src/imap/verbs/select.ts";
import { observe } from "../../src/mail/observe/observe.ts";
import { command, failsWith, withSession } from "./fixture.ts";

const noop = command("NOOP");

test("untagged data go to the command that claims them, the rest to the selected mailbox", async () => {
  const script = String.raw`
    C: t1 SELECT a
    S: * 3 EXISTS
    S: * OK [UIDNEXT 4] n
    S: t1 OK
    C: t2 LIST "" *
    C: t3 STATUS b (MESSAGES)
    S: * STATUS b (MESSAGES 7)
    S: * LIST () "/" c
    S: * 4 EXISTS
    S: t2 OK
    S: t3 OK`;
  const claimed = (kind: UntaggedResponse["kind"], into: UntaggedResponse[]): Pick<Command, "claim"> => ({
    claim: (response) => response.kind === kind && into.push(response) > 0,
  });
  const [lists, statuses]: UntaggedResponse[][] = [[], []];
  await withSession(script, async (session) => {
    await assert.rejects(observe(session, "a"), failsWith("MAILBOX_UNSYNCABLE"));
    await Promise.all([
      session.run(command('LIST "" *', claimed("list", lists ?? []))),
      session.run(command("STATUS b (MESSAGES)", claimed("mailbox-status", statuses ?? []))),
    ]);
    assert.equal(session.view?.exists, 4);
  });
  assert.equal(lists?.length, 1);
  assert.equal(statuses?.length, 1);
});

test("the listener gets what nobody claims, selected mailbox or not, and nothing else", async () => {
  const script = String.raw`
    C: t1 LIST "" *
    S: * LIST () "/" c
    S: * STATUS b (MESSAGES 7)
    S: * 4 EXISTS
    S: * OK [HIGHESTMODSEQ 8] so far
    S: * CAPABILITY IMAP4rev1
    S: t1 OK
    S: * LIST () "/" d
    C: t2 NOOP
    S: t2 OK`;
  await withSession(script, async (session) => {
    const told: UntaggedResponse["kind"][] = [];
    session.listen(({ kind }) => {
      told.push(kind);
    });
    await session.run(command('LIST "" *', { claim: ({ kind }) => kind === "list" }));
    await session.run(noop);
    assert.deepEqual(told, ["mailbox-status", "exists", "status", "capability", "list"]);
  });
});

test("the view knows already what the listener is told", async () => {
  await withSession("C: t1 NOOP\nS: * 4 EXISTS\nS: t1 OK", async (session) => {
    const view = new MailboxView("box", withQresync);
    session.view = view;
    const seen: number[] = [];
    session.listen(() => {
      seen.push(view.exists);
    });
    await session.run(noop);
    assert.deepEqual(seen, [4]);
  });
});

test("a listener that throws ends the connection with that", async () => {
  await withSession("C: t1 NOOP\nS: * 4 EXISTS\nS: t1 OK", async (session) => {
    const reason = new Error("a bug");
    session.listen(() => {
      throw reason;
    });
    await assert.rejects(session.run(noop), reason);
    assert.equal(await session.ended, reason);
  });
});

const odd: readonly (readonly [what: string, line: string])[] = [
  ["UIDs out of range", "S: * VANISHED 1:99999999999"],
  ["flags that are no list", String.raw`S: * 1 FETCH (UID 1 FLAGS \Seen)`],
  ["a mod-sequence that is no number", "S: * 1 FETCH (UID 1 MODSEQ (x))"],
  ["a flag with a space in it", 'S: * 1 FETCH (UID 1 FLAGS ("a b"))'],
  ["a flag that closes the list", 'S: * 1 FETCH (UID 1 FLAGS ("a)"))'],
  ["a flag with a line break", "S: * 1 FETCH (UID 1 FLAGS ({4}\nS: a\nS: b))"],
  ["a text that ends in the marker of a literal", "S: * NO there is no a{3}"],
  ["a removal by sequence number", "S: * 1 EXPUNGE"],
  ["a mailbox without a name", 'S: * LIST () "/"'],
];

for (const [what, line] of odd) {
  test(`${what} does not end the connection`, async () => {
    await withSession(`C: t1 NOOP\n${line}\nS: t1 OK in order {3}\nC: t2 NOOP\nS: t2 OK`, async (session) => {
      session.view = new MailboxView("a", withQresync);
      await session.run(noop);
      await session.run(noop);
    });
  });
}

for (const code of ["HIGHESTMODSEQ x", "UIDVALIDITY x", "UIDVALIDITY 99999999999", "UIDNEXT -1"]) {
  const opening = `
    C: t1 SELECT a
    S: * OK [UIDVALIDITY 1] v
    S: * OK [UIDNEXT 2] n
    S: * OK [HIGHESTMODSEQ 3] h`;
  for (const line of [`* OK [${code}] hm`, `t1 OK [${code}] done`]) {
    test(`"${line}" in answer to SELECT skips the mailbox, and nobody waiting`, async () => {
      await withSession(`${opening}\nS: ${line}${line.startsWith("*") ? "\nS: t1 OK" : ""}`, (session) =>
        assert.rejects(select(session, "a"), failsWith("MAILBOX_PROTOCOL", /invalid/)),
      );
    });
  }
}
