import assert from "node:assert/strict";
import { test } from "node:test";
import { InterimapError } from "../../../src/model/errors.ts";
import { flagSet } from "../../../src/model/flags.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import type { SyncEvent } from "../../../src/sync/events.ts";
import { newsOnly } from "../../../src/sync/news-only.ts";

const hour = 60 * 60_000;

/** What passes, of the same event reported again and again, with the hours between. */
function passed(reports: readonly (readonly [afterHours: number, event: SyncEvent])[]): SyncEvent[] {
  const events: SyncEvent[] = [];
  let now = 0;
  const report = newsOnly(
    (event) => {
      events.push(event);
    },
    () => now,
  );
  for (const [afterHours, event] of reports) {
    now += afterHours * hour;
    report(event);
  }
  return events;
}

const place = { side: "local", mailbox: "box" } as const;
const error = new InterimapError("COMMAND_REFUSED", "the server refused SELECT: NO");
const flags = flagSet(["$x"]);

const trouble: readonly SyncEvent[] = [
  { type: "mailbox-left-out", ...place, error },
  { type: "messages-refused", ...place, sourceUids: uidSetOf([3]), reason: "too big" },
  { type: "messages-still-refused", ...place, sourceUids: uidSetOf([4, 5]), reason: "too big" },
  { type: "subscription-refused", ...place, reason: "no" },
  { type: "flags-refused", ...place, uids: uidSetOf([1]), reason: "no" },
  { type: "flags-unkept", ...place, flags },
  { type: "notify-missing", side: "remote", instead: "poll", reason: "no" },
  { type: "news-in-vain", ...place },
  { type: "alert", side: "remote", text: "Your mailbox is 98% full" },
];

for (const event of trouble) {
  test(`${event.type} is told once a day`, () => {
    assert.equal(
      passed([
        [0, event],
        [0, event],
        [23, event],
      ]).length,
      1,
    );
    assert.equal(
      passed([
        [0, event],
        [24, event],
        [1, event],
        [23, event],
      ]).length,
      3,
    );
  });
}

test("what happened is told each time", () => {
  const events: readonly SyncEvent[] = [
    { type: "messages-added", ...place, sourceUids: [1], uids: [2] },
    { type: "messages-removed", ...place, uids: uidSetOf([1]) },
    { type: "connection-failed", side: "local", error, retryInMs: 1 },
    { type: "connected-again", side: "local", afterMs: 1 },
    { type: "clock-jumped", byMs: 1 },
  ];
  for (const event of events)
    assert.equal(
      passed([
        [0, event],
        [0, event],
      ]).length,
      2,
      event.type,
    );
});

test("other trouble, and the same trouble elsewhere, are news", () => {
  const reports: readonly SyncEvent[] = [
    { type: "mailbox-left-out", ...place, error },
    { type: "mailbox-left-out", ...place, side: "remote", error },
    { type: "mailbox-left-out", mailbox: "box", error },
    { type: "mailbox-left-out", ...place, mailbox: "other", error },
    {
      type: "mailbox-left-out",
      ...place,
      error: new InterimapError("COMMAND_REFUSED", "the server refused CREATE: NO"),
    },
    { type: "messages-refused", ...place, sourceUids: uidSetOf([3]), reason: "too big" },
    { type: "messages-refused", ...place, sourceUids: uidSetOf([4]), reason: "too big" },
    { type: "messages-refused", ...place, sourceUids: uidSetOf([3]), reason: "over quota" },
    { type: "messages-still-refused", ...place, sourceUids: uidSetOf([5, 6]), reason: "too big" },
    { type: "messages-still-refused", ...place, sourceUids: uidSetOf([5, 7]), reason: "too big" },
    { type: "flags-unkept", ...place, flags },
    { type: "flags-unkept", ...place, flags: flagSet(["$y"]) },
  ];
  const twice = [...reports, ...reports].map((event) => [0, event] as const);
  assert.deepEqual(passed(twice), reports);
});

test("a message that was refused is no news while it is still refused, with the same words", () => {
  const refused = (sourceUid: number): SyncEvent => ({
    type: "messages-refused",
    ...place,
    sourceUids: uidSetOf([sourceUid]),
    reason: "too big",
  });
  const still = (...uids: readonly number[]): SyncEvent => ({
    type: "messages-still-refused",
    ...place,
    sourceUids: uidSetOf(uids),
    reason: "too big",
  });
  const reports = [refused(3), refused(4), still(3, 4), still(4), still(3, 4, 5), still(5)].map(
    (event) => [0, event] as const,
  );
  assert.deepEqual(passed(reports), [refused(3), refused(4), still(3, 4, 5)]);
});
