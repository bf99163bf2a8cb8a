import assert from "node:assert/strict";
import { test } from "node:test";
import { labelsOnHost2, parseLabels, writeLabels } from "../../../../src/copier/messages/labels.ts";

void test("labels are read and written as values of a list", () => {
  const labels = ["\\Inbox", "Work", 'a "b" \\c', "x/y z", "&AOk-", "p(q)"];
  assert.deepEqual(parseLabels(writeLabels(labels)), labels);
  assert.deepEqual(parseLabels('"\\\\Inbox" \\Starred Work "a b"'), ["\\Inbox", "\\Starred", "Work", "a b"]);
  assert.deepEqual(parseLabels(""), []);
});

void test("labels lose the folder that is copied, at their beginning only", () => {
  const without = { subfolder1: "S1/", subfolder2: undefined };
  assert.deepEqual(labelsOnHost2(["S1/a", "MyS1/x", "S1", "Other"], without), ["a", "MyS1/x", "S1", "Other"]);
});

void test("labels go below the folder that all is copied to, and marks stay", () => {
  const below = { subfolder1: undefined, subfolder2: "Old" };
  assert.deepEqual(labelsOnHost2(["a", "\\Inbox", "\\Starred"], below), ["Old/a", "Old/\\Inbox", "\\Starred"]);
  assert.deepEqual(labelsOnHost2(["A/a"], { subfolder1: "A", subfolder2: "B/C" }), ["B/C/a"]);
});
