import assert from "node:assert/strict";
import { test } from "node:test";
import { type Abilities, basic, withCondstore, withQresync } from "../../../../src/imap/abilities.ts";
import { MailboxView } from "../../../../src/imap/mailbox/mailbox-view.ts";
import { rungOf } from "../../../../src/mail/observe/rung.ts";

const recorded = { uidValidity: 7, uidNext: 5, highestModSeq: 9n };

function told(abilities: Abilities, name: string, text = ""): MailboxView {
  const view = new MailboxView("box", abilities);
  view.noteCode({ name, text });
  return view;
}

for (const [abilities, rung] of [
  [withQresync, "resync"],
  [withCondstore, "mod-sequences"],
] as const) {
  test(`${rung}: where mailbox and record have mod-sequences; else all of it is looked at`, () => {
    const view = told(abilities, "HIGHESTMODSEQ", "12");
    assert.equal(rungOf(view), rung);
    assert.equal(rungOf(view, recorded), rung);
    assert.equal(rungOf(view, { ...recorded, highestModSeq: 0n }), "full-look");
    assert.equal(rungOf(view, { ...recorded, highestModSeq: 0n, uidNext: 1 }), rung, "it was empty");
    for (const without of [told(abilities, "NOMODSEQ"), told(abilities, "HIGHESTMODSEQ", "0")]) {
      assert.equal(rungOf(without), "full-look");
      assert.equal(rungOf(without, recorded), "full-look");
    }
  });
}

test("where nothing is enabled, what the server says of mod-sequences is for others", () => {
  for (const name of ["UIDNEXT", "HIGHESTMODSEQ"]) {
    const view = told(basic, name, "12");
    assert.equal(rungOf(view, recorded), "full-look");
    assert.equal(view.highestModSeq, 0n);
  }
});
