import assert from "node:assert/strict";
import { test } from "node:test";
import { type Piece, pieceSplitter } from "../../support/imap-pieces.ts";

const conversation = Buffer.from(
  "* OK hello\r\n* 1 FETCH (BODY[] {7}\r\na\r\n{3}\r FLAGS ())\r\na1 APPEND x {0+}\r\n {2+}\r\nhi\r\nDONE\r\n",
  "latin1",
);
// The literal's own "{3}" and line ends are not marks.
const expected = [
  "line * OK hello",
  "line * 1 FETCH (BODY[] {7}",
  "literal a\r\n{3}\r",
  "more  FLAGS ())",
  "line a1 APPEND x {0+}",
  "more  {2+}",
  "literal hi",
  "more ",
  "line DONE",
];

test("cuts a conversation into lines and literals, wherever the chunks end", () => {
  for (let size = 1; size <= conversation.length; size++) {
    const split = pieceSplitter();
    const pieces: Piece[] = [];
    for (let at = 0; at < conversation.length; at += size) pieces.push(...split(conversation.subarray(at, at + size)));
    assert.deepEqual(described(pieces), expected, `in chunks of ${size}`);
    assert.deepEqual(Buffer.concat(pieces.map(({ bytes }) => bytes)), conversation);
  }
});

function described(pieces: readonly Piece[]): string[] {
  const lines: string[] = [];
  let literal = "";
  for (const piece of pieces) {
    const text = piece.bytes.toString("latin1");
    if (piece.kind === "literal") {
      literal += text;
      continue;
    }
    if (literal !== "") lines.push(`literal ${literal}`);
    literal = "";
    lines.push(`${piece.continues ? "more" : "line"} ${text.replace(/\r\n$/, "")}`);
  }
  return lines;
}
