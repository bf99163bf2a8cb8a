import assert from "node:assert/strict";
import { test } from "node:test";
import { type Abilities, basic, withQresync } from "../../../../src/imap/abilities.ts";
import { MailboxView } from "../../../../src/imap/mailbox/mailbox-view.ts";
import { rungOf } from "../../../../src/mail/observe/rung.ts";

const recorded = { uidValidity: 7, uidNext: 5, highestModSeq: 9n };

function told(abilities: Abilities, name: string, text = ""): MailboxView {
  const view = new MailboxView("box", abilities);
  view.noteCode({ name, text });
  return view;
}

test("a mailbox of which the server says neither that it has mod-sequences nor that it has none cannot be observed", () => {
  const view = told(withQresync, "UIDNEXT", "5");
  assert.equal(rungOf(view), undefined);
  assert.equal(rungOf(view, recorded), undefined);
});

test("the server reports what happened where mailbox and record have mod-sequences; else both are compared", () => {
  const view = told(withQresync, "HIGHESTMODSEQ", "12");
  assert.equal(rungOf(view), "resync");
  assert.equal(rungOf(view, recorded), "resync");
  assert.equal(rungOf(view, { ...recorded, highestModSeq: 0n }), "comparison");
  assert.equal(rungOf(view, { ...recorded, highestModSeq: 0n, uidNext: 1 }), "resync", "it was empty");
  for (const without of [told(withQresync, "NOMODSEQ"), told(withQresync, "HIGHESTMODSEQ", "0")]) {
    assert.equal(rungOf(without), "comparison");
    assert.equal(rungOf(without, recorded), "comparison");
  }
});

test("where nothing is enabled the server need not say either, and reports nothing of the time before", () => {
  for (const name of ["UIDNEXT", "HIGHESTMODSEQ"])
    assert.equal(rungOf(told(basic, name, "12"), recorded), "comparison");
});

test("by mod-sequences alone nobody learns yet what happened", () => {
  const view = told({ ...withQresync, reportsSince: false }, "HIGHESTMODSEQ", "12");
  assert.equal(rungOf(view, recorded), "comparison");
});
