// What is counted of a run, and of each look of a daemon.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InterimapError } from "../../../../src/model/errors.ts";
import { uidSetOf } from "../../../../src/model/uid-set.ts";
import type { SyncEvent } from "../../../../src/sync/context/events.ts";
import { Totals } from "../../../../src/sync/context/totals.ts";
import { errorLine } from "../../../support/error-line.ts";

const error = new InterimapError("MASS_DELETION", "12 of 12", { side: "remote", hint: "x" });
const skipped: SyncEvent = { type: "mailbox-skipped", mailbox: "a", error };
const heldBack: SyncEvent = { type: "deletions-held-back", side: "remote", mailboxes: ["b", "c"], error };
const refused: SyncEvent = {
  type: "messages-refused",
  side: "local",
  mailbox: "a",
  sourceUids: uidSetOf([1, 2]),
  reason: "NO",
};
const created: SyncEvent = { type: "mailbox-created", side: "local", mailbox: "a" };

function totalsOf(...events: readonly SyncEvent[]): Totals {
  const totals = new Totals(errorLine);
  for (const event of events) totals.note(event);
  return totals;
}

test("a run that held deletions back ends with 65, whatever else was skipped", () => {
  assert.equal(totalsOf().exitCode, 0);
  assert.equal(totalsOf(created).exitCode, 0);
  assert.equal(totalsOf(skipped).exitCode, 1);
  assert.equal(totalsOf(refused).exitCode, 1);
  assert.equal(totalsOf(skipped, heldBack, skipped).exitCode, 65);
});

test("mailboxes that were skipped are listed with the reason, messages are counted only", () => {
  assert.deepEqual(totalsOf(created, skipped, refused, heldBack).summary, {
    skipped: 3,
    mailboxesSkipped: ["a", "b", "c"].map((mailbox) => ({ mailbox, side: "remote", reason: "12 of 12; x" })),
  });
});

test("another look counts from nothing, and leaves what was said of the last one", () => {
  const totals = totalsOf(skipped, heldBack);
  const { summary } = totals;
  totals.clear();
  assert.deepEqual([totals.skipped, totals.exitCode, totals.summary.mailboxesSkipped], [0, 0, []]);
  assert.equal(summary.mailboxesSkipped.length, 3);
});
