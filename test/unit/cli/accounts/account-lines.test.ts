import assert from "node:assert/strict";
import { test } from "node:test";
import { accountLine, progressLine, summary } from "../../../../src/cli/accounts/account-lines.ts";
import { exitCodeOf, worstCode } from "../../../../src/cli/accounts/worst-code.ts";

test("each line says whose it is", () => {
  assert.equal(accountLine("work", "remote(INBOX): Added 2 messages"), "work: remote(INBOX): Added 2 messages");
  assert.equal(accountLine('a"b', '{"time":1}'), String.raw`{"account":"a\"b","time":1}`);
  assert.equal(accountLine("a\x1b[2J", "x"), String.raw`a\x1b[2J: x`);
});

test("the sum names those that are not done", () => {
  const result = (name: string, code: 0 | 1 | 77, outcome: "done" | "partial" | "failed" | "stopped") => ({
    name,
    code,
    outcome,
  });
  assert.equal(summary([result("a", 0, "done")], 900), "1 account in 900 ms: 1 done");
  assert.equal(
    summary(
      [result("a", 0, "done"), result("b", 1, "partial"), result("c", 77, "failed"), result("d", 0, "stopped")],
      61_000,
    ),
    "4 accounts in 1 min 1 s: 1 done, 1 skipped something (b), 1 failed (c: 77), 1 stopped before the end (d)",
  );
});

test("progress of several at once fits the terminal", () => {
  const working = new Map([
    ["work", "45% 540 of 1200 messages, 12.3 MB, 2.1 MB/s, 3 of 12 mailboxes, 55 s left: Archive/2023"],
    ["home", "Connecting and listing mailboxes"],
  ]);
  const line = progressLine({ done: 1, all: 4, working }, 80);
  assert.equal(line, "1 of 4 accounts done; work: 45% 540 of 1200 mess…; home: Connecting and listi…");
  for (const columns of [20, 40, 100, 200])
    assert.ok(progressLine({ done: 1, all: 4, working }, columns).length < Math.max(columns, 21));
});

test("what needs a hand is worse than what may pass, and that worse than what was skipped", () => {
  assert.equal(worstCode([]), 0);
  assert.equal(worstCode([0, 1, 0]), 1);
  assert.equal(worstCode([1, 75, 69]), 69);
  assert.equal(worstCode([69, 65, 77, 1]), 77);
  assert.equal(worstCode([78, 70]), 70);
  assert.deepEqual([worstCode([0, 2, 1]), worstCode([2, 3]), worstCode([75, 3])], [2, 3, 75]);
  // Ended by a signal, or with a code that is none of ours.
  assert.equal(exitCodeOf(null), 70);
  assert.equal(exitCodeOf(5), 70);
});
