import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isErrorLine } from "../../../../src/web/page/job/log-line.ts";
import { LogStore } from "../../../../src/web/page/job/log-store.ts";

function lines(first: number, length: number): { first: number; lines: string[] } {
  return { first, lines: Array.from({ length }, (_, i) => `line ${first + i}`) };
}

describe("a log in the browser", () => {
  test("of 200,000 lines is held in part, with its end and its length", () => {
    const store = new LogStore();
    for (let first = 1; first <= 200_000; first += 100) store.add(lines(first, 100));
    assert.equal(store.total, 200_000);
    assert.ok(store.held <= 20_500, `${store.held} lines are held`);
    assert.equal(store.line(200_000), "line 200000");
    assert.equal(store.line(1), undefined);
  });

  test("asks for what is looked at and not held, and keeps it", () => {
    const store = new LogStore();
    store.add({ ...lines(199_801, 200), total: 200_000 });
    assert.deepEqual(store.missing(1, 40), [1]);
    assert.deepEqual(store.missing(990, 1010), [501, 1001]);
    store.add(lines(1, 500));
    assert.deepEqual(store.missing(1, 40), []);
    assert.equal(store.line(40), "line 40");
    assert.equal(store.total, 200_000);
  });

  test("asks for a block of which it has only a part", () => {
    const store = new LogStore();
    store.add({ ...lines(801, 200), total: 1000 });
    assert.deepEqual(store.missing(990, 1000), [501]);
    store.add(lines(501, 300));
    assert.deepEqual(store.missing(501, 1000), []);
  });

  test("takes lines in any order, again, and with overlaps", () => {
    const store = new LogStore();
    store.add(lines(11, 10));
    store.add(lines(1, 12));
    store.add(lines(11, 10));
    assert.equal(store.total, 20);
    assert.deepEqual(
      Array.from({ length: 20 }, (_, i) => store.line(i + 1)),
      lines(1, 20).lines,
    );
  });

  test("does not lose its end while old parts are looked at", () => {
    const store = new LogStore();
    store.add({ ...lines(99_501, 500), total: 100_000 });
    for (let first = 1; first < 60_000; first += 500) store.add(lines(first, 500));
    assert.equal(store.line(100_000), "line 100000");
    assert.ok(store.held <= 20_500);
  });

  test("is empty at first", () => {
    const store = new LogStore();
    assert.equal(store.total, 0);
    assert.deepEqual(store.missing(1, 50), []);
  });
});

test("lines about something that went wrong stand out, figures do not", () => {
  assert.ok(isErrorLine("Err 3/500: - msg INBOX/5 could not append"));
  assert.ok(isErrorLine("Host1 failure: Error login on [imap.example.org]"));
  assert.ok(!isErrorLine("Detected 0 errors"));
  assert.ok(!isErrorLine("msg INBOX/1 {100} copied to INBOX/1"));
});
