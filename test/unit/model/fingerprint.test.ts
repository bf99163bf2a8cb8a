import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, fitOf } from "../../../src/model/fingerprint.ts";

const message = { messageId: "<a@b>", size: 4711, date: 1000 };
const print = fingerprint(message);

test("a fingerprint fits the message that it was taken of, whatever its date is now", () => {
  assert.equal(fitOf(print, message), "same");
  assert.equal(fitOf(print, { ...message, date: 2000 }), "same");
});

test("another Message-ID is another message; another size is another version", () => {
  assert.equal(fitOf(print, { ...message, messageId: "<c@d>" }), "other");
  assert.equal(fitOf(print, { ...message, messageId: undefined }), "other");
  for (const size of [1, 4710, 4712, 10_000_000]) assert.equal(fitOf(print, { ...message, size }), "resized");
});

test("a size that is not known tells nothing", () => {
  assert.equal(fitOf(print, { ...message, size: 0 }), "same");
  assert.equal(fitOf(fingerprint({ ...message, size: 0 }), message), "same");
});

test("without Message-ID the date is the name", () => {
  const nameless = { ...message, messageId: undefined };
  const of = fingerprint(nameless);
  assert.equal(fitOf(of, nameless), "same");
  assert.equal(fitOf(of, { ...nameless, date: 1001 }), "other");
  assert.equal(fitOf(of, { ...nameless, size: 1 }), "resized");
});

test("what was never seen fits nothing, and contradicts nothing", () => {
  assert.equal(fitOf(undefined, message), "unknown");
});

test("it has 48 bits", () => {
  for (let i = 0; i < 1000; i++) {
    const of = fingerprint({ messageId: `<${String(i)}@b>`, size: i * 9973, date: 0 });
    assert.ok(Number.isInteger(of) && of >= 0 && of < 2 ** 48);
  }
});
