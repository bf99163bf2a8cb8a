import assert from "node:assert/strict";
import { test } from "node:test";
import { count, counted, percent, roughly, share, size, utc } from "../../../../src/web/page/words/figures.ts";
import { inWordsOfThePage } from "../../../../src/web/page/words/sides.ts";

test("numbers are grouped, and nouns follow them", () => {
  assert.equal(count(1234567), "1,234,567");
  assert.deepEqual(
    [counted(0, "message"), counted(1, "message"), counted(2000, "message")],
    ["0 messages", "1 message", "2,000 messages"],
  );
});

test("sizes have one decimal up to a hundred", () => {
  const sizes = [0, 999, 1000, 99_400, 99_600, 999_400, 999_600, 1_500_000, 3e9, 2.5e12, 3e15];
  assert.deepEqual(sizes.map(size), [
    "0 B",
    "999 B",
    "1.0 kB",
    "99.4 kB",
    "100 kB",
    "999 kB",
    "1.0 MB",
    "1.5 MB",
    "3.0 GB",
    "2.5 TB",
    "3000 TB",
  ]);
});

test("times are no more exact than an estimate is", () => {
  const times = [0, 1, 59, 60, 89, 3600, 3600 * 2 + 300, 86400, 86400 * 2 + 3600];
  assert.deepEqual(times.map(roughly), [
    "1 second",
    "1 second",
    "59 seconds",
    "1 minute",
    "1 minute",
    "1 hour",
    "2 h 5 min",
    "1 day",
    "2 days 1 h",
  ]);
});

test("a share is between nothing and all, and of nothing it is all", () => {
  assert.deepEqual([share(5, undefined), share(0, 0), share(1, 4), share(9, 4)], [undefined, 1, 0.25, 1]);
  assert.equal(percent(0.999), "99 %");
});

test("what is no time stays as it is", () => {
  assert.equal(utc("2026-11-30T10:00:59.999Z"), "2026-11-30 10:00 UTC");
  assert.equal(utc("soon"), "soon");
});

test("sentences of the copier are in the words of the page", () => {
  assert.equal(
    inWordsOfThePage("the certificate of host1 is not trusted. Nothing was copied."),
    "The certificate of the source is not trusted. Nothing was copied.",
  );
  assert.equal(inWordsOfThePage("Host2 failure: no"), "The destination failure: no.");
  assert.equal(inWordsOfThePage("not for myhost1.example"), "Not for myhost1.example.");
});
