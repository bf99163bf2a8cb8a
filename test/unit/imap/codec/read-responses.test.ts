import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { createInflateRaw, deflateRawSync } from "node:zlib";
import { type ResponseHandlers, ResponseReader } from "../../../../src/imap/codec/read-responses.ts";
import { trustingLimits } from "../../../../src/imap/codec/response-limits.ts";
import type { Response } from "../../../../src/imap/responses.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { patienceMs } from "../../../support/eventually.ts";

const MiB = 1 << 20;

interface Reading {
  readonly reader: ResponseReader;
  readonly responses: Response[];
  readonly lines: string[];
  /** Resolves with what ended the reading: an error, or undefined at the end of the stream. */
  readonly ended: Promise<Error | undefined>;
}

function reading(
  onResponse: (response: Response, reader: ResponseReader) => void = () => undefined,
  limits = trustingLimits,
): Reading {
  const responses: Response[] = [];
  const lines: string[] = [];
  const { promise: ended, resolve } = deferred<Error | undefined>();
  const handlers: ResponseHandlers = {
    onResponse: (response) => {
      responses.push(response);
      onResponse(response, reader);
    },
    onLine: (line) => lines.push(line.toString("latin1")),
    onError: resolve,
    onEnd: () => {
      resolve(undefined);
    },
  };
  const reader = new ResponseReader(handlers, limits);
  return { reader, responses, lines, ended };
}

