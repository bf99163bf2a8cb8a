// More than anybody needs: compressed, nested, or without an end. It ends in one line, and takes no memory to speak of.
// What strangers may send is in ../strangers.test.ts, and lists without an end in ../endless.test.ts.

import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { describe, test } from "node:test";
import { createDeflateRaw } from "node:zlib";
import { withQresync } from "../../../src/imap/abilities.ts";
import { ResponseReader } from "../../../src/imap/codec/read-responses.ts";
import { trustingLimits } from "../../../src/imap/codec/response-limits.ts";
import { MailboxView } from "../../../src/imap/mailbox/mailbox-view.ts";
import type { Response } from "../../../src/imap/responses.ts";
import { startAttacker } from "../../support/attacker.ts";
import { inetSettings } from "../../support/inet-settings.ts";
import { command, connectTo, failsWith, recordedLog, serverSettings, withSession } from "../fixture.ts";
import { heldOff } from "./scene.ts";

const MiB = 1 << 20;

describe("decompression bombs", () => {
  heldOff({
    name: "no compression before the login, whatever is offered, and none that begins by itself",
    settings: { compress: true },
    script: (wire) => {
      wire.say("* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE AUTH=PLAIN] ready\r\n");
      // An empty block of raw deflate, and more: as lines, they make no sense.
      wire.say("\x00\x00\x00\xff\xff\x4b\x4c\x04\x00\r\n");
    },
    left: [],
    fails: "PROTOCOL",
  });

  for (const [name, unit, words] of [
    ["a line without an end", "x", /a line of more than 1 MiB/],
    ["a literal that nobody asked for", "* LIST () NIL {500000000}\r\n", /a literal that nobody asked for/],
    ["lines that are no responses", "\x00\x00\x00\x00\r\n", /cannot be understood/],
  ] as const)
    test(`${name}, a thousand times smaller on its way`, async (t) => {
      let left = 0;
      const attacker = await startAttacker(t, async (wire) => {
        wire.say("* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in\r\n");
        const tag = (await wire.line())?.split(" ")[0] ?? "";
        wire.say(`${tag} OK squeeze\r\n`);
        const block = Buffer.from(unit.repeat(MiB / unit.length), "latin1");
        // A gibibyte, if it is taken.
        const bomb = Readable.from(Array.from({ length: 1024 }, () => block)).pipe(createDeflateRaw({ level: 9 }));
        bomb.on("data", (octets: Buffer) => {
          left += octets.length;
          wire.say(octets.toString("latin1"));
        });
      });
      const settings = serverSettings(attacker.port, { compress: true, transport: inetSettings(attacker.port) });
      const session = await connectTo(settings, { side: "remote", log: recordedLog(), keepAlive: false });
      const before = process.memoryUsage().rss;
      await assert.rejects(session.run(command("NOOP")), failsWith("PROTOCOL", words));
      const grown = process.memoryUsage().rss - before;
      assert.ok(grown < 300 * MiB, `${String(grown)} octets for ${String(left)}`);
    });
});

/** What is heard, and how it ends, where no more than a few kibibytes may come without an answer. */
async function reading(text: string): Promise<{ readonly heard: Response[]; readonly error: Error | undefined }> {
  const heard: Response[] = [];
  const stream = new PassThrough();
  const ended = new Promise<Error | undefined>((resolve) => {
    const reader = new ResponseReader(
      {
        onResponse: (response) => void heard.push(response),
        onError: resolve,
        onEnd: () => {
          resolve(undefined);
        },
      },
      { ...trustingLimits, unanswered: 8192 },
    );
    reader.attach(stream);
  });
  stream.end(Buffer.from(text, "latin1"));
  return { error: await ended, heard };
}

describe("answers without an end", () => {
  const line = "* OK still here\r\n";

  test("untagged responses", async () => {
    const { error } = await reading(line.repeat(1000));
    assert.ok(failsWith("PROTOCOL", /without an end of its answer/)(error));
  });

  for (const between of ["+ go on\r\n", "no response at all\r\n", "\x00\r\n", "+\r\n", "x1 OKAY\r\n"])
    test(`${JSON.stringify(between)} between them is no answer`, async () => {
      const { error } = await reading(`${line.repeat(20)}${between}`.repeat(50));
      assert.ok(failsWith("PROTOCOL", /without an end of its answer/)(error));
    });

  test("answers to commands make room for more", async () => {
    const { error, heard } = await reading(`${line.repeat(20)}a1 OK done\r\n`.repeat(50));
    assert.equal(error, undefined);
    assert.equal(heard.length, 1050);
  });
});

describe("nesting without an end", () => {
  const depth = 400_000;
  for (const [name, response] of [
    ["ENVELOPE", `* 1 FETCH (UID 1 ENVELOPE ${"(".repeat(depth)}`],
    ["BODYSTRUCTURE, closed again", `* 1 FETCH (UID 1 BODYSTRUCTURE ${"(".repeat(depth)}${")".repeat(depth)})`],
    ["flags", `* 1 FETCH (UID 1 FLAGS (${"(".repeat(depth)}`],
    ["a section", `* 1 FETCH (UID 1 BODY[${"[".repeat(depth)}`],
    ["a response code", `* OK [${"(".repeat(depth)}`],
    ["LIST, extended", `* LIST () "/" box (${"(".repeat(depth)}`],
    ["quotes", `* 1 FETCH (UID 1 ENVELOPE (${'"" '.repeat(depth / 2)}))`],
    ["ESEARCH", `* ESEARCH ${"(".repeat(depth)}`],
    ["what nobody knows", `* X ${"(".repeat(depth)}`],
  ] as const)
    test(`in ${name}`, async () => {
      const view = new MailboxView("box", withQresync);
      await withSession(`C: a NOOP\nS: ${response}\nS: a OK\nC: b NOOP\nS: b OK`, async (session) => {
        session.view = view;
        // At most the connection; never the program.
        const outcome = await session.run(command("NOOP")).then(
          () => "read",
          (error: unknown) => failsWith("PROTOCOL")(error) && "refused",
        );
        if (outcome === "read") await session.run(command("NOOP"));
        else await session.ended;
      }).catch((error: unknown) => {
        // A connection that ended leaves the script.
        assert.match(String(error), /left the script|the server awaits/);
      });
    });
});
