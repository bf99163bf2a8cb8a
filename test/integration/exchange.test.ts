// What Microsoft 365 and Exchange answer, put into the mouth of a real server: messages that are not to be had, pauses that are
// asked for in words, and mailboxes that hold no mail.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { otherSide, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, mail, mails, twoStores } from "../support/two-stores.ts";
import { answerAppends, refuse } from "./refused-messages.ts";

const onOne = inTurn(sides);

let dovecot: MailServer;

before(async () => {
  dovecot = await startDovecot();
});

after(() => dovecot.stop());

const unconvertible = "NO The requested message could not be converted to an RFC-822 compatible format.";
const throttled = "Request is throttled. Suggested Backoff Time: 59000 milliseconds";

for (const exchange of sides) {
  const test = onOne(exchange);
  const other = otherSide(exchange);
  for (const words of [
    unconvertible,
    "NO [UNAVAILABLE] UID FETCH Server error while fetching messages",
    "BAD Command Error. 12",
  ])
    test(`one message of ${exchange} cannot be had (${words}): the others are copied, and one line says so`, async (t) => {
      const stores = await twoStores(t, { local: dovecot, remote: dovecot });
      await deliver(stores[exchange], "INBOX", ...mails("m", 5));
      refuse(stores, exchange, { pattern: /UID FETCH (?:1:5|2) \(UID FLAGS INTERNALDATE BODY/, answer: words });
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.deepEqual(await contents(stores[other]), ["m1", "m3", "m4", "m5"], stderr);
      assert.equal(stderr.split("\n").filter((line) => line.includes(words.replace(/^\S+ /, ""))).length, 1, stderr);
    });

  test(`${exchange} throttles an APPEND: what waits is told once, and everything else goes on`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: dovecot });
    await deliver(stores[other], "INBOX", ...mails("m", 3));
    await deliver(stores[exchange], "INBOX", mail("theirs"));
    answerAppends(stores, { target: exchange, box: "INBOX" }, Array<string>(4).fill(`NO ${throttled}`));
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.ok((await contents(stores[other])).includes("theirs"));
    assert.equal(stderr.split("\n").filter((line) => line.includes("throttled")).length, 1, stderr);
  });

  test(`${exchange} has a mailbox that is none: it is skipped with one line`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: dovecot });
    await deliver(stores[exchange], "INBOX", mail("one"));
    await command(stores[exchange], "CREATE Calendar");
    await deliver(stores[exchange], "Calendar", mail("two"));
    refuse(stores, exchange, { pattern: /^\S+ SELECT Calendar/, answer: "NO Mailbox Calendar cannot be opened." });
    const { status, stderr } = await runInterimap(stores.home);
    assert.deepEqual(await contents(stores[other]), ["one"], stderr);
    assert.equal(status, 1, stderr);
    assert.equal(stderr.split("\n").filter((line) => line.includes("cannot be opened")).length, 1, stderr);
  });
}
