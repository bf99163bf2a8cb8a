import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawResponse } from "../../../../src/imap/codec/raw-response.ts";
import { strangersLimits, tooMuch, trustingLimits } from "../../../../src/imap/codec/response-limits.ts";
import { ResponseSplitter } from "../../../../src/imap/codec/split-responses.ts";
import { Blocks } from "../../../../src/imap/transport/blocks.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { patienceMs } from "../../../support/eventually.ts";

function split(chunks: readonly (Buffer | string)[], splitter = new ResponseSplitter()): RawResponse[] {
  const responses: RawResponse[] = [];
  for (const chunk of chunks) {
    splitter.give(Buffer.from(chunk));
    for (let response = splitter.next(); response !== undefined; response = splitter.next()) responses.push(response);
  }
  return responses;
}

const transcript = Buffer.from(
  [
    "* OK hello {3}!",
    "* 1 FETCH (UID 5 BODY[] {13}",
    "a\r\n* OK b\r\nc\xff BODY[HEADER.FIELDS (X)] ~{4}",
    "X\r\n\r FLAGS ())",
    "",
    "* 2 FETCH (BODY[] {0}",
    ")",
    "a1 OK done",
    "",
  ].join("\r\n"),
  "latin1",
);

test("the same bytes give the same responses wherever they are cut", () => {
  const whole = split([transcript]);
  assert.deepEqual(whole, [
    { line: "* OK hello {3}!", literals: [] },
    {
      line: "* 1 FETCH (UID 5 BODY[] {13}\r\n BODY[HEADER.FIELDS (X)] ~{4}\r\n FLAGS ())",
      literals: [Buffer.from("a\r\n* OK b\r\nc\xff", "latin1"), Buffer.from("X\r\n\r")],
    },
    { line: "* 2 FETCH (BODY[] {0}\r\n)", literals: [Buffer.alloc(0)] },
    { line: "a1 OK done", literals: [] },
  ]);
  for (let cut = 1; cut < transcript.length; cut++) {
    assert.deepEqual(split([transcript.subarray(0, cut), transcript.subarray(cut)]), whole, `cut at ${String(cut)}`);
  }
  for (const size of [1, 2, 3, 5, 7]) {
    const count = Math.ceil(transcript.length / size);
    const pieces = Array.from({ length: count }, (_, i) => transcript.subarray(i * size, (i + 1) * size));
    assert.deepEqual(split(pieces), whole, `pieces of ${String(size)}`);
  }
});

test("behind each response is exactly what follows it", () => {
  const splitter = new ResponseSplitter();
  splitter.give(transcript);
  const following: string[] = [];
  while (splitter.next() !== undefined) following.push(splitter.surplus().toString("latin1", 0, 9));
  assert.deepEqual(following, ["* 1 FETCH", "\r\n* 2 FET", "a1 OK don", ""]);
});

test("a chunk can be given before the one before it is used up", () => {
  const splitter = new ResponseSplitter();
  splitter.give(Buffer.from("* 1 EXISTS\r\n* 2 EXISTS\r\n* 3"));
  assert.equal(splitter.next()?.line, "* 1 EXISTS");
  splitter.give(Buffer.from(" EXISTS\r\n"));
  assert.equal(splitter.surplus().toString(), "* 2 EXISTS\r\n* 3 EXISTS\r\n");
  assert.equal(splitter.next()?.line, "* 2 EXISTS");
  assert.equal(splitter.next()?.line, "* 3 EXISTS");
  assert.equal(splitter.next(), undefined);
});

test("lines may end in LF alone, and empty ones are nothing", () => {
  assert.deepEqual(
    split(["\r\n\n* a\n\r\n* b ({1}\nx\n\r\r\n"]).map(({ line }) => line),
    ["* a", "* b ({1}\n", "\r"],
  );
});

for (const [end, announces] of [
  ["{1}", true],
  ["~{1}", true],
  ["{0001}", true],
  ["{}", false],
  ["{1+}", true],
  ["{+}", false],
  ["{-1}", false],
  ["{ 1}", false],
  ["1}", false],
  ["}", false],
  ["{1} ", false],
  ["{1", false],
] as const) {
  test(`a line that ends in "${end}" announces ${announces ? "a" : "no"} literal`, () => {
    for (const start of ["* 1 FETCH (BODY[] ", '* LIST () "/" ', "* STATUS ", "* X {1} ("]) {
      const [first] = split([`${start}${end}\r\nx\r\n`]);
      assert.equal(first?.literals.length, announces ? 1 : 0);
    }
  });
}

