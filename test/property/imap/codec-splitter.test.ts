// Where responses end: the splitter agrees with imapflow's ImapStream, whatever is sent and however it is cut.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ImapStream } from "imapflow/lib/handler/imap-stream.js";
import type { ImapStreamItem } from "imapflow/lib/handler/types.js";
import type { RawResponse } from "../../../src/imap/codec/raw-response.ts";
import { ResponseSplitter } from "../../../src/imap/codec/split-responses.ts";
import { fc } from "../../support/examples.ts";

interface Outcome {
  readonly responses: readonly RawResponse[];
  readonly isRefused: boolean;
}

const MiB = 1024 ** 2;
const maxLiteral = 40;

const ignore = (): void => undefined;
const logger = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };

function judged(chunks: readonly Buffer[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const responses: RawResponse[] = [];
    const stream = new ImapStream({ logger, maxLiteralSize: maxLiteral });
    stream.on("data", ({ payload, literals, next }: ImapStreamItem) => {
      responses.push({ line: payload.toString("latin1"), literals });
      next();
    });
    stream.on("error", () => {
      resolve({ responses, isRefused: true });
    });
    stream.on("end", () => {
      resolve({ responses, isRefused: false });
    });
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  });
}

/** As of a stranger: of others, a message that is too large is passed over. */
function split(chunks: readonly Buffer[]): Outcome {
  const responses: RawResponse[] = [];
  const splitter = new ResponseSplitter({ line: MiB, literal: maxLiteral, response: MiB, total: MiB });
  try {
    for (const chunk of chunks) {
      splitter.give(chunk);
      for (let response = splitter.next(); response !== undefined; response = splitter.next()) responses.push(response);
    }
  } catch {
    return { responses, isRefused: true };
  }
  return { responses, isRefused: false };
}

// Only such responses as may have literals anywhere; our own tests say where else there are some.
const start = "* 1 FETCH (";
const lineEnd = fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r\n\r\n").map((end) => end + start);
const octets = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array).toString("latin1"));
const marked = fc
  .tuple(octets(40), fc.constantFrom("{", "~{", "{00", "{{"), fc.constantFrom("\r\n", "\n"))
  .map(([literal, brace, end]) => `${brace}${String(literal.length)}}${end}${literal}`);
const part = fc.oneof(
  { weight: 4, arbitrary: marked },
  { weight: 2, arbitrary: lineEnd },
  { weight: 1, arbitrary: octets(12).map((text) => text.replaceAll("\n", "")) },
  {
    weight: 3,
    arbitrary: fc.constantFrom("(", "a1 OK", ")", " ", "{", "}", "{}", "{1", "3}", "{2-}", "\r", "\0"),
  },
  { weight: 1, arbitrary: fc.constantFrom("{41}", "{18446744073709551616}", "{0}") },
);
const transcript = fc
  .array(part, { maxLength: 40 })
  .map((parts) => Buffer.from(`${start}${parts.join("")}\r\n* OK\r\n`, "latin1"));

/** A literal of a size that nobody meant may end anywhere; what begins there is no response, and has no literals to us. */
function comparable({ responses, isRefused }: Outcome): unknown {
  const astray = responses.findIndex(({ line }) => !line.startsWith(start) && line !== "* OK");
  return astray < 0 ? { responses, isRefused } : responses.slice(0, astray);
}

test("lines and literals are those that imapflow finds", async () => {
  await fc.assert(
    fc.asyncProperty(transcript, fc.array(fc.nat(300), { maxLength: 10 }), async (bytes, cuts) => {
      const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
      const expected = comparable(await judged(chunks));
      // One behind the other in memory, as here, and each by itself.
      assert.deepEqual(comparable(split(chunks)), expected);
      assert.deepEqual(comparable(split(chunks.map((chunk) => Buffer.from(Uint8Array.from(chunk))))), expected);
    }),
    { numRuns: 2000 },
  );
});
