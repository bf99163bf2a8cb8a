import assert from "node:assert/strict";
import { test } from "node:test";
import { InterimapError } from "../../../src/model/errors.ts";
import { flagSet } from "../../../src/model/flags.ts";
import type { Side } from "../../../src/model/side.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { newsOnly } from "../../../src/watch/once-a-day.ts";

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
  { type: "mailbox-skipped", ...place, error },
  { type: "messages-refused", ...place, sourceUids: uidSetOf([3]), reason: "too big" },
  { type: "messages-still-refused", ...place, sourceUids: uidSetOf([4, 5]), reason: "too big" },
  { type: "subscription-refused", ...place, reason: "no" },
  { type: "flags-refused", ...place, uids: uidSetOf([1]), reason: "no" },
  { type: "flags-unkept", ...place, flags },
  { type: "notify-missing", side: "remote", instead: "poll", reason: "no" },
  { type: "news-in-vain", ...place },
  { type: "special-use-unpaired", use: "\\sent", names: { ours: "a", theirs: "b" } },
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
    { type: "mailbox-skipped", ...place, error },
    { type: "mailbox-skipped", ...place, side: "remote", error },
    { type: "mailbox-skipped", mailbox: "box", error },
    { type: "mailbox-skipped", ...place, mailbox: "other", error },
    {
      type: "mailbox-skipped",
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

test("trouble that differs only in numbers and times is no news", () => {
  const skipped = (since: string): SyncEvent => ({
    type: "mailbox-skipped",
    ...place,
    error: new InterimapError("COMMAND_REFUSED", `the server refused SELECT: NO [INUSE] locked since ${since}`),
  });
  const alert = (percent: number): SyncEvent => ({ type: "alert", side: "local", text: `${String(percent)} % full` });
  const reports = [skipped("12:00:01"), skipped("12:00:02"), alert(98), alert(99)].map((event) => [0, event] as const);
  assert.deepEqual(passed(reports), [skipped("12:00:01"), alert(98)]);
});

/** Each in words of its own. */
function words(i: number): string {
  return String(i).replace(/\d/g, (digit) => "abcdefghij".charAt(Number(digit)));
}

test("of what a server says in ever new words the first is shown, and that there is more, once a day", () => {
  const alert = (i: number, side: Side = "remote"): SyncEvent => ({ type: "alert", side, text: words(i) });
  const many = Array.from({ length: 100 }, (_, i) => [0, alert(i)] as const);
  const more = { type: "more-unshown", side: "remote", isAlert: true } as const;
  const shown = Array.from({ length: 20 }, (_, i) => alert(i));
  const here = alert(0, "local");
  assert.deepEqual(passed([...many, [0, alert(500)], [0, here], [0, alert(3)]]), [...shown, more, here]);
  // A day later it all begins again.
  const next = [[24, alert(3)], ...many] as const;
  assert.deepEqual(passed([...many, ...next]).slice(21), [alert(3), ...shown.filter((_, i) => i !== 3), more]);
});

test("a mailbox that is skipped for ever new reasons keeps none of the others quiet", () => {
  const skipped = (mailbox: string, i: number): SyncEvent => ({
    type: "mailbox-skipped",
    side: "local",
    mailbox,
    error: new InterimapError("COMMAND_REFUSED", words(i)),
  });
  const reports = Array.from({ length: 30 }, (_, i) => [0, skipped("odd", i)] as const);
  const events = passed([...reports, [0, skipped("other", 7)]]);
  assert.deepEqual(events.slice(19), [
    skipped("odd", 19),
    { type: "more-unshown", side: "local", mailbox: "odd", isAlert: false },
    skipped("other", 7),
  ]);
});

test("what it costs grows with what is told, however much was told before", () => {
  let asked = 0;
  const now = (): number => asked++;
  const report = newsOnly(() => undefined, now);
  for (let i = 0; i < 50_000; i++) {
    report({ type: "alert", side: "local", text: words(i) });
    report({ type: "messages-refused", ...place, sourceUids: uidSetOf([i + 1]), reason: "no" });
  }
  assert.ok(asked < 1_000_000, String(asked));
});
