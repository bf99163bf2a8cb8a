import assert from "node:assert/strict";
import { test } from "node:test";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { RunProgress } from "../../../src/report/run-progress.ts";
import { RunSum } from "../../../src/report/run-sum.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";

function added(count: number, octets: number): SyncEvent {
  const uids = Array.from({ length: count }, (_, i) => i + 1);
  return { type: "messages-added", side: "local", mailbox: "INBOX", sourceUids: uids, uids, octets };
}

test("it is drawn after a second, some times a second, and taken away at the end", () => {
  const drawn: string[] = [];
  let at = 0;
  const screen = { showStatus: (text: string) => void drawn.push(text) };
  const progress = new RunProgress(screen, { columns: 100, now: () => at, draws: true });
  progress.note({ type: "work-begun", mailboxes: 2, messages: 100 });
  progress.note({ type: "mailbox-begun", mailbox: "INBOX" });
  at = 900;
  progress.note(added(10, 10_000));
  assert.deepEqual(drawn, []);
  at = 1_000;
  progress.note(added(10, 10_000));
  assert.deepEqual(drawn, ["20% 20 of 100 messages, 20.0 kB, 20.0 kB/s, 0 of 2 mailboxes, 4 s left: INBOX"]);
  at = 1_100;
  progress.note(added(10, 10_000));
  assert.equal(drawn.length, 1);
  at = 2_000;
  progress.note({ type: "mailbox-done", mailbox: "INBOX" });
  assert.equal(drawn.at(-1), "30% 30 of 100 messages, 30.0 kB, 15.0 kB/s, 1 of 2 mailboxes, 5 s left");
  assert.equal(progress.end(), "Done in 2 s: local: 30 messages added (30.0 kB)");
  assert.equal(drawn.at(-1), "");
});

test("it is no wider than the terminal", () => {
  let shown = "";
  let at = 0;
  const screen = { showStatus: (text: string) => void (shown = text) };
  const progress = new RunProgress(screen, { columns: 30, now: () => at, draws: true });
  at = 1_000;
  progress.note({ type: "work-begun", mailboxes: 1, messages: 0 });
  progress.note({ type: "mailbox-begun", mailbox: "a mailbox with a long name" });
  at = 2_000;
  progress.note(added(1, 1));
  assert.ok(shown.length > 0 && shown.length < 30, shown);
  progress.end();
});

test("without a display there is a sum", () => {
  const screen = { showStatus: () => assert.fail("drawn") };
  let at = 0;
  const progress = new RunProgress(screen, { columns: 80, now: () => at, draws: false });
  at = 5_000;
  progress.note(added(1, 17));
  assert.equal(progress.end(), "Done in 5 s: local: 1 message added (17 B)");
});

test("a run that did nothing has no sum; one that did says what, for each side", () => {
  assert.equal(new RunSum().text(10), undefined);
  const here = { side: "remote", mailbox: "a" } as const;
  const sum = new RunSum();
  sum.note({ ...here, type: "mailbox-created" });
  sum.note({ ...here, type: "subscribed" });
  sum.note({ ...here, type: "messages-removed", uids: uidSetOf([1, 2]) });
  sum.note({ type: "messages-matched", mailbox: "a", count: 3 });
  sum.note({ ...here, type: "messages-refused", sourceUids: uidSetOf([9]), reason: "too large" });
  sum.note(added(2, 2_500_000_000));
  assert.equal(
    sum.text(61_000),
    "Done in 1 min 1 s: local: 2 messages added (2.5 GB); remote: 2 changes of mailboxes, 2 removed; 3 messages matched; 1 skipped or refused",
  );
});

test("what would be done is not summed up as done", () => {
  const sum = new RunSum();
  sum.note({ type: "mailbox-created", side: "local", mailbox: "a", isPlanned: true });
  assert.equal(sum.text(0), undefined);
});
