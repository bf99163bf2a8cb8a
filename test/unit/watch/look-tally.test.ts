// What is counted in a look, and what its user gets to read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, InterimapError } from "../../../src/model/errors.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { Totals } from "../../../src/sync/context/totals.ts";
import { LookTally } from "../../../src/watch/look-tally.ts";
import { errorLine } from "../../support/error-line.ts";

function skipped(code: ErrorCode, mailbox = "a"): SyncEvent {
  return { type: "mailbox-skipped", mailbox, error: new InterimapError(code, code) };
}

const created: SyncEvent = { type: "mailbox-created", side: "local", mailbox: "new" };

test("what is skipped counts each time, and is read once a day", () => {
  const read: SyncEvent[] = [];
  const tally = new LookTally((event) => read.push(event), new Totals(errorLine));
  for (let i = 0; i < 2; i++) {
    tally.reset();
    tally.report(skipped("COMMAND_REFUSED"));
    assert.equal(tally.totals.skipped, 1);
  }
  assert.equal(read.length, 1);
});

test("some of that is worth another attempt soon", () => {
  const tally = new LookTally(() => undefined, new Totals(errorLine));
  tally.report(skipped("MAILBOX_GONE"));
  assert.equal(tally.isWorthRetry, false);
  tally.report(skipped("COMMAND_REFUSED"));
  assert.equal(tally.isWorthRetry, true);
  tally.reset();
  assert.equal(tally.isWorthRetry, false);
});

test("what was done is found; a mailbox that is gone is, once", () => {
  const tally = new LookTally(() => undefined, new Totals(errorLine));
  tally.report(created);
  tally.report(skipped("MAILBOX_GONE", "gone"));
  assert.deepEqual([...tally.finds], ["new", "gone"]);
  tally.reset();
  assert.deepEqual([...tally.finds], []);
  tally.report(skipped("MAILBOX_GONE", "gone"));
  assert.deepEqual([...tally.finds], []);
});
