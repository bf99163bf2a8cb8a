// Lines that are no responses cost the mailbox that they may be about; but where they may be the text of a message, nothing
// of them is believed or shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../src/imap/abilities.ts";
import { line } from "../../src/imap/codec/write-command.ts";
import { MailboxView } from "../../src/imap/mailbox/mailbox-view.ts";
import type { UntaggedResponse } from "../../src/imap/responses.ts";
import { Session } from "../../src/imap/session/session.ts";
import { select } from "../../src/imap/verbs/select.ts";
import { withScript } from "../support/scripted-server.ts";
import { command, failsWith, recordedLog, withSession } from "./fixture.ts";

const told = `
  S: * 2 EXISTS
  S: * OK [UIDVALIDITY 7] v
  S: * OK [UIDNEXT 3] n
  S: * OK [HIGHESTMODSEQ 5] h`;

const words = /^(?!.*").*the server sent a line that cannot be understood; the next run tries again/;

for (const nonsense of [
  String.raw`*`,
  String.raw`*\x20`,
  "* 7",
  String.raw`* \xff\xfe`,
  "*  3 EXISTS",
  "* (3)",
  "hello",
  String.raw`\x00\x00\x00`,
  String.raw`\x20`,
  String.raw`\x0d\x0d`,
  "* FLAGS ({5}\nS: \\Seen)",
  "* VANISHED (EARLIER) {3}\nS: 1:2",
  "* OK [UIDVALIDITY {2}\nS: 12] x",
  "* STATUS odd (UIDNEXT {1}\nS: 5 UIDVALIDITY 7)",
  "HTTP/1.1 400 Bad Request\nS: Content-Length: 0",
]) {
  test(`${JSON.stringify(nonsense)} in answer to SELECT skips that mailbox alone`, async () => {
    const script = `
      C: s SELECT odd
      ${told}
      S: ${nonsense}
      S: s OK [READ-WRITE] done
      C: t SELECT sound
      S: * OK [CLOSED] left
      ${told}
      S: t OK [READ-WRITE] done`;
    await withSession(script, async (session) => {
      await assert.rejects(select(session, "odd"), failsWith("MAILBOX_PROTOCOL"));
      assert.equal((await select(session, "sound")).uidNext, 3);
    });
  });
}

test("what is quoted of a line that nobody understands is nothing, once there may be messages", async () => {
  await withSession(`C: s SELECT odd\nS: hello\n${told}\nS: s OK`, (session) =>
    assert.rejects(select(session, "odd"), failsWith("MAILBOX_PROTOCOL", words)),
  );
});

test("an unknown response that ends in the marker of a literal is no more than that", async () => {
  await withSession(`C: s SELECT odd\n${told}\nS: * XFOO hello {3}\nS: s OK [READ-WRITE]`, (session) =>
    select(session, "odd"),
  );
});

test("where the server has not told yet which mailbox it means, either is skipped", async () => {
  const [before, next] = [new MailboxView("before", withQresync), new MailboxView("next", withQresync)];
  const script = `
    C: f UID FETCH 1:* FLAGS
    C: s SELECT next
    S: f OK
    S: *
    S: * OK [CLOSED] left
    S: s OK`;
  await withSession(script, async (session) => {
    session.view = before;
    const fetching = session.run(command("UID FETCH 1:* FLAGS", { overlap: "selected", view: before }));
    await session.run(command("SELECT next", { overlap: "select", opens: next }));
    await fetching;
  });
  for (const view of [before, next])
    assert.throws(
      () => {
        view.requireReadable("local");
      },
      failsWith("MAILBOX_PROTOCOL", words),
    );
});

const fetching = command("UID FETCH 1:* BODY.PEEK[]", {
  overlap: "selected",
  brings: 1 << 20,
  claim: ({ kind }: UntaggedResponse) => kind === "fetch",
});

const misread = { capabilities: ["LITERAL+"] };
const append = command("", { name: "APPEND", parts: line`APPEND box ${{ literal: Buffer.from("mail") }}` });

for (const [what, script, run] of [
  ["behind a message", "C: f UID FETCH 1:* BODY.PEEK[]\nS: * 1 FETCH (UID 1 BODY[] {3}\nS: abc)\nS: hello", fetching],
  ["while it may have misread a message", "C: f APPEND box {4+}\nC: mail\nS: hello", append],
  ["that begins like an answer", "C: f NOOP\nS: f  OK done", command("NOOP")],
  ["in a list of mailboxes", 'C: f LIST "" *\nS: *', command('LIST "" *', { claim: () => true })],
  ["though a mailbox is only listened to", "C: f EXAMINE box\nS: *", command("EXAMINE box", { overlap: "select" })],
] as const) {
  test(`a line that makes no sense, ${what}, ends the connection`, async () => {
    await withSession(
      script,
      async (session) => {
        if (!what.startsWith("though")) session.view = new MailboxView("box", withQresync);
        await assert.rejects(session.run(run), failsWith("PROTOCOL", /cannot be understood/));
      },
      misread,
    );
  });
}

test("in a list of mailboxes, a number told as a literal leaves its mailbox without that number", async () => {
  const script = `
    C: l LIST "" *
    S: * LIST () {1}
    S: / odd
    S: * STATUS odd (UIDNEXT {1}
    S: 5 UIDVALIDITY 7)
    S: * LIST () "/" sound
    S: l OK`;
  const names: unknown[] = [];
  await withSession(script, (session) =>
    session.run(
      command('LIST "" *', {
        claim: (response) => names.push("name" in response ? [response.kind, response.name] : response.kind) > 0,
      }),
    ),
  );
  assert.deepEqual(names, [
    ["unreadable", "odd"],
    ["mailbox-status", "odd"],
    ["list", "sound"],
  ]);
});

interface Heard {
  readonly session: Session;
  readonly alerts: string[];
  readonly log: readonly string[];
  readonly view: MailboxView;
}

/** A message is fetched, and answered so. */
async function fetch(answer: string, work: (heard: Heard) => Promise<void>): Promise<void> {
  const log = recordedLog(2);
  const alerts: string[] = [];
  const view = new MailboxView("box", withQresync);
  await withScript(`C: f UID FETCH 1:* BODY.PEEK[]\n${answer}`, async (server) => {
    const onAlert = (text: string): void => void alerts.push(text);
    const session = new Session(await server.connect(), { side: "local", log, onAlert });
    session.view = view;
    try {
      await work({ session, alerts, log: log.lines, view });
    } finally {
      session.destroy();
    }
  });
}

for (const start of [
  "S: * 1 FETCH (UID 1 BODY[] {3}\nS: abcand more",
  "S: * 1 FETCH (UID 1 BODY[] {3}\nS: abc",
  "S: * 1 FETCH (UID 1 BODY[] {-7}\nS: * OK [ALERT] SECRET",
  'S: * 1 FETCH (UID 1 BODY[] "abc',
]) {
  test(`nothing of a message that goes on behind ${JSON.stringify(start)} is believed or shown`, async () => {
    const mail = `
      S: * OK [ALERT] SECRET
      S: * no way SECRET
      S: * 9 EXISTS
      S: * LIST () "/" SECRET`;
    for (const end of [")", "SECRET NO more", "* BAD SECRET", "* BYE SECRET", "+ SECRET"]) {
      await fetch(`${start}${mail}\nS: ${end}\nS: f OK`, async ({ session, alerts, log, view }) => {
        await assert.rejects(session.run(fetching), failsWith("PROTOCOL", /cannot be understood$/));
        assert.deepEqual(alerts, []);
        assert.doesNotMatch(log.join("\n"), /SECRET/);
        assert.equal(view.exists, 0);
      });
    }
  });
}

test("a message that swallows the end of its response costs no more than itself", async () => {
  const answer = `
    S: * 1 FETCH (UID 1 BODY[] {5}
    S: mail)
    S: f OK
    S: * 3 EXISTS
    C: n NOOP
    S: n OK`;
  await fetch(answer, async ({ session, view, log }) => {
    await session.run(fetching);
    await session.run(command("NOOP"));
    view.requireReadable("local");
    assert.equal(view.exists, 3);
    assert.match(log.join("\n"), /S: a0 OK/);
  });
});

test("what is told behind it, before the answer, is not believed, which costs the mailbox", async () => {
  await fetch("S: * 1 FETCH (UID 1 BODY[] {5}\nS: mail)\nS: * 3 EXISTS\nS: f OK", async ({ session, view }) => {
    await session.run(fetching);
    assert.equal(view.exists, 0);
    assert.throws(
      () => {
        view.requireReadable("local");
      },
      failsWith("MAILBOX_PROTOCOL", /a message that is cut off/),
    );
  });
});
