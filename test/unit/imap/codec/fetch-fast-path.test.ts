import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFetchQuickly } from "../../../../src/imap/codec/fetch-fast-path.ts";

test("takes what comes by the hundred thousand", () => {
  for (const [line, ...literals] of [
    ["* 1 FETCH (UID 5 FLAGS (\\Seen $x) MODSEQ (123))"],
    ["* 1 FETCH (FLAGS () MODSEQ (9223372036854775807) UID 5)"],
    ['* 1 FETCH (UID 5 FLAGS () INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286)'],
    ["* 1 FETCH (UID 5 FLAGS () BODY[] {3}\r\n)", "abc"],
    ["* 1 FETCH (UID 5 BINARY[] ~{3}\r\n FLAGS ())", "abc"],
    ["* 1 FETCH (UID 5 BODY[HEADER.FIELDS (MESSAGE-ID)] {3}\r\n)", "abc"],
    ["* 1 FETCH (UID 5 BODY[] NIL)"],
    ["* 1 FETCH (UID 5 FLAGS () MODSEQ (0))"],
    ["* 1 FETCH (UID 5 FLAGS (\x04 a\xff))"],
  ] as const) {
    const buffers = literals.map((literal) => Buffer.from(literal));
    assert.notEqual(parseFetchQuickly(line, buffers), undefined, line);
  }
});

test("leaves alone what it is not sure of", () => {
  for (const [line, ...literals] of [
    ["* 5 EXISTS"],
    ["* OK FETCH (UID 5)"],
    ["a1 FETCH (UID 5)"],
    ["* 1 FETCH (UID 5"],
    ["* 1 FETCH (UID 5) "],
    ["* 1 FETCH (UID  5)"],
    ["* 1 FETCH (UID 0)"],
    ["* 0 FETCH (UID 1)"],
    ["* 1 FETCH (UID 4294967296)"],
    ["* 1 FETCH (UID 5 UID 5)"],
    ["* 1 FETCH (MODSEQ 5)"],
    ["* 1 FETCH (FLAGS (a  b))"],
    ["* 1 FETCH (FLAGS (a ))"],
    ["* 1 FETCH (FLAGS (a\\b))"],
    ['* 1 FETCH (FLAGS ("a"))'],
    ['* 1 FETCH (INTERNALDATE "a\\"b")'],
    ["* 1 FETCH (ENVELOPE NIL)"],
    ['* 1 FETCH (BODY[] "abc")'],
    ["* 1 FETCH (BODY[]<0> {3}\r\n)", "abc"],
    ["* 1 FETCH (BODY[] {4}\r\n)", "abc"],
    ["* 1 FETCH (BODY[] {3}\r\n)"],
    ["* 1 FETCH (UID 5)", "abc"],
    ['* 1 FETCH (BODY[HEADER.FIELDS ("a)b")] {3}\r\n)', "abc"],
    [""],
  ] as const) {
    const buffers = literals.map((literal) => Buffer.from(literal));
    assert.equal(parseFetchQuickly(line, buffers), undefined, line);
  }
});

test("the octets of a literal are passed through by reference", () => {
  const literal = Buffer.from("abc");
  assert.equal(parseFetchQuickly("* 1 FETCH (BODY[] {3}\r\n)", [literal])?.body, literal);
});

test("the same flag list is the same frozen array", () => {
  const first = parseFetchQuickly("* 1 FETCH (UID 5 FLAGS (\\Seen $x))", [])?.flags;
  const second = parseFetchQuickly("* 2 FETCH (FLAGS (\\Seen $x) UID 6)", [])?.flags;
  assert.equal(first, second);
  assert.deepEqual(first, ["\\Seen", "$x"]);
  assert.ok(Object.isFrozen(first));
});

test("ever new flag lists do not accumulate", () => {
  const line = (keyword: string): string => `* 1 FETCH (FLAGS (${keyword}))`;
  const first = parseFetchQuickly(line("early"), [])?.flags;
  for (let i = 0; i < 10_000; i++) parseFetchQuickly(line(`k${i}`), []);
  assert.notEqual(parseFetchQuickly(line("early"), [])?.flags, first);
});
