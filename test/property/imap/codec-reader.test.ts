// Whatever a server sends, the reader ends with an error or at the end of the stream, and never with anything else.

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { ResponseReader } from "../../../src/imap/codec/read-responses.ts";
import type { Response } from "../../../src/imap/responses.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { fc } from "../../support/examples.ts";

/** The responses, and last what ended the reading. */
function read(chunks: readonly Buffer[]): Promise<(Response | Error)[]> {
  return new Promise((resolve) => {
    const seen: (Response | Error)[] = [];
    const reader = new ResponseReader({
      onResponse: (response) => seen.push(response),
      onError: (error) => {
        resolve([...seen, error]);
      },
      onEnd: () => {
        resolve(seen);
      },
    });
    const stream = new PassThrough();
    reader.attach(stream);
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  });
}

function assertSound(seen: readonly (Response | Error)[]): void {
  for (const each of seen) {
    if (each instanceof Error) assert.ok(each instanceof InterimapError && each.code === "PROTOCOL", each.stack);
  }
}

const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom("* ", "1 ", "FETCH (", "UID ", "FLAGS (", "MODSEQ (", "BODY[] ", "LIST ", "STATUS ", "VANISHED "),
      fc.constantFrom(
        "OK ",
        "a1 ",
        '("OLDNAME" (',
        "[",
        "]",
        "(",
        ")",
        '"',
        "\\",
        "\r\n",
        "\r\n",
        "\n",
        " ",
        "{3}\r\n",
        "~{0}\r\n",
        "+",
      ),
      fc.constantFrom("NIL", "0", "7", "1:3,5", "18446744073709551616", "\0", "\xff", "X", "\\Seen", "*", "%", "<0>"),
      fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array).toString("latin1")),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join(""), "latin1"));

test("no bytes crash or hang the reader", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        soup,
        fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
      ),
      async (bytes) => {
        assertSound(await read([bytes]));
      },
    ),
    { numRuns: 1500 },
  );
});

const lines = fc.array(
  fc.constantFrom(
    "* OK hello",
    "* 1 FETCH (UID 5 FLAGS (\\Seen))",
    "* 1 FETCH (UID 5 BODY[] {6}\r\na\r\nb\r\n)",
    "* 2 FETCH (ENVELOPE (NIL {2}\r\n\r\n) UID 6)",
    '* LIST () "/" {3}\r\na b',
    "* VANISHED 1:4",
    "nonsense",
    "a1 OK done",
  ),
  { maxLength: 12 },
);

test("how the bytes are cut changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(400), { maxLength: 8 }), async (given, cuts) => {
      const bytes = Buffer.from(given.map((line) => `${line}\r\n`).join(""));
      const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
      const whole = await read([bytes]);
      assertSound(whole);
      assert.deepEqual((await read(chunks)).map(comparable), whole.map(comparable));
    }),
    { numRuns: 300 },
  );
});

function comparable(seen: Response | Error): unknown {
  return seen instanceof Error ? seen.message : seen;
}
