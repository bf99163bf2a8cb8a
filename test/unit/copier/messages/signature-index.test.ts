import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Identity } from "../../../../src/copier/messages/header-identity.ts";
import { SignatureIndex } from "../../../../src/copier/messages/signature-index.ts";

const hash = (text: string): Buffer => createHash("sha256").update(text).digest().subarray(0, 16);
const identity = (text: string, exact?: string): Identity => ({
  signature: hash(text),
  exact: exact === undefined ? undefined : hash(exact),
});

void test("what was added is found, and nothing else", () => {
  const index = new SignatureIndex();
  for (let uid = 1; uid <= 20_000; uid++) assert.equal(index.add(identity(`${uid}`), uid), 1);
  assert.equal(index.size, 20_000);
  for (let uid = 1; uid <= 20_000; uid++) assert.equal(index.find(identity(`${uid}`)), uid);
  assert.equal(index.find(identity("0")), undefined);
});

void test("duplicates are counted, and found by their number", () => {
  const index = new SignatureIndex();
  const added = ["a", "b", "a", "a"].map((text, at) => index.add(identity(text), at + 10));
  assert.deepEqual(added, [1, 1, 2, 3]);
  assert.deepEqual(
    [1, 2, 3, 4].map((ordinal) => index.find(identity("a"), ordinal)),
    [10, 12, 13, undefined],
  );
  assert.deepEqual(
    [1, 2].map((ordinal) => index.find(identity("b"), ordinal)),
    [11, undefined],
  );
});

void test("a hundred thousand duplicates take no longer than others", () => {
  const index = new SignatureIndex();
  for (let uid = 1; uid <= 100_000; uid++) assert.equal(index.add(identity("a"), uid), uid);
  assert.equal(index.find(identity("a"), 77_777), 77_777);
});

void test("UIDs have 32 bits", () => {
  const index = new SignatureIndex();
  index.add(identity("a"), 0xffff_ffff);
  assert.equal(index.find(identity("a")), 0xffff_ffff);
});

void test("messages that differ in octets beyond ASCII only are others, unless a server lost these octets", () => {
  const index = new SignatureIndex();
  index.add(identity("cafX", "café"), 1);
  assert.equal(index.find(identity("cafX", "café")), 1);
  assert.equal(index.find(identity("cafX", "cafè")), undefined);
  assert.equal(index.find(identity("cafX")), 1);
  assert.equal(index.add(identity("cafX", "cafè"), 2), 1);
  const lossy = new SignatureIndex();
  lossy.add(identity("cafX"), 5);
  assert.equal(lossy.find(identity("cafX", "café")), 5);
});
