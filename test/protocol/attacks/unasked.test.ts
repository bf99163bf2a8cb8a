// A server says what nobody asked for: answers to commands that were never sent, twice, or too early; continuations; news of
// mailboxes that are not open; numbers that are none.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { withQresync } from "../../../src/imap/abilities.ts";
import { line } from "../../../src/imap/codec/write-command.ts";
import { MailboxView } from "../../../src/imap/mailbox/mailbox-view.ts";
import type { Session } from "../../../src/imap/session/session.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { isEmpty, maxUid, uidRange } from "../../../src/model/uid-set.ts";
import { findSecret, startAttacker, type Wire } from "../../support/attacker.ts";
import { command, failsWith, withSession } from "../fixture.ts";
import { connecting, heldOff, password, requireNoCredentials, username } from "./scene.ts";

const offersPlain = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n";
const offersLogin = "* OK [CAPABILITY IMAP4rev1] ready\r\n";

describe("before the login", () => {
  for (const [name, said] of [
    ["an answer to a command that was never sent", "a7 OK in\r\n"],
    ["an answer with a tag that was never given", "x OK in\r\n"],
    ["an answer to the login before it is sent", "a0 OK [CAPABILITY IMAP4rev1] in\r\n"],
    ["an answer in other letters", "A0 OK in\r\n"],
  ] as const)
    heldOff({
      name,
      script: (wire) => {
        wire.say(offersPlain + said);
      },
      left: [],
      fails: "PROTOCOL",
      words: /never sent/,
    });

  heldOff({
    name: "continuations that nobody asked for, before the login is sent",
    settings: { auth: ["PLAIN"] },
    script: (wire) => {
      wire.say(`${offersPlain.replace("AUTH=PLAIN", "LOGINDISABLED")}${"+ \r\n".repeat(20)}`);
    },
    left: [],
    fails: "AUTH_NO_MECHANISM",
  });

  heldOff({
    name: "continuations without an end, while there is nothing to continue",
    script: (wire) => {
      wire.say(`* OK ready\r\n${"+ go on\r\n".repeat(200)}`);
    },
    left: [],
    fails: "PROTOCOL",
  });

  heldOff({
    name: "continuations for a login by command that has no literal",
    script: (wire) => {
      wire.say(`${offersLogin.replace("IMAP4rev1", "IMAP4rev1 LOGINDISABLED")}+ \r\n+ \r\n`);
    },
    left: [],
    fails: "AUTH_NO_MECHANISM",
  });

  for (const said of [
    "* 1 EXPUNGE",
    "* 5 EXISTS",
    "* VANISHED 1:4294967295",
    "* 1 FETCH (UID 1 FLAGS (\\Deleted) BODY[] {3}\r\nabc)",
    "* FLAGS (\\Seen)",
    '* LIST () "/" INBOX',
    "* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 1)",
    "* SEARCH 1",
    "* ENABLED QRESYNC",
    "* OK [UIDVALIDITY 1] x",
    "* OK [CLOSED] x",
  ])
    heldOff({
      name: `news of mailboxes before the login: ${JSON.stringify(said)}`,
      settings: { auth: [] },
      script: (wire) => {
        wire.say(`${offersPlain}${said}\r\n`);
      },
      left: [],
      fails: "AUTH_NO_MECHANISM",
    });
});

/** The login is answered before all of it has left. */
async function answersAtOnce(wire: Wire, answer: string): Promise<void> {
  wire.say(offersLogin);
  const tag = (await wire.line())?.split(" ")[0] ?? "";
  wire.say(`${tag} ${answer}\r\n`);
}

for (const answer of ["NO no", "BAD what"])
  test(`${answer} before the password was asked for: it is not sent`, async (t) => {
    const attacker = await startAttacker(t, (wire) => answersAtOnce(wire, answer));
    await assert.rejects(connecting("remote", attacker, {}), failsWith("AUTH_FAILED"));
    assert.deepEqual(attacker.lines, [`a0 LOGIN ${username} {21}`]);
    assert.equal(findSecret(attacker.heard, password), undefined);
  });

