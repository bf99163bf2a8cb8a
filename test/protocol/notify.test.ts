// NOTIFY, and commands whose answers look like what a notified server says at any time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../src/imap/abilities.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import type { UntaggedResponse } from "../../src/imap/responses.ts";
import type { Session } from "../../src/imap/session/session.ts";
import { list, listDelimiter } from "../../src/imap/verbs/list.ts";
import { status, unselect } from "../../src/imap/verbs/mailbox.ts";
import { notify, offersNotify } from "../../src/imap/verbs/notify.ts";
import { command, recordedLog, withSession } from "./fixture.ts";

/** What the session's listener gets, as `kind name`. */
function heard(session: Session): readonly string[] {
  const told: string[] = [];
  session.listen((response: UntaggedResponse) => {
    told.push("name" in response ? `${response.kind} ${response.name}` : response.kind);
  });
  return told;
}

const events = "MessageNew MessageExpunge FlagChange";

test("NOTIFY asks for messages, names and subscriptions, in all that is ours or below a mailbox", async () => {
  for (const [below, where] of [
    [undefined, "PERSONAL"],
    ["mail", "SUBTREE mail"],
    ['a "b"', String.raw`SUBTREE "a \"b\""`],
  ] as const) {
    const script = `
      C: t1 NOTIFY SET (SELECTED (${events})) (${where} (${events} MailboxName SubscriptionChange))
      S: t1 OK`;
    await withSession(script, async (session) => {
      assert.equal(session.isNotified, false);
      await notify(session, { below });
      assert.equal(session.isNotified, true);
    });
  }
});

test("NOTIFY is offered when the server says so", async () => {
  for (const [capabilities, expected] of [
    [["NOTIFY"], true],
    [["IDLE"], false],
  ] as const) {
    await withSession("", (session) => Promise.resolve(assert.equal(offersNotify(session), expected)), {
      capabilities,
    });
  }
});

test("what the server tells before and after its OK goes to the listener", async () => {
  const script = `
    C: t1 NOTIFY SET (SELECTED (${events})) (PERSONAL (${events} MailboxName SubscriptionChange))
    S: * STATUS a (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3 HIGHESTMODSEQ 4)
    S: t1 OK
    S: * STATUS a (HIGHESTMODSEQ 5)
    C: t2 NOOP
    S: * LIST () "/" b ("OLDNAME" (a))
    S: t2 OK`;
  await withSession(script, async (session) => {
    const told = heard(session);
    await notify(session, { below: undefined });
    await session.run(command("NOOP"));
    assert.deepEqual(told, ["mailbox-status a", "mailbox-status a", "list b"]);
  });
});

test("a server that refuses does not notify", async () => {
  const script = `
    C: t1 NOTIFY SET (SELECTED (${events})) (PERSONAL (${events} MailboxName SubscriptionChange))
    S: t1 NO [BADEVENT (MessageNew)] not these`;
  await withSession(script, async (session) => {
    const refused = (error: unknown): boolean =>
      error instanceof CommandRefused && error.responseCode?.name === "BADEVENT";
    await assert.rejects(notify(session, { below: undefined }), refused);
    assert.equal(session.isNotified, false);
  });
});

test("STATUS takes a complete answer only; what is told in between goes to the listener", async () => {
  const script = `
    C: t1 STATUS box (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
    S: * STATUS box (HIGHESTMODSEQ 9)
    S: * STATUS other (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3 HIGHESTMODSEQ 4)
    S: * STATUS box (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 7 HIGHESTMODSEQ 9)
    S: * STATUS box (MESSAGES 3 UIDNEXT 4 HIGHESTMODSEQ 10)
    S: t1 OK`;
  await withSession(script, async (session) => {
    const told = heard(session);
    const { uidNext, uidValidity, highestModSeq } = (await status(session, "box")) ?? {};
    assert.deepEqual({ uidNext, uidValidity, highestModSeq }, { uidNext: 3, uidValidity: 7, highestModSeq: 9n });
    assert.deepEqual(told, ["mailbox-status box", "mailbox-status other", "mailbox-status box"]);
  });
});

