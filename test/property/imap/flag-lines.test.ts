// What tells flags alone is read in runs as it is read line by line, whatever is around it, wherever packets end, and whichever
// runs are taken.

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { FlagRun } from "../../../src/imap/codec/flag-lines.ts";
import { ResponseReader } from "../../../src/imap/codec/read-responses.ts";
import type { FetchResponse, Response } from "../../../src/imap/responses.ts";
import { FetchAnswers } from "../../../src/imap/verbs/fetch-answers.ts";
import { maxUid, uidRange } from "../../../src/model/uid-set.ts";
import { fc } from "../../support/examples.ts";

type Heard = Response | string;

/** All responses, and the error at the end. `taken`: which of the runs are; undefined: nobody takes any. */
function read(chunks: readonly Buffer[], taken?: readonly boolean[]): Promise<{ heard: Heard[]; runs: number }> {
  return new Promise((resolve) => {
    const heard: Heard[] = [];
    let [offered, runs] = [0, 0];
    const take = (run: FlagRun): boolean => {
      if (taken?.[offered++ % taken.length] === false) return false;
      runs++;
      heard.push(...responsesOf(run));
      return true;
    };
    const reader = new ResponseReader({
      flagTaker: () => (taken === undefined ? undefined : take),
      onResponse: (response) => heard.push(response),
      onError: ({ message }) => {
        resolve({ heard: [...heard, message], runs });
      },
      onEnd: () => {
        resolve({ heard, runs });
      },
    });
    const stream = new PassThrough();
    reader.attach(stream);
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  });
}

function responsesOf({ sequence, first, last, flags }: FlagRun): FetchResponse[] {
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    kind: "fetch",
    sequence: sequence + i,
    uid: first + i,
    flags,
    modSeq: undefined,
    internalDate: undefined,
    size: undefined,
    body: undefined,
    headerFields: undefined,
  }));
}

const list = fc.constantFrom("", "\\Seen", "\\Seen \\Answered", "$Forwarded", "a]", "{3}", "\xff", "x".repeat(2000));
const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, maxUid, maxUid + 1, 99_999_999_999) },
);

/** Messages one after the other, as servers tell them. */
const run = fc
  .tuple(number, number, list, fc.integer({ min: 1, max: 8 }), fc.boolean())
  .map(([sequence, uid, flags, count, isUidFirst]) =>
    Array.from({ length: count }, (_, i) =>
      isUidFirst
        ? `* ${sequence + i} FETCH (UID ${uid + i} FLAGS (${flags}))\r\n`
        : `* ${sequence + i} FETCH (FLAGS (${flags}) UID ${uid + i})\r\n`,
    ).join(""),
  );
const other = fc.constantFrom(
  "* 7 EXISTS\r\n",
  "* 01 FETCH (UID 007 FLAGS (\\Seen))\r\n",
  "* 3 FETCH (UID 5 FLAGS (\\Seen))\n",
  "* 3 FETCH (UID 5  FLAGS (\\Seen))\r\n",
  "* 3 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (4))\r\n",
  "* 3 FETCH (FLAGS (\\Seen))\r\n",
  "* 3 FETCH (UID 5)\r\n",
  "* 3 fetch (uid 5 flags (\\Seen))\r\n",
  "* 3 FETCH (UID 5 FLAGS (\\Seen)) \r\n",
  "* 3 FETCH (UID 5 FLAGS (a  b))\r\n",
  "* 3 FETCH (UID 5 FLAGS (a (b)))\r\n",
  "* 3 FETCH (UID 5 BODY[] {35}\r\n* 3 FETCH (UID 5 FLAGS (\\Seen))\r\n\r\n)\r\n",
  "* 3 FETCH (ENVELOPE (NIL {2}\r\n\r\n) UID 6)\r\n",
  "* OK {3}\r\n",
  "* 3 XYZ {3}\r\n",
  "\r\n",
  "nonsense\r\n",
  "* 3 FETCH (UID 5 FLAGS (\\Se",
  "a1 OK done\r\n",
);

