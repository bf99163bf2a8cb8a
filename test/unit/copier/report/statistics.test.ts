// The figures of a run, by what the engine told of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CopyEvent, SkipReason } from "../../../../src/copier/events.ts";
import type { CountedError, ErrorKind } from "../../../../src/copier/report/errors.ts";
import { Statistics } from "../../../../src/copier/report/statistics.ts";
import { uidRange } from "../../../../src/model/uid-set.ts";

const pair = { folder1: "INBOX", folder2: "INBOX" };

function counted(...events: readonly CopyEvent[]): Statistics {
  const statistics = new Statistics(new Date(0));
  for (const event of events) statistics.note(event);
  return statistics;
}

function copied(uid1: number, octets: number): CopyEvent {
  return { type: "message-copied", ...pair, uid1, uid2: uid1, octets };
}

function skipped(reason: SkipReason, last: number, octets = 153): CopyEvent {
  return { type: "messages-skipped", ...pair, uids: uidRange(1, last), octets, reason };
}

function failed(kind: ErrorKind): CopyEvent {
  const error: CountedError = { kind, text: "no" };
  return { type: "message-failed", ...pair, uid1: 1, octets: 153, error };
}

test("what is copied is no longer only on host1", () => {
  const {
    copied: count,
    octetsCopied,
    biggestCopied,
    onlyOn1,
    processed,
  } = counted({ type: "folder-compared", ...pair, onlyOn1: 3, onlyOn2: 1 }, copied(1, 153), copied(2, 30000));
  assert.deepEqual([count, octetsCopied, biggestCopied, onlyOn1, processed], [2, 30153, 30000, 1, 2]);
});

test("a message that cannot be fetched is skipped, one that is refused is not", () => {
  assert.equal(counted(failed("fetch")).skipped, 1);
  const refused = counted(failed("append"), failed("append-virus"), failed("quota"));
  assert.deepEqual([refused.skipped, refused.processed, refused.errors.count], [0, 3, 3]);
});

test("what was not selected is nowhere in the figures", () => {
  const { skipped: count, processed } = counted(skipped("not-selected", 7), skipped("too-large", 1));
  assert.deepEqual([count, processed], [1, 1]);
});

test("a cross duplicate is skipped, and counted by itself", () => {
  const { skipped: count, crossDuplicates } = counted(skipped("cross-duplicate", 2));
  assert.deepEqual([count, crossDuplicates], [2, 2]);
});

test("a dry run deletes and copies nothing", () => {
  const uids = uidRange(1, 4);
  const {
    deleted,
    copied: count,
    toCopy,
  } = counted(
    { type: "messages-deleted", host: 2, folder: "INBOX", uids, why: "extra", isDry: true },
    { type: "messages-to-copy", ...pair, uids, octets: 612 },
  );
  assert.deepEqual([deleted[2], count, toCopy], [0, 0, 4]);
});