test("STATUS of several mailboxes at once: each gets its own", async () => {
  const items = "(MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)";
  const script = `
    C: t1 STATUS a ${items}
    C: t2 STATUS INBOX ${items}
    S: * STATUS inbox (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 2 HIGHESTMODSEQ 1)
    S: t2 OK
    S: * STATUS a (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 1 HIGHESTMODSEQ 1)
    S: t1 OK`;
  await withSession(script, async (session) => {
    const told = heard(session);
    const answers = await Promise.all([status(session, "a"), status(session, "INBOX")]);
    assert.deepEqual(
      answers.map((answer) => answer?.uidValidity),
      [1, 2],
    );
    assert.deepEqual(told, []);
  });
});

const query = { selectOptions: [], reference: "", patterns: ["*"] };
const asked = `LIST "" * RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))`;
const capabilities = ["LIST-STATUS", "LIST-EXTENDED"];

function names({ mailboxes }: Awaited<ReturnType<typeof list>>): readonly string[] {
  return mailboxes.map(({ name, attributes }) => [name, ...attributes].join(" "));
}

test("a list in which a name comes twice is asked for again, as it may have been told in between", async () => {
  const script = `
    C: t1 ${asked}
    S: * LIST () "/" a
    S: * LIST (\\Subscribed) "/" b
    S: * LIST () "/" b
    S: t1 OK
    C: t2 ${asked}
    S: * LIST () "/" a
    S: * LIST (\\Subscribed) "/" b
    S: t2 OK`;
  await withSession(
    script,
    async (session) => {
      session.isNotified = true;
      assert.deepEqual(names(await list(session, query)), ["a", "b \\Subscribed"]);
    },
    { capabilities },
  );
});

test("a server that never lists without repeating itself is asked five times", async () => {
  const once = (tag: string): string => `
    C: ${tag} ${asked}
    S: * LIST () "/" a
    S: * LIST () "/" a
    S: ${tag} OK`;
  await withSession(
    ["t1", "t2", "t3", "t4", "t5"].map(once).join(""),
    async (session) => {
      session.isNotified = true;
      assert.deepEqual(names(await list(session, query)), ["a", "a"]);
    },
    { capabilities },
  );
});

test("a server that does not notify is asked once, whatever it repeats", async () => {
  const script = `
    C: t1 ${asked}
    S: * LIST () "/" a
    S: * LIST () "/" a
    S: t1 OK`;
  await withSession(script, async (session) => assert.equal((await list(session, query)).mailboxes.length, 2), {
    capabilities,
  });
});

test("a rename told in the middle of a list is no part of it: it goes to the listener", async () => {
  const script = `
    C: t1 ${asked}
    S: * LIST () "/" a
    S: * LIST () "/" new ("OLDNAME" (old))
    S: * STATUS a (UIDVALIDITY 1 UIDNEXT 2 HIGHESTMODSEQ 3)
    S: * LIST () "/" new
    S: t1 OK`;
  await withSession(
    script,
    async (session) => {
      session.isNotified = true;
      const told = heard(session);
      const answer = await list(session, query);
      assert.deepEqual(names(answer), ["a", "new"]);
      assert.equal(answer.statuses.length, 1);
      assert.deepEqual(told, ["list new"]);
    },
    { capabilities },
  );
});

test("what nobody asked for is no part of a list: it goes to the listener", async () => {
  const script = `
    C: t1 LIST "" (inbox Work) RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))
    S: * LIST () "/" INBOX
    S: * LIST () "/" Private
    S: * STATUS Private (UIDVALIDITY 1 UIDNEXT 2 HIGHESTMODSEQ 3)
    S: * LIST () "/" Work
    S: * STATUS Work (UIDVALIDITY 1 UIDNEXT 2 HIGHESTMODSEQ 3)
    S: * STATUS Work (MESSAGES 2 UIDNEXT 3)
    S: * STATUS INBOX
    S: t1 OK`;
  await withSession(
    script,
    async (session) => {
      session.isNotified = true;
      const told = heard(session);
      const answer = await list(session, { ...query, patterns: ["inbox", "Work"] });
      assert.deepEqual(names(answer), ["INBOX", "Work"]);
      assert.equal(answer.statuses.length, 1);
      assert.deepEqual(told, ["list Private", "mailbox-status Private", "mailbox-status Work", "unreadable INBOX"]);
    },
    { capabilities },
  );
});

