// Dovecot and Gmail's labels, as a model server has them, each on either side: a message under two labels, moved between
// labels, taken from one; and APPEND that gives the UID of a message that was there before.

import assert from "node:assert/strict";
import { after, before, describe, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { type GmailServer, startGmail } from "../support/gmail-server.ts";
import type { MailServer } from "../support/mail-server.ts";
import { describeChange, mutate } from "../support/mutate.ts";
import { seededRandom } from "../support/random.ts";
import { runInterimap, type RunResult } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { inTurn, isCampaign } from "../support/turns.ts";
import {
  command,
  contents,
  deliver,
  expunge,
  mail,
  mails,
  store,
  type TwoStores,
  twoStores,
} from "../support/two-stores.ts";
import { makeDue } from "./refused-messages.ts";

const onOne = inTurn(sides);

/** Mailboxes that show messages of the others once more. */
const leftOut = ["[Gmail]\0All Mail", "[Gmail]\0Important", "[Gmail]\0Starred"];

let dovecot: MailServer;
let gmail: GmailServer;

before(async () => {
  [dovecot, gmail] = await Promise.all([startDovecot(), startGmail()]);
});

after(() => Promise.all([dovecot.stop(), gmail.stop()]));

interface Scene extends TwoStores {
  readonly gmail: MailServer;
  readonly dovecot: MailServer;
}

async function scene(t: TestContext, gmailSide: Side): Promise<Scene> {
  const servers: PerSide<MailServer> =
    gmailSide === "local" ? { local: gmail, remote: dovecot } : { local: dovecot, remote: gmail };
  const stores = await twoStores(t, servers);
  return { ...stores, gmail: stores[gmailSide], dovecot: stores[otherSide(gmailSide)] };
}

async function run({ home }: Scene): Promise<RunResult> {
  const result = await runInterimap(home, ["--debug"]);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

/** A further run says nothing, and sends nothing that changes anything. */
async function assertSilent(stores: Scene, context = ""): Promise<void> {
  const { status, stderr } = await runInterimap(stores.home, ["--debug"]);
  assert.equal(status, 0, `${context}\n${stderr}`);
  const changing = stderr
    .split("\n")
    .filter((line) =>
      /: C: \S+ (?:UID )?(?:STORE|EXPUNGE|APPEND|CREATE|DELETE|RENAME|SUBSCRIBE|UNSUBSCRIBE)\b/.test(line),
    );
  assert.deepEqual(changing, [], context);
}

async function assertIdentical({ local, remote }: Scene, context = ""): Promise<void> {
  assert.deepEqual(
    diffSnapshots(withoutViews(await snapshot(local)), withoutViews(await snapshot(remote))),
    [],
    context,
  );
}

function withoutViews({ mailboxes, subscribed }: MailStoreSnapshot): MailStoreSnapshot {
  return { mailboxes: new Map([...mailboxes].filter(([name]) => !leftOut.includes(name))), subscribed };
}

const rounds = isCampaign ? 20 : 5;

async function convergesAndRests(stores: Scene, context = ""): Promise<void> {
  const { stderr } = await run(stores);
  await assertIdentical(stores, `${context}\n${stderr}`);
  await assertSilent(stores, context);
}

for (const gmailSide of sides) {
  const test = onOne(gmailSide);
  describe(`Gmail is ${gmailSide}`, () => {
    test("rounds of changes on both sides end equal, and a further run does nothing", async (t) => {
      const stores = await scene(t, gmailSide);
      const random = seededRandom(gmailSide === "local" ? 201 : 202);
      for (const server of [stores.gmail, stores.dovecot]) {
        await command(server, "CREATE work", "CREATE work/old", "CREATE private");
        await deliver(server, "work", ...mails(server === stores.gmail ? "g" : "d", 20));
      }
      await convergesAndRests(stores);
      for (let round = 0; round < rounds; round++) {
        const made = [];
        for (const side of sides)
          made.push(...(await mutate(random, stores[side], { side, changes: 15, mailboxes: isLabel })));
        await convergesAndRests(stores, made.map(describeChange).join("\n"));
      }
    });

    test("a message with two labels is two messages elsewhere; its flags reach both, and each label goes by itself", async (t) => {
      const stores = await scene(t, gmailSide);
      await command(stores.gmail, "CREATE work");
      await deliver(stores.gmail, "INBOX", mail("zero"), mail("one"));
      await command(stores.gmail, "SELECT INBOX", "UID COPY 2 work");
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.dovecot, "work"), ["one"]);

      await store(stores.gmail, "1 +FLAGS (\\Flagged)", "work");
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.dovecot), ["one \\flagged", "zero"]);

      await store(stores.dovecot, "1 +FLAGS (todo)", "work");
      await run(stores);
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.dovecot), ["one \\flagged todo", "zero"]);

      await expunge(stores.dovecot, "1", "work");
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.gmail), ["one \\flagged todo", "zero"]);

      await expunge(stores.gmail, "2");
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.dovecot), ["zero"]);
      assert.deepEqual(await contents(stores.gmail, "[Gmail]\0All Mail"), ["one \\flagged todo", "zero"]);
    });

    test("a message that is moved between labels is moved elsewhere, whichever side moves it", async (t) => {
      const stores = await scene(t, gmailSide);
      await command(stores.gmail, "CREATE work");
      await deliver(stores.gmail, "INBOX", ...mails("m", 3));
      await convergesAndRests(stores);
      await command(stores.gmail, "SELECT INBOX", "UID MOVE 1 work");
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.dovecot, "work"), ["m1"]);
      await command(stores.dovecot, "SELECT INBOX", "UID MOVE 2:3 work");
      await convergesAndRests(stores);
      await command(stores.dovecot, "SELECT work", "UID MOVE 1 INBOX");
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.gmail, "work"), ["m2", "m3"]);
      assert.deepEqual(await contents(stores.gmail, "[Gmail]\0All Mail"), ["m1", "m2", "m3"]);
    });

    test("what is put into Trash on either side leaves its label, and is gone for good when it is deleted there", async (t) => {
      const stores = await scene(t, gmailSide);
      await deliver(stores.gmail, "INBOX", ...mails("m", 3));
      await convergesAndRests(stores);
      await command(stores.dovecot, "SELECT INBOX", 'UID MOVE 1 "[Gmail]/Trash"');
      await command(stores.gmail, "SELECT INBOX", 'UID MOVE 2 "[Gmail]/Trash"');
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.gmail, "[Gmail]\0Trash"), ["m1", "m2"]);
      await expunge(stores.dovecot, "1:*", "[Gmail]/Trash");
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.gmail, "[Gmail]\0All Mail"), ["m3"]);
      assert.deepEqual(await contents(stores.gmail, "[Gmail]\0Trash"), []);
    });

    test("equal messages in one mailbox stay, though Gmail has one for all of them", async (t) => {
      const stores = await scene(t, gmailSide);
      await deliver(stores.dovecot, "INBOX", mail("one"), mail("zero"), mail("one"), mail("one"));
      await run(stores);
      await assertSilent(stores);
      assert.deepEqual(await contents(stores.gmail), ["one", "zero"]);
      assert.deepEqual(await contents(stores.dovecot), ["one", "one", "one", "zero"]);
      await deliver(stores.dovecot, "INBOX", mail("one"));
      await run(stores);
      await assertSilent(stores);
      assert.deepEqual(await contents(stores.gmail), ["one", "zero"]);
      assert.deepEqual(await contents(stores.dovecot), ["one", "one", "one", "one", "zero"]);
    });

    test("of equal messages one is deleted: the others stay, and one of them has the label again in time", async (t) => {
      const stores = await scene(t, gmailSide);
      await deliver(stores.dovecot, "INBOX", mail("one"), mail("one"));
      const first = await run(stores);
      assert.match(
        first.stderr,
        /INBOX\): The server keeps only one of several equal messages: UID 2 of the \w+ side is UID 1 here/,
      );
      await expunge(stores.dovecot, "1");
      await run(stores);
      assert.deepEqual(await contents(stores.dovecot), ["one"]);
      makeDue(stores.home);
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.gmail), ["one"]);
    });

    test("what is in two mailboxes with different flags and dates is one message under two labels, and comes to rest", async (t) => {
      const stores = await scene(t, gmailSide);
      await command(stores.dovecot, "CREATE work");
      await deliver(stores.dovecot, "INBOX", mail("one", { flags: ["\\Seen", "todo"] }));
      await deliver(
        stores.dovecot,
        "work",
        mail("one", { flags: ["\\Answered"], internalDate: "03-Mar-2021 01:02:03 +0000" }),
      );
      await run(stores);
      await run(stores);
      await assertSilent(stores);
      const flags = await contents(stores.gmail, "[Gmail]\0All Mail");
      assert.equal(flags.length, 1);
      for (const server of [stores.gmail, stores.dovecot])
        for (const mailbox of ["INBOX", "work"]) assert.deepEqual(await contents(server, mailbox), flags);
    });

    test("a message that is only marked as deleted keeps its label, until it is expunged", async (t) => {
      const stores = await scene(t, gmailSide);
      await deliver(stores.dovecot, "INBOX", mail("one"), mail("two"));
      await convergesAndRests(stores);
      await store(stores.dovecot, "1 +FLAGS (\\Deleted \\Seen)");
      await run(stores);
      await assertSilent(stores);
      assert.deepEqual(await contents(stores.gmail), ["one \\seen", "two"]);
      assert.deepEqual(await contents(stores.dovecot), ["one \\deleted \\seen", "two"]);
      await store(stores.gmail, "1 +FLAGS (\\Flagged)");
      await run(stores);
      assert.deepEqual(await contents(stores.dovecot), ["one \\deleted \\flagged \\seen", "two"]);
      await command(stores.dovecot, "SELECT INBOX", "EXPUNGE");
      await convergesAndRests(stores);
      assert.deepEqual(await contents(stores.gmail), ["two"]);
    });
  });
}

/** Where a label's user may change things: nothing can be made below [Gmail]. */
function isLabel(name: string): boolean {
  return !name.startsWith("[Gmail]");
}
