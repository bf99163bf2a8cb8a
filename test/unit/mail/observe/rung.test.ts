import assert from "node:assert/strict";
import { test } from "node:test";
import { MailboxDescription } from "../../../../src/imap/mailbox/mailbox-description.ts";
import { rungOf } from "../../../../src/mail/observe/rung.ts";

const recorded = { uidValidity: 7, uidNext: 5, highestModSeq: 9n };

function described(...codes: readonly (readonly [name: string, text: string])[]): MailboxDescription {
  const mailbox = new MailboxDescription("box");
  for (const [name, text] of codes) mailbox.noteCode({ name, text });
  return mailbox;
}

test("a mailbox of which the server says neither that it has mod-sequences nor that it has none cannot be observed", () => {
  assert.equal(rungOf(described(["UIDNEXT", "5"])), undefined);
  assert.equal(rungOf(described(["UIDNEXT", "5"]), recorded), undefined);
});

test("the server reports what happened where mailbox and record have mod-sequences; else both are compared", () => {
  const withModSeqs = described(["HIGHESTMODSEQ", "12"]);
  assert.equal(rungOf(withModSeqs), "resync");
  assert.equal(rungOf(withModSeqs, recorded), "resync");
  assert.equal(rungOf(withModSeqs, { ...recorded, highestModSeq: 0n }), "comparison");
  assert.equal(rungOf(withModSeqs, { ...recorded, highestModSeq: 0n, uidNext: 1 }), "resync", "it was empty");
  for (const without of [described(["NOMODSEQ", ""]), described(["HIGHESTMODSEQ", "0"])]) {
    assert.equal(rungOf(without), "comparison");
    assert.equal(rungOf(without, recorded), "comparison");
  }
});