test("of a server that does not notify, whatever it lists is the list", async () => {
  const script = `
    C: t1 LIST "" Work RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))
    S: * LIST () "/" Arbeit
    S: t1 OK`;
  const work = async (session: Session): Promise<void> =>
    assert.deepEqual(names(await list(session, { ...query, patterns: ["Work"] })), ["Arbeit"]);
  await withSession(script, work, { capabilities });
});

test("a list of subscribed mailboxes with one that is not is asked for again; with RECURSIVEMATCH, that is as it should be", async () => {
  const asking = `LIST (SUBSCRIBED) "" * RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))`;
  const script = `
    C: t1 ${asking}
    S: * LIST () "/" Private
    S: * LIST (\\Subscribed) "/" a
    S: t1 OK
    C: t2 ${asking}
    S: * LIST (\\Subscribed) "/" a
    S: t2 OK
    C: t3 ${asking.replace("(SUBSCRIBED)", "(SUBSCRIBED RECURSIVEMATCH)")}
    S: * LIST () "/" Private
    S: * LIST (\\Subscribed) "/" Private/a
    S: t3 OK
    C: t4 ${asking}
    S: * LIST () "/" a
    S: t4 OK`;
  await withSession(
    script,
    async (session) => {
      session.isNotified = true;
      const listed = async (...selectOptions: string[]): Promise<readonly string[]> =>
        names(await list(session, { ...query, selectOptions }));
      assert.deepEqual(await listed("SUBSCRIBED"), ["a \\Subscribed"]);
      assert.equal((await listed("SUBSCRIBED", "RECURSIVEMATCH")).length, 2);
      // A server that does not say of any.
      assert.deepEqual(await listed("SUBSCRIBED"), ["a"]);
    },
    { capabilities },
  );
});

test("only the root answers the question for the delimiter; what is told meanwhile goes to the listener", async () => {
  for (const [reference, root] of [
    ["", '""'],
    ["", '"/"'],
    ["mail/", '""'],
    ["~ann/mail/", "~ann/"],
    ["mail/", "mail/"],
  ] as const) {
    const script = `
      C: t1 LIST ${/^[a-z/]+$/.test(reference) ? reference : JSON.stringify(reference)} ""
      S: * LIST () "." created
      S: * LIST (\\Noselect) "/" ${root}
      S: * LIST () "." mail/created
      S: * LIST () "." new ("OLDNAME" (old))
      S: * LIST () "." "" ("OLDNAME" (old))
      S: * LIST () bad created
      S: t1 OK`;
    await withSession(script, async (session) => {
      session.isNotified = true;
      const told = heard(session);
      assert.equal(await listDelimiter(session, reference), "/");
      assert.deepEqual(told, ["list created", "list mail/created", "list new", "list ", "unreadable created"]);
    });
  }
});

test("UNSELECT leaves the mailbox: what comes then is not of it", async () => {
  const script = `
    C: t1 UNSELECT
    S: * 5 EXISTS
    S: t1 OK
    C: t2 NOOP
    S: * 6 EXISTS
    S: t2 OK`;
  await withSession(script, async (session) => {
    const view = new MailboxView("box", withQresync);
    session.view = view;
    await unselect(session);
    assert.equal(session.view, undefined);
    await session.run(command("NOOP"));
    assert.equal(view.exists, 5);
  });
});

test("UNSELECT waits for what works in the mailbox, and another SELECT waits for it", async () => {
  const script = `
    C: t1 UID FETCH 1 FLAGS
    ...
    S: t1 OK
    C: t2 UNSELECT
    C: t3 NOOP
    ...
    S: t2 OK
    C: t4 SELECT b
    S: t3 OK
    S: t4 OK`;
  const log = recordedLog(1);
  const work = async (session: Session): Promise<void> => {
    await Promise.all([
      session.run(command("UID FETCH 1 FLAGS", { overlap: "selected" })),
      unselect(session),
      session.run(command("NOOP")),
      session.run(command("SELECT b", { overlap: "select" })),
    ]);
  };
  await withSession(script, work, { log });
  const order = ["C: a0 UID FETCH", "S: a0", "C: a1", "C: a2", "S: a1", "C: a3"];
  const places = order.map((start) => log.lines.findIndex((line) => line.startsWith(start)));
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
    log.lines.join("\n"),
  );
});
