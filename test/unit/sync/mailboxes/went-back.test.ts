import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailboxState } from "../../../../src/model/mailbox-state.ts";
import { perSide, sides } from "../../../../src/model/side.ts";
import { hasGoneBack } from "../../../../src/sync/mailboxes/went-back.ts";

const before: MailboxState = { uidValidity: 7, uidNext: 5, highestModSeq: 9n };

for (const side of sides) {
  const goesBack = (name: string, now: MailboxState | undefined): boolean =>
    hasGoneBack(
      side,
      [
        {
          ...{ idx: 1, name, subscribed: false, isUnfinished: false },
          states: perSide((one) => (one === side ? before : undefined)),
        },
      ],
      () => now,
    );

  test(`lower numbers say that the ${side} server went back; higher ones, and none, do not`, () => {
    assert.equal(goesBack("a", before), false);
    assert.equal(goesBack("a", undefined), false);
    assert.equal(goesBack("a", { ...before, uidNext: 6, highestModSeq: 10n }), false);
    assert.equal(goesBack("a", { ...before, uidNext: 4 }), true);
    assert.equal(goesBack("a", { ...before, highestModSeq: 8n }), true);
    assert.equal(goesBack("a", { ...before, highestModSeq: 0n }), false, "it tells none");
  });

  test(`another INBOX is another ${side} server; any other mailbox may have been made anew`, () => {
    assert.equal(goesBack("a", { ...before, uidValidity: 8 }), false);
    assert.equal(goesBack("INBOX", { ...before, uidValidity: 8 }), true);
  });
}