for (const start of [
  "a1 OK ",
  "a1 NO [X] not in a",
  "a1 BAD ",
  "+ ",
  "+",
  "nonsense ",
  "* OK ",
  "* ok [X (y] ",
  "* NO there is no a",
  "* BAD a",
  "* BYE ",
  "* PREAUTH ",
  "* CAPABILITY ",
  "* FLAGS (",
  "* VANISHED ",
  "* 3 EXISTS ",
  '* LIST () "/" a',
  "* LIST (\\Marked) NIL a",
  '* LIST () "\\\\" a ',
  '* LSUB () "/" "',
  '* LIST () "/" "a" ',
  "* STATUS a",
  "* STATUS a (UIDNEXT ",
  "* XFOO hello ",
  '* XFOO (a) "(" ',
]) {
  for (const end of ["{3}", "~{3}", "{3+}"]) {
    test(`there is no literal behind ${JSON.stringify(`${start}${end}`)}`, () => {
      const lines = [`${start}${end}`, "* OK a", "* OK b"];
      assert.deepEqual(
        split([`${lines.join("\r\n")}\r\n`]),
        lines.map((line) => ({ line, literals: [] })),
      );
    });
  }
}

for (const start of [
  '* LIST (\\Marked) "/" ',
  "* LSUB () NIL ",
  '* list () "\\\\" ',
  '* LIST () "" ',
  '* LIST () "/" a ("OLDNAME" (',
  "* LIST (\\Marked) ",
  "* STATUS ",
  '* ESEARCH (TAG "\\")" ',
  "* 1 FETCH (ENVELOPE (",
  "* 1 FETCH (BODY[]",
  "* METADATA a (/private/comment ",
]) {
  for (const end of ["{3}", "~{3}", "{3+}"]) {
    test(`there is a literal behind ${JSON.stringify(`${start}${end}`)}`, () => {
      assert.deepEqual(split([`${start}${end}\r\n\r\nx)\r\n`]), [
        { line: `${start}${end}\r\n)`, literals: [Buffer.from("\r\nx")] },
      ]);
    });
  }
}

/** As sockets bring it: one piece behind the other. */
function received(bytes: Buffer, pieces: number): Buffer[] {
  const blocks = new Blocks();
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += pieces) {
    const piece = bytes.subarray(start, start + pieces);
    const chunk = blocks.take(piece.length);
    piece.copy(chunk);
    chunks.push(chunk);
  }
  return chunks;
}

function responsesTo(chunks: readonly Buffer[]): RawResponse[] {
  const splitter = new ResponseSplitter();
  return chunks.flatMap((chunk) => {
    splitter.give(chunk);
    const responses: RawResponse[] = [];
    for (let response = splitter.next(); response !== undefined; response = splitter.next()) responses.push(response);
    return responses;
  });
}

test("literals stay where they came, in however many pieces, but for those that are in two blocks", () => {
  const messages = Array.from({ length: 500 }, (_, i) => Buffer.alloc(1 + (i % 100) * 100, `message ${String(i)}\r\n`));
  const bytes = Buffer.concat(
    messages.flatMap((message, i) => [
      Buffer.from(`* ${String(i + 1)} FETCH (BODY[] {${String(message.length)}}\r\n`),
      message,
      Buffer.from(")\r\n"),
    ]),
  );
  for (const pieces of [7, 1_000, 16_384, 65_536]) {
    const chunks = received(bytes, pieces);
    const literals = responsesTo(chunks).flatMap((response) => response.literals);
    assert.deepEqual(literals, messages);
    const blocks = new Set(chunks.map(({ buffer }) => buffer));
    const copied = literals.filter(({ buffer }) => !blocks.has(buffer));
    assert.ok(blocks.size > 2 && copied.length < blocks.size, `${String(copied.length)} of ${String(blocks.size)}`);
    assert.ok(Buffer.concat(chunks).equals(bytes));
  }
});

test("a literal is put together from pieces that are not in one block", () => {
  const chunks = ["* 1 FETCH (BODY[] {10}\r\n", "01", "234", "56789", ")\r\n"].map((text) => {
    const apart = Buffer.allocUnsafeSlow(text.length + 50).subarray(20, 20 + text.length);
    apart.write(text, "latin1");
    return apart;
  });
  assert.deepEqual(responsesTo(chunks), [
    { line: "* 1 FETCH (BODY[] {10}\r\n)", literals: [Buffer.from("0123456789")] },
  ]);
});