describe("a command that has not left as a whole", () => {
  const append = command("", { name: "APPEND", parts: line`APPEND box () ${{ literal: Buffer.from("a mail") }}` });

  test("OK to it is no answer: a message that was not sent is not there", async () => {
    const script = `
      C: a APPEND box () {6}
      S: a OK [APPENDUID 7 3] got it`;
    await withSession(script, (session) =>
      assert.rejects(session.run(append), failsWith("PROTOCOL", /OK to APPEND before all of it was sent/)),
    );
  });

  test("OK to a login before the password was asked for is none", async (t) => {
    const attacker = await startAttacker(t, (wire) => answersAtOnce(wire, "OK [CAPABILITY IMAP4rev1] in"));
    await assert.rejects(connecting("remote", attacker, {}), failsWith("PROTOCOL", /before all of it was sent/));
    assert.equal(findSecret(attacker.heard, password), undefined);
  });

  test("NO to it is its answer, and nothing more of it is sent", async () => {
    const script = `
      C: a APPEND box () {6}
      S: a NO [OVERQUOTA] full
      C: b NOOP
      S: b OK`;
    await withSession(script, async (session) => {
      await assert.rejects(session.run(append), { code: "COMMAND_REFUSED" });
      await session.run(command("NOOP"));
    });
  });
});

describe("after the login", () => {
  for (const [name, answer] of [
    ["answers a command twice", "S: a OK\nS: a OK"],
    ["answers a command that was never sent", "S: a OK\nS: zz OK"],
    ["answers the next command before it is sent", "S: a OK\nS: a1 OK"],
    ["answers with half of another tag", "S: a OK\nS: a OK\nS: a NO"],
  ] as const)
    test(`a server that ${name} is left`, async () => {
      await withSession(`C: a NOOP\n${answer}`, async (session) => {
        await session.run(command("NOOP"));
        await assert.rejects(
          Promise.race([session.ended.then((error) => Promise.reject(error)), silence(session)]),
          (error) => {
            assert.ok(error instanceof InterimapError);
            return failsWith("PROTOCOL", /answered a command never sent/)(error);
          },
        );
      });
    });

  test("news of messages while no mailbox is open are nobody's", async () => {
    const script = `
      C: a NOOP
      S: * 1 EXPUNGE
      S: * VANISHED 1:9
      S: * 9 FETCH (UID 9 FLAGS (\\Deleted))
      S: * 3 EXISTS
      S: a OK
      C: b SELECT box
      S: * 2 EXISTS
      S: b OK [READ-WRITE]`;
    await withSession(script, async (session) => {
      await session.run(command("NOOP"));
      assert.equal(session.view, undefined);
      const view = new MailboxView("box", withQresync);
      await session.run(command("SELECT box", { overlap: "select", opens: view }));
      assert.equal(view.exists, 2);
      assert.equal(view.hasShrunk, false);
    });
  });
});

function silence(session: Session): Promise<never> {
  return session.run(command("NOOP")).then(() => assert.fail("it goes on"));
}

describe("numbers out of range", () => {
  const fetched = (items: string): string => `* 1 FETCH (${items})`;
  for (const odd of [
    ...["0", "4294967296", "18446744073709551616", "-1", "1e3", "0x1", "9".repeat(400), "*", ""].flatMap((uid) => [
      fetched(`UID ${uid} FLAGS ()`),
      `* VANISHED ${uid}`,
      `* VANISHED (EARLIER) 1:${uid}`,
    ]),
    ...["4294967296", "-1", "9".repeat(400)].flatMap((count) => [
      `* ${count} EXISTS`,
      `* ${count} EXPUNGE`,
      `* ${count} FETCH (UID 1)`,
    ]),
  ])
    test(`${odd.length > 60 ? `${odd.slice(0, 60)}…` : odd}: costs its mailbox at most, and is never a UID`, async () => {
      const view = new MailboxView("box", withQresync);
      await withSession(`C: a NOOP\nS: ${odd}\nS: a OK\nC: b NOOP\nS: b OK`, async (session) => {
        session.view = view;
        await session.run(command("NOOP"));
        await session.run(command("NOOP"));
        assert.ok(isEmpty(view.pending.takeVanished(uidRange(1, maxUid))), "nothing has vanished");
        assert.ok(view.exists <= 0xffff_ffff);
      });
    });
});

test("what left says nothing of the credentials in all this", async (t) => {
  const attacker = await startAttacker(t, (wire) => {
    wire.say("* BYE [ALERT] who are you\r\n");
  });
  await assert.rejects(connecting("local", attacker, {}), failsWith("CONNECT"));
  requireNoCredentials(attacker);
});