async function readAll(chunks: readonly Buffer[]): Promise<Response[]> {
  const { reader, responses, ended } = reading();
  const stream = new PassThrough();
  reader.attach(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  assert.equal(await ended, undefined);
  return responses;
}

const transcript = Buffer.from(
  [
    "* OK [CAPABILITY IMAP4rev1] hello {3}!",
    "* 1 FETCH (UID 5 FLAGS (\\Seen) BODY[] {13}",
    "a\r\n* OK b\r\nc\xff FLAGS ())",
    "* 2 FETCH (ENVELOPE (NIL {2}",
    "\r\n) UID 6)",
    "* 3 FETCH (UID 7 MODSEQ (8))",
    "",
    '* LIST () "/" {3}',
    "a b",
    "* STATUS x (UIDNEXT 3)",
    "* 4 FETCH (UID 8 BODY[] {0}",
    ")",
    "* VANISHED (EARLIER) 1:4",
    "+ go on",
    "a1 OK [MODIFIED 3] done",
    "",
  ].join("\r\n"),
  "latin1",
);

test("the same bytes give the same responses wherever they are cut", async () => {
  const whole = await readAll([transcript]);
  assert.deepEqual(
    whole.map((response) => response.kind),
    ["status", "fetch", "fetch", "fetch", "list", "mailbox-status", "fetch", "vanished", "continuation", "tagged"],
  );
  for (let cut = 1; cut < transcript.length; cut++) {
    assert.deepEqual(await readAll([transcript.subarray(0, cut), transcript.subarray(cut)]), whole, `cut at ${cut}`);
  }
  assert.deepEqual(await readAll(Array.from(transcript, (octet) => Buffer.of(octet))), whole, "octet by octet");
});

test("lines for the log come without literals", async () => {
  const { reader, lines, ended } = reading();
  const stream = new PassThrough();
  reader.attach(stream);
  stream.end("* 1 FETCH (BODY[] {6}\r\nsecret)\r\na1 OK\r\n");
  await ended;
  assert.deepEqual(lines, ["* 1 FETCH (BODY[] {6}\r\n)", "a1 OK"]);
});

test("a response that needs the general parser is not overtaken", async () => {
  const slow = "* 1 FETCH (ENVELOPE NIL)\r\n";
  const responses = await readAll([Buffer.from(`${slow}* 2 EXISTS\r\n${slow}${slow}* 3 EXISTS\r\n`)]);
  assert.deepEqual(
    responses.map((response) => response.kind),
    ["fetch", "exists", "fetch", "fetch", "exists"],
  );
});

test("detach gives back exactly what follows the line, wherever the bytes are cut", async () => {
  const before = Buffer.from("* 1 FETCH (ENVELOPE NIL)\r\na1 OK begin\r\n");
  for (const after of [Buffer.from("* BYE injected\r\na2 OK\r\n"), deflateRawSync("* 2 EXISTS\r\n"), Buffer.alloc(0)]) {
    const all = Buffer.concat([before, after]);
    for (let cut = 1; cut < all.length; cut++) {
      const { promise, resolve } = deferred<Buffer>();
      const { reader, responses } = reading((response, self) => {
        if (response.kind === "tagged") resolve(self.detach());
      });
      const stream = new PassThrough();
      reader.attach(stream);
      stream.write(all.subarray(0, cut));
      stream.write(all.subarray(cut));
      const surplus = await promise;
      await pause();
      const rest = (stream.read() as Buffer | null) ?? Buffer.alloc(0);
      assert.deepEqual(Buffer.concat([surplus, rest]), after, `cut at ${cut}`);
      assert.deepEqual(
        responses.map((response) => response.kind),
        ["fetch", "tagged"],
        `cut at ${cut}`,
      );
    }
  }
});

test("reading goes on behind an inflater after COMPRESS, over a socket", async () => {
  const flags = Array.from({ length: 500 }, (_, i) => `* ${i + 1} FETCH (UID ${i + 1} FLAGS ())\r\n`).join("");
  const [client, server] = await socketPair();
  const { promise: answered, resolve } = deferred<undefined>();
  const { reader, responses } = reading((response, self) => {
    if (response.kind !== "tagged") return;
    if (response.tag === "a2") resolve(undefined);
    if (response.tag !== "a1") return;
    const inflate = createInflateRaw();
    inflate.write(self.detach());
    client.pipe(inflate);
    self.attach(inflate);
  });
  reader.attach(client);
  const compressed = deflateRawSync(`${flags}a2 OK\r\n`);
  server.write(Buffer.concat([Buffer.from("a1 OK\r\n"), compressed.subarray(0, 100)]));
  await pause(20);
  server.write(compressed.subarray(100));
  await answered;
  assert.equal(responses.length, 502);
  client.destroy();
  server.destroy();
});

test("the end of the stream is reported once, after its last response", async () => {
  const events: string[] = [];
  const stream = new PassThrough();
  await new Promise<void>((resolve) => {
    const reader = new ResponseReader({
      onResponse: (response) => events.push(response.kind),
      onError: (error) => events.push(error.message),
      onEnd: () => {
        events.push("end");
        resolve();
      },
    });
    reader.attach(stream);
    stream.end("* BYE\r\n* 1 FETCH (X Y)\r\n* 2 FE");
  });
  await pause();
  assert.deepEqual(events, ["status", "fetch", "end"]);
});

test("a stream that is destroyed is reported as ended", async () => {
  const { reader, ended } = reading();
  const stream = new PassThrough();
  reader.attach(stream);
  stream.destroy();
  assert.equal(await ended, undefined);
});

test("a stream that was closed before is reported too", async () => {
  const stream = new PassThrough();
  stream.destroy();
  await once(stream, "close");
  const { reader, ended } = reading();
  reader.attach(stream);
  assert.equal(await ended, undefined);
});

async function errorOf(bytes: string | Iterable<Buffer>): Promise<{ error: Error | undefined; responses: Response[] }> {
  const { reader, responses, ended } = reading();
  const stream = new PassThrough();
  reader.attach(stream);
  for (const chunk of typeof bytes === "string" ? [Buffer.from(bytes)] : bytes) stream.write(chunk);
  const error = await ended;
  return { error, responses };
}

test("what is read behind a line that cannot be understood is what follows it", async () => {
  for (const bad of ["* 1 FETCH (ENVELOPE ]", "* 0 EXPUNGE", "* VANISHED *", "garbage", "* (", "a1 MAYBE"]) {
    const responses = await readAll([Buffer.from(`* OK\r\n${bad}\r\n* 2 EXISTS\r\n`)]);
    assert.deepEqual(
      responses.map(({ kind }) => kind),
      ["status", "unreadable", "exists"],
    );
  }
});

test("what makes no sense behind the marker of a literal, where none can be, is known to be its rest", async () => {
  for (const [before, isRest] of [
    ["* FLAGS ({5}", true],
    ["* OK [UIDVALIDITY {2}", true],
    ["* STATUS a (UIDNEXT {1+}", true],
    ["* OK {2} or so", undefined],
    ["a1 OK [MODIFIED {1}", undefined],
  ] as const) {
    const [, first, second] = await readAll([Buffer.from(`${before}\r\n7) x\r\n7) x\r\n`)]);
    assert.ok(first?.kind === "unreadable" && second?.kind === "unreadable");
    assert.deepEqual([first.isRest, second.isRest], [isRest, undefined], before);
  }
});

test("limits end in a PROTOCOL error", async () => {
  const endless = Array.from({ length: 17 }, () => Buffer.alloc(1024 * 1024, "x"));
  for (const [bytes, message] of [
    [endless, /line of more than 1 MiB/],
    [[Buffer.from("* VANISHED (EARLIER) "), ...endless], /list of more than 16 MiB/],
    ['* LIST () "/" {1073741825}\r\n', /literal of more than 1 GiB/],
    ["* 1 FETCH (BODY[] {1073741825}\r\n", /literal of more than 1 GiB/],
    ["* 1 FETCH (BODY[] {99999999999999999999999}\r\n", /literal of more than 1 GiB/],
  ] as const) {
    const { error } = await errorOf(bytes);
    assert.ok(error instanceof InterimapError && error.code === "PROTOCOL", String(error));
    assert.match(error.message, message);
  }
});

test("a VANISHED line of megabytes is read in time that is proportional to its length", async () => {
  const uids = Array.from({ length: 400_000 }, (_, i) => 2 * i + 1).join(",");
  const start = performance.now();
  const [response] = await readAll([Buffer.from(`* VANISHED (EARLIER) ${uids}\r\n`)]);
  assert.ok(response?.kind === "vanished");
  assert.equal(response.uids.ranges.length, 400_000);
  // Square time would be minutes.
  assert.ok(performance.now() - start < patienceMs);
});

test("what a handler throws comes out as the error", async () => {
  for (const line of ["* 1 EXISTS\r\n", "* 1 FETCH (X Y)\r\n"]) {
    const { reader, responses, ended } = reading(() => {
      throw new Error("mine");
    });
    const stream = new PassThrough();
    reader.attach(stream);
    stream.write(`${line}${line}`);
    assert.equal((await ended)?.message, "mine");
    assert.equal(responses.length, 1);
  }
});

test("only one stream at a time", () => {
  const { reader } = reading();
  reader.attach(new PassThrough());
  assert.throws(() => {
    reader.attach(new PassThrough());
  }, /BUG|attached/);
  assert.equal(reader.detach().length, 0);
  assert.equal(reader.detach().length, 0);
  reader.attach(new PassThrough());
});

test("a server that sends faster than we parse is held back", async () => {
  const { reader, responses, ended } = reading();
  const stream = new PassThrough({ highWaterMark: 1024 });
  reader.attach(stream);
  const lines = Buffer.from("* 1 FETCH (X Y)\r\n".repeat(64));
  let heldBack = 0;
  for (let i = 1; i <= 20; i++) {
    if (stream.write(lines)) continue;
    heldBack++;
    await once(stream, "drain");
    assert.ok(responses.length >= (i - 2) * 64);
  }
  assert.ok(heldBack >= 5, String(heldBack));
  stream.end();
  assert.equal(await ended, undefined);
  assert.equal(responses.length, 20 * 64);
});

test("what arrives while a response is being handled waits for its turn", async () => {
  const events: string[] = [];
  const stream = new PassThrough();
  const { reader, ended } = reading((response) => {
    assert.ok(response.kind === "exists");
    events.push(`begin ${String(response.count)}`);
    if (response.count === 1) stream.write("* 3 EXISTS\r\n");
    if (response.count === 3) stream.end("* 4 EXISTS\r\n");
    events.push(`end ${String(response.count)}`);
  });
  reader.attach(stream);
  await pause();
  stream.write("* 1 EXISTS\r\n* 2 EXISTS\r\n");
  assert.equal(await ended, undefined);
  assert.deepEqual(
    events,
    [1, 2, 3, 4].flatMap((count) => [`begin ${String(count)}`, `end ${String(count)}`]),
  );
});

test("what a stream holds when it is destroyed is delivered before the end", async () => {
  const { reader, responses, ended } = reading();
  const stream = new PassThrough();
  reader.attach(stream);
  await pause();
  stream.write("* 1 FETCH (X Y)\r\n* 2 EXISTS\r\n");
  stream.write("* 3 FETCH (X Y)\r\n");
  stream.write("* 4 EXISTS\r\n* 5 EX");
  stream.destroy();
  assert.equal(await ended, undefined);
  assert.deepEqual(
    responses.map((response) => response.kind),
    ["fetch", "exists", "fetch", "exists"],
  );
});

test("a stream can be attached again", async () => {
  const { reader, responses, ended } = reading();
  const stream = new PassThrough();
  reader.attach(stream);
  await pause();
  stream.write("* 1 EXISTS\r\n");
  reader.detach();
  reader.attach(stream);
  stream.end("* 2 EXISTS\r\n");
  assert.equal(await ended, undefined);
  assert.equal(responses.length, 2);
});

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

function pause(ms = 1): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function socketPair(): Promise<[Socket, Socket]> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const client = connect((listener.address() as AddressInfo).port, "127.0.0.1");
  const [server] = (await once(listener, "connection")) as [Socket];
  listener.close();
  return [client, server];
}

