import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapLines } from "../../../../src/copier/messages/wrap-lines.ts";
import { fc } from "../../../support/examples.ts";

function wrapped(text: string, most: number): string {
  return wrapLines(Buffer.from(text), most).toString();
}

void test("lines that are not longer stay as they are", () => {
  const message = Buffer.from("A: 12345\r\n\r\n12345678\r\n1234567");
  assert.equal(wrapLines(message, 8), message);
});

void test("a line is broken in front of a blank, so that a header is folded", () => {
  assert.equal(
    wrapped("A: 1 2 3 4 5\r\n\r\nbody text of it\r\n", 8),
    "A: 1 2 3\r\n 4 5\r\n\r\nbody\r\n text of\r\n it\r\n",
  );
  assert.equal(wrapped("A: b\n\nbody text\n", 6), "A: b\n\nbody\r\n text\n");
});

void test("what has no blank is broken all the same, and goes on as a header in the header", () => {
  assert.equal(
    wrapped("A:1234567890123456\r\n\r\n1234567890\r\n", 8),
    "A:123456\r\n 7890123\r\n 456\r\n\r\n12345678\r\n90\r\n",
  );
});

void test("characters of UTF-8 stay whole", () => {
  assert.equal(wrapped("\r\nééééé\r\n", 3), "\r\né\r\né\r\né\r\né\r\né\r\n");
});

void test("nothing is lost, and no line is too long", () => {
  const text = fc.array(fc.constantFrom("a", "b", " ", "\t", "é", "\r\n", "\n", "A: ", "\x80", "\r"), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 12 }), (parts, most) => {
      const message = Buffer.from(parts.join(""));
      const result = wrapLines(message, most);
      const bare = (bytes: Buffer): string => bytes.toString("latin1").replace(/[\r\n ]/g, "");
      assert.equal(bare(result), bare(message));
      for (const line of result.toString("latin1").split(/\r?\n/)) assert.ok(line.length <= most, JSON.stringify(line));
      assert.equal(wrapLines(result, most), result);
    }),
  );
});