test("how much has arrived of a message is known, in whichever way it comes", () => {
  const text = Buffer.from(`* 1 FETCH (BODY[] {5000}\r\n${"m".repeat(5000)})\r\n`);
  const inOneBlock = received(text, 1000);
  for (const chunks of [inOneBlock, inOneBlock.map((chunk) => Buffer.from(Uint8Array.from(chunk)))]) {
    const splitter = new ResponseSplitter();
    const arriving = chunks.map((chunk) => {
      splitter.give(chunk);
      splitter.next();
      return splitter.arriving;
    });
    assert.deepEqual(arriving, [974, 1974, 2974, 3974, 4974, 0]);
  }
});

test("a message that is filled in does not change the one before it", () => {
  const literals = split([
    "* 1 FETCH (BODY[] {5000}\r\n",
    "a".repeat(5000),
    ")\r\n* 2 FETCH (BODY[] {5000}\r\n",
    "b".repeat(5000),
    ")\r\n",
  ]);
  assert.deepEqual(
    literals.map((response) => response.literals[0]?.toString()),
    ["a".repeat(5000), "b".repeat(5000)],
  );
});

const limits = { line: 20, literal: 10, response: 40 };

for (const [what, bytes] of [
  ["line", "* a line that never ends"],
  ["line", "* a line that ends...\r\n"],
  ["line", "* ten oc({0}\r\n* ten oct"],
  ["literal", "* ({11}\r\n"],
  ["literal", `* ({${"9".repeat(13)}}\r\n`],
  ["response", "* ({10}\r\n0123456789{10}\r\n0123456789{9}\r\n"],
] as const) {
  test(`too long a ${what} is refused: ${JSON.stringify(bytes.slice(0, 30))}`, () => {
    for (const chunks of [[bytes], [...bytes]]) {
      const tooLong = new RegExp(`the server sent a ${what} of more than`);
      assert.throws(
        () => split(chunks, new ResponseSplitter(limits)),
        (error) => error instanceof InterimapError && error.code === "PROTOCOL" && tooLong.test(error.message),
      );
    }
  });
}

test("each limit but the login's names the setting that raises it", () => {
  for (const [what, setting] of [
    ["line", "max-line"],
    ["list", "max-line"],
    ["literal", "max-literal"],
    ["response", "max-literal"],
    ["unanswered", "max-response"],
  ] as const)
    assert.equal(tooMuch(what, trustingLimits).hint, `if it has good reason to, raise ${setting}`);
  for (const what of ["line", "literal", "response", "total"] as const)
    assert.equal(tooMuch(what, strangersLimits).hint, undefined);
});

test("a message that is too large is passed over; nothing else is", () => {
  const sizes = { line: 100, literal: 10, response: 40 };
  const wire = `* 1 FETCH (UID 5 BODY[] {50}\r\n${"x".repeat(50)})\r\n* 2 FETCH (BODY[] {3}\r\nyes)\r\n`;
  for (const pieces of [[wire], [...wire]]) {
    assert.deepEqual(split(pieces, new ResponseSplitter(sizes)), [
      { line: "* 1 FETCH (UID 5 BODY[] NIL)", literals: [], passedOver: 50 },
      { line: "* 2 FETCH (BODY[] {3}\r\n)", literals: [Buffer.from("yes")] },
    ]);
  }
  const tooLarge = /the server sent a literal of more than 10 octets/;
  assert.throws(() => split(["* 1 FETCH (BODY[] {1073741825}\r\n"], new ResponseSplitter(sizes)), tooLarge);
  assert.throws(() => split([wire], new ResponseSplitter({ ...sizes, total: 1000 })), tooLarge);
});

test("what just fits is taken, again and again", () => {
  const line = "* 18 octets and CRLF";
  assert.equal(split([`${line.slice(0, 18)}\r\n`.repeat(3)], new ResponseSplitter(limits)).length, 3);
  assert.equal(
    split(["* ({10}\r\n0123456789{10}\r\n0123456789\r\n".repeat(3)], new ResponseSplitter(limits)).length,
    3,
  );
});

test("only a list of UIDs may be long", () => {
  const long = (start: string): string => `${start}${"1".repeat(30)}\r\n`;
  const within = { line: 20, list: 60, literal: 10, response: 80 };
  for (const start of ["* VANISHED (EARLIER) ", "* esearch ", "* SEARCH ", "a1 OK [MODIFIED "]) {
    for (const chunks of [[long(start)], [...long(start)]])
      assert.equal(split(chunks, new ResponseSplitter(within)).length, 1, start);
    assert.throws(() =>
      split([long(start) + long(start).repeat(3).replaceAll("\r\n", "")], new ResponseSplitter(within)),
    );
  }
  for (const start of ["* FETCH ", "* OK VANISHED ", "VANISHED "])
    assert.throws(() => split([long(start)], new ResponseSplitter(within)), /line of more/);
});