describe("an answer without an end is given up, whatever it consists of", () => {
  const limits = { ...trustingLimits, unanswered: MiB };
  for (const line of [
    '* LIST () "/" box\r\n',
    "* SEARCH 1 2 3\r\n",
    "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n",
    "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (MESSAGE-ID)] {4}\r\n\r\n\r\n)\r\n",
    "* VANISHED 1\r\n",
    "* OK still here\r\n",
  ]) {
    const flood = Buffer.from(line.repeat(Math.ceil(MiB / line.length)));

    test(line.trim(), async () => {
      const { reader, ended, responses } = reading(undefined, limits);
      const stream = new PassThrough();
      reader.attach(stream);
      stream.end(flood);
      const error = await ended;
      assert.ok(error instanceof InterimapError && error.code === "PROTOCOL");
      assert.equal(error.message, "the server sent more than 1 MiB without an end of its answer");
      assert.ok(responses.length > 1000);
    });

    test(`but in answer to several commands: ${line.trim()}`, async () => {
      const { reader, ended } = reading(undefined, limits);
      const stream = new PassThrough();
      reader.attach(stream);
      const some = line.repeat(5000);
      stream.end(Buffer.from(Array.from({ length: 10 }, (_, i) => `${some}a${String(i)} OK\r\n`).join("")));
      assert.equal(await ended, undefined);
    });
  }

  test("messages have bounds of their own", async () => {
    const { reader, ended } = reading(undefined, limits);
    const stream = new PassThrough();
    reader.attach(stream);
    const message = "x".repeat(100_000);
    stream.end(Buffer.from(`* 1 FETCH (UID 1 BODY[] {${String(message.length)}}\r\n${message})\r\n`.repeat(20)));
    assert.equal(await ended, undefined);
  });
});