const dialogue = fc
  .array(fc.oneof({ weight: 3, arbitrary: run }, other), { maxLength: 10 })
  .map((parts) => parts.join(""));

/** An octet of it changed, removed or doubled. */
const damaged = fc
  .tuple(dialogue, fc.nat(), fc.constantFrom(" ", "(", ")", "0", "9", "*", "\r", "\n", "\r\n", "\xff", "", "  ", "{1}"))
  .map(([text, position, replacement]) => {
    const at = position % (text.length + 1);
    return text.slice(0, at) + replacement + text.slice(at + 1);
  });

function cut(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const within = cuts.map((at) => at % (octets.length + 1)).sort((a, b) => a - b);
  const edges = [0, ...within, octets.length];
  return edges.slice(1).map((edge, i) => octets.subarray(edges[i], edge));
}

test("runs and single lines say the same", async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(dialogue, damaged),
      fc.array(fc.nat(), { maxLength: 6 }),
      fc.oneof(fc.constant([true]), fc.array(fc.boolean(), { minLength: 1, maxLength: 5 })),
      async (text, cuts, taken) => {
        const octets = Buffer.from(text, "latin1");
        const inRuns = await read(cut(octets, cuts), taken);
        assert.deepEqual(inRuns.heard, (await read([octets])).heard);
        runs += inRuns.runs;
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(runs > 0);
});

test("messages that follow one another with the same flags are one run", async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `* ${i + 1} FETCH (UID ${i + 7} FLAGS (\\Seen))\r\n`);
  const { runs, heard } = await read([Buffer.from(lines.join(""))], [true]);
  assert.deepEqual([runs, heard.length], [1, 1000]);
});

const answer = fc.record({
  sequence: fc.integer({ min: 1, max: 30 }),
  first: fc.integer({ min: 1, max: 30 }),
  count: fc.integer({ min: 1, max: 6 }),
  flags: fc.constantFrom(["\\Seen"], ["a"]).map((flags) => Object.freeze(flags)),
  /** It tells no flags, and so is only a part. */
  isPiece: fc.boolean(),
});

test("answers to a FETCH are the same messages in runs and one by one", () => {
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 12 }), (given) => {
      const told: Record<"inRuns" | "oneByOne", unknown[]> = { inRuns: [], oneByOne: [] };
      const fetch = (name: "inRuns" | "oneByOne"): FetchAnswers => {
        const tell = ({ sequence, uid, flags }: FetchResponse): unknown => told[name].push([sequence, uid, flags]);
        return new FetchAnswers({
          isAnswer: ({ flags }) => flags !== undefined,
          beside: [],
          onMessage: tell,
          contradicts: ({ uid }) => uid % 2 === 0,
          onFlags: (one) => {
            for (const response of responsesOf(one)) tell(response);
          },
        });
      };
      const [inRuns, oneByOne] = [fetch("inRuns"), fetch("oneByOne")];
      for (const { sequence, first, count, flags, isPiece } of given) {
        const one: FlagRun = { sequence, first, last: first + count - 1, flags };
        for (const response of responsesOf(one)) {
          const part = isPiece ? { ...response, flags: undefined, size: 1 } : response;
          oneByOne.take({ ...part, uid: part.uid! });
          if (isPiece) inRuns.take({ ...part, uid: part.uid! });
        }
        if (!isPiece && !inRuns.takeFlags(one))
          for (const response of responsesOf(one)) inRuns.take({ ...response, uid: response.uid! });
      }
      assert.deepEqual(told.inRuns, told.oneByOne);
      assert.deepEqual(inRuns.missing(uidRange(1, 40)), oneByOne.missing(uidRange(1, 40)));
      assert.deepEqual(inRuns.contradicted, oneByOne.contradicted);
      assert.equal(inRuns.areAll(uidRange(1, 10)), oneByOne.areAll(uidRange(1, 10)));
    }),
  );
});
