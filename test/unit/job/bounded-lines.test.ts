// Lines of a stream, wherever its pieces end.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { boundedLines } from "../../../src/job/bounded-lines.ts";

async function lines(pieces: readonly Buffer[], most = 10): Promise<string[]> {
  const found: string[] = [];
  for await (const line of boundedLines(Readable.from(pieces, { objectMode: false }), most)) found.push(line);
  return found;
}

test("lines do not depend on where pieces end", async () => {
  const text = Buffer.from("é\n\n0123456789\nlast");
  for (let i = 0; i <= text.length; i++)
    for (let j = i; j <= text.length; j += 3) {
      const pieces = [text.subarray(0, i), text.subarray(i, j), text.subarray(j)].filter(({ length }) => length > 0);
      assert.deepEqual(await lines(pieces), ["é", "", "0123456789", "last"]);
    }
  assert.deepEqual(await lines([]), []);
});

test("a line that is too long is none, whether it ends or not", async () => {
  for (const pieces of [["01234567890\n"], ["012345", "67890"], Array.from({ length: 11 }, () => "x")])
    await assert.rejects(lines(pieces.map((piece) => Buffer.from(piece))), RangeError);
});