test("strangers are heard for a while, and then not at all", () => {
  const kibibytes = (splitter: ResponseSplitter): number => {
    for (let count = 0; ; count++) {
      try {
        split([`* OK ${"x".repeat(1017)}\r\n`], splitter);
      } catch (error) {
        assert.match((error as Error).message, /^the server sent more than 64 KiB before the login$/);
        return count;
      }
    }
  };
  assert.equal(kibibytes(new ResponseSplitter(strangersLimits)), 64);
  const splitter = new ResponseSplitter(strangersLimits);
  split([`* OK ${"x".repeat(8000)}\r\n`], splitter);
  splitter.limit(trustingLimits);
  for (let count = 0; count < 100; count++) split([`* OK ${"x".repeat(8000)}\r\n`], splitter);
});

test("what grows while a response arrives: a message with each octet, a list of UIDs when it is long, nothing else", () => {
  const splitter = new ResponseSplitter();
  const arriving = (chunk: string): number => {
    split([chunk], splitter);
    return splitter.arriving;
  };
  for (const [chunk, octets] of [
    ["* OK", 0],
    [" still here", 0],
    ["\r\n", 0],
    ["* 1 FETCH (BODY[] {3}\r\n", 0],
    ["a", 1],
    ["b", 2],
    ["c", 3],
    [")\r\n", 0],
    ['* LIST () "/" {3}\r\n', 0],
    ["abc", 0],
    ["\r\n", 0],
    ["* OK ", 0],
    ["1,".repeat(4096), 0],
    ["\r\n", 0],
    ["* VANISHED ", 0],
    ["1,".repeat(4096), 2],
  ] as const)
    assert.equal(arriving(chunk), octets, chunk.slice(0, 30));
});

test("a literal that nobody waits for is passed over, wherever it is cut", () => {
  const sizes: number[] = [];
  const mayCome = (octets: number): boolean => sizes.push(octets) > 0 && octets <= 5_000;
  const wire = [
    "* 1 FETCH (UID 5 BODY[] {6000}",
    `${"x".repeat(6000)} FLAGS (a) BODY[HEADER.FIELDS (X)] ~{7000}`,
    `${"* OK no\r\n".repeat(1000).slice(0, 7000)})`,
    "* 2 FETCH (BODY[] {5000}",
    `${"y".repeat(5000)})`,
    "* 3 FETCH (BODY[] {4096}",
    `${"z".repeat(4096)})`,
    "a1 OK",
    "",
  ].join("\r\n");
  const expected = [
    { line: "* 1 FETCH (UID 5 BODY[] NIL FLAGS (a) BODY[HEADER.FIELDS (X)] NIL)", literals: [], passedOver: 13_000 },
    { line: "* 2 FETCH (BODY[] {5000}\r\n)", literals: [Buffer.alloc(5000, "y")] },
    { line: "* 3 FETCH (BODY[] {4096}\r\n)", literals: [Buffer.alloc(4096, "z")] },
    { line: "a1 OK", literals: [] },
  ];
  for (const step of [wire.length, 1, 4093]) {
    const pieces = Array.from({ length: Math.ceil(wire.length / step) }, (_, i) =>
      wire.slice(i * step, (i + 1) * step),
    );
    assert.deepEqual(split(pieces, new ResponseSplitter(trustingLimits, mayCome)), expected, String(step));
  }
  // Small ones are not asked about.
  assert.deepEqual(sizes.slice(0, 3), [6000, 7000, 5000]);
});

test("a literal that nobody waits for, in what is no message, is no protocol", () => {
  for (const line of ['* LIST () "/" {5000}', "* STATUS {5000}", "* X ({5000}"]) {
    const splitter = new ResponseSplitter(trustingLimits, () => false);
    // Where a literal can be at all.
    if (split([`${line}\r\n`]).length === 0)
      assert.throws(() => split([`${line}\r\n`], splitter), /a literal that nobody asked for/, line);
  }
});

test("a literal that is only announced takes no memory", () => {
  const before = process.memoryUsage.rss();
  const splitters = Array.from({ length: 4 }, () => new ResponseSplitter());
  for (const splitter of splitters) assert.deepEqual(split([`* ({${String(1024 ** 3)}}\r\n`, "some"], splitter), []);
  assert.ok(process.memoryUsage.rss() - before < 256 * 1024 ** 2);
});

test("a long line in small pieces takes time in proportion to its length", () => {
  const piece = Buffer.alloc(16, "x");
  const start = performance.now();
  const [response] = split(["* VANI", "SHED ", ...Array.from({ length: 500_000 }, () => piece), "\r\n"]);
  assert.equal(response?.line.length, 8_000_011);
  // Square time would be minutes.
  assert.ok(performance.now() - start < patienceMs);
});
