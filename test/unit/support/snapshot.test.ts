import assert from "node:assert/strict";
import { test } from "node:test";
import { diffSnapshots, type MailStoreSnapshot, type MessageSnapshot } from "../../support/snapshot.ts";

const message: MessageSnapshot = {
  digest: "d1",
  size: 10,
  flags: ["\\seen"],
  internalDate: 0,
  messageId: "<1@x>",
};

function store(messages: readonly MessageSnapshot[], subscribed: readonly string[] = []): MailStoreSnapshot {
  return { mailboxes: new Map([["a\0b", messages]]), subscribed: new Set(subscribed) };
}

test("equal stores have no differences", () => {
  assert.deepEqual(diffSnapshots(store([message, message], ["a"]), store([message, message], ["a"])), []);
});

test("names the message whose flags or date differ", () => {
  const other = { ...message, flags: ["\\flagged", "\\seen"], internalDate: 60 };
  assert.deepEqual(diffSnapshots(store([message]), store([other])), [
    "a/b: <1@x> differs: flags (\\seen) / (\\flagged \\seen), INTERNALDATE 1970-01-01T00:00:00.000Z / 1970-01-01T00:01:00.000Z",
  ]);
});

test("counts copies: once and twice is a difference", () => {
  assert.match(diffSnapshots(store([message]), store([message, message])).join(), /<1@x>.* only in b/);
});

test("mailboxes and subscriptions of one side only", () => {
  const empty: MailStoreSnapshot = { mailboxes: new Map(), subscribed: new Set() };
  assert.deepEqual(diffSnapshots(store([message], ["x"]), empty), [
    "a/b: only in a (1 messages)",
    "x: subscribed only in a",
  ]);
});

test("says at most 20 lines and how many are left out", () => {
  const many = Array.from({ length: 50 }, (_, index) => ({ ...message, digest: `d${index}` }));
  const lines = diffSnapshots(store(many), store([]));
  assert.equal(lines.length, 20);
  assert.equal(lines.at(-1), "… and 31 more differences");
});
