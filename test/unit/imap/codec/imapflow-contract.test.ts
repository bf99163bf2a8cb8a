// What the codec relies on in imapflow, and the reasons why it does some things itself. A failure here after an update
// of imapflow says which assumption to look at.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { ImapStream } from "imapflow/lib/handler/imap-stream.js";
import parser from "imapflow/lib/handler/imap-parser.js";
import type { ImapStreamItem } from "imapflow/lib/handler/types.js";

const ignore = (): void => undefined;
const logger = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };

function stream(limits = {}): { readonly splitter: ImapStream; readonly items: ImapStreamItem[] } {
  const splitter = new ImapStream({ logger, ...limits });
  const items: ImapStreamItem[] = [];
  splitter.on("data", (item: ImapStreamItem) => items.push(item));
  return { splitter, items };
}

function written(splitter: ImapStream, bytes: string): Promise<void> {
  return new Promise((resolve) => splitter.write(Buffer.from(bytes, "latin1"), () => resolve()));
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a literal's octets are apart from the line that announces it", async () => {
  const { splitter, items } = stream();
  splitter.on("data", (item: ImapStreamItem) => item.next());
  await written(splitter, "* 1 FETCH (BODY[] {5}\r\nab\r\nc UID 7)\r\n");
  assert.equal(items[0]?.payload.toString(), "* 1 FETCH (BODY[] {5}\r\n UID 7)");
  assert.deepEqual(items[0]?.literals, [Buffer.from("ab\r\nc")]);
});

test("literalWaiting says how many octets of a literal are still to come", async () => {
  const { splitter } = stream();
  await written(splitter, "* 1 FETCH (BODY[] {5}\r\n");
  assert.equal(splitter.literalWaiting, 5);
  await written(splitter, "ab");
  assert.equal(splitter.literalWaiting, 3);
  await written(splitter, "cde");
  assert.equal(splitter.literalWaiting, 0);
});

test("the next response waits for next() of the one before", async () => {
  const { splitter, items } = stream();
  void written(splitter, "* OK a\r\n* OK b\r\n");
  await settled();
  assert.equal(items.length, 1);
  items[0]?.next();
  await settled();
  assert.equal(items.length, 2);
});

test("a write completes only when its line has been dealt with", async () => {
  const { splitter, items } = stream();
  let isWritten = false;
  void written(splitter, "* OK a\r\n").then(() => (isWritten = true));
  await settled();
  assert.equal(isWritten, false);
  items[0]?.next();
  await settled();
  assert.equal(isWritten, true);
});

test("a destroyed stream delivers nothing more", async () => {
  const { splitter, items } = stream();
  splitter.once("data", () => splitter.destroy());
  splitter.on("data", (item: ImapStreamItem) => item.next());
  splitter.write(Buffer.from("* OK a\r\n* OK b\r\n"), ignore);
  await once(splitter, "close");
  await settled();
  assert.equal(items.length, 1);
});

for (const [code, limits, bytes] of [
  ["LineTooLarge", { maxLineLength: 8 }, "* OK more than eight"],
  ["LiteralTooLarge", { maxLiteralSize: 8 }, "* 1 FETCH (BODY[] {9}\r\n"],
  ["ResponseTooLarge", { maxResponseSize: 30 }, "* 1 FETCH (BODY[] {9}\r\n123456789 X {9}\r\n"],
] as const) {
  test(`a limit that is exceeded is an error with the code ${code}`, async () => {
    const { splitter } = stream(limits);
    splitter.write(Buffer.from(bytes), ignore);
    const [error] = (await once(splitter, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, code);
  });
}

test("the parser keeps octets above 0x7f when given a latin1 string, and numbers as text", async () => {
  const { attributes } = await parser('* 1 FETCH (X "\xff\xa0" FLAGS (caf\xe9) MODSEQ (9223372036854775807))');
  assert.deepEqual(attributes?.[1], [
    { type: "ATOM", value: "X" },
    { type: "STRING", value: "\xff\xa0" },
    { type: "ATOM", value: "FLAGS" },
    [{ type: "ATOM", value: "caf\xe9" }],
    { type: "ATOM", value: "MODSEQ" },
    [{ type: "ATOM", value: "9223372036854775807" }],
  ]);
});

test("the parser takes literals out of the array it is given, empty ones too", async () => {
  const literals = [Buffer.alloc(0), Buffer.from("x")];
  const { attributes } = await parser("* 1 FETCH (BODY[] {0}\r\n BINARY[] ~{1}\r\n)", { literals });
  assert.deepEqual(attributes?.[1], [
    { type: "ATOM", value: "BODY", section: [] },
    { type: "LITERAL", value: Buffer.alloc(0) },
    { type: "ATOM", value: "BINARY", section: [] },
    { type: "LITERAL", value: Buffer.from("x") },
  ]);
  assert.equal(literals.length, 0);
});

test("why mailbox names are read by hand: the parser refuses or changes some", async () => {
  for (const name of ["1:1-meetings", "2024,Q1", "]x"]) await assert.rejects(parser(`* LIST () "/" ${name}`), name);
  const { attributes } = await parser('* LIST () "/" BODY[x]');
  assert.deepEqual(attributes?.[2], { type: "ATOM", value: "BODY", section: [{ type: "ATOM", value: "x" }] });
});
