import assert from "node:assert/strict";
import { test } from "node:test";
import { messageIdOf } from "../../../src/model/message-id.ts";

const headers: readonly (readonly [what: string, header: string, id: string | undefined])[] = [
  ["a header like any other", "From: x\r\nMessage-ID: <a@b>\r\nTo: y\r\n\r\n", "<a@b>"],
  ["any case, no space", "MESSAGE-id:<a@b>\r\n\r\n", "<a@b>"],
  ["folded", "Message-ID:\r\n <a@b>\r\n\r\n", "<a@b>"],
  ["bare line feeds", "From: x\nMessage-ID: <a@b>\n\nbody", "<a@b>"],
  ["a comment behind it", "Message-ID: <a@b> (added by x)\r\n\r\n", "<a@b>"],
  ["8-bit octets", "Message-ID: <caf\xc3\xa9@b>\r\n\r\n", "<cafXX@b>"],
  ["two of them", "Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\n", "<a@b>"],
  ["none", "From: x\r\n\r\n", undefined],
  ["nothing at all", "", undefined],
  ["only in another field", "X-Message-ID: <a@b>\r\nReferences: Message-ID: <c@d>\r\n\r\n", undefined],
  ["only in the body", "From: x\r\n\r\nMessage-ID: <a@b>\r\n", undefined],
  ["only in the body, and no header", "\r\nMessage-ID: <a@b>\r\n", undefined],
  ["an empty one", "Message-ID:\r\nFrom: x\r\n\r\n", undefined],
  ["an empty one at the end of the header", "From: x\r\nMessage-ID: \r\n\r\nbody", undefined],
];

for (const [what, header, id] of headers) {
  test(`Message-ID: ${what}`, () => {
    assert.equal(messageIdOf(Buffer.from(header, "latin1")), id);
  });
}

test("the body of a large message is not searched", () => {
  const header = Buffer.from(`From: x\r\nX: ${"y".repeat(100_000)}\r\nMessage-ID: <a@b>\r\n\r\n`);
  assert.equal(messageIdOf(header), undefined);
});
