// A server that does not understand a command whose literal was sent without being asked for reads commands in it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { Capabilities } from "../../src/imap/capabilities.ts";
import { line } from "../../src/imap/codec/write-command.ts";
import type { Turn } from "../../src/imap/command.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { LiteralRefused } from "../../src/imap/literal-refused.ts";
import { Session } from "../../src/imap/session/session.ts";
import { openTransport } from "../../src/imap/transport/open-transport.ts";
import type { Transport } from "../../src/imap/transport/transport.ts";
import { makeCertificate } from "../support/certificate.ts";
import { inetSettings, tlsSettings } from "../support/inet-settings.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { command, failsWith, recordedLog, withSession } from "./fixture.ts";

const text = "x2 DELETE Precious";
const append = command("", { name: "APPEND", parts: line`APPEND box ${{ literal: Buffer.from(text) }}` });
const sent = `
  C: t1 APPEND box {${String(text.length)}+}
  C: ${text}
  C: t2 NOOP
  ...`;
const capabilities = ["LITERAL+"];

for (const answer of [
  "t1 BAD [CLIENTBUG] What?",
  "* BAD What?",
  "x2 OK Precious deleted",
  "x2 BAD Unknown command",
  "x2 NO No such mailbox",
]) {
  test(`"${answer}" ends the connection, and says so`, async () => {
    const script = `${sent}\nS: ${answer}\nS: t1 OK [APPENDUID 7 1] no\nS: t2 OK`;
    await withSession(
      script,
      async (session) => {
        const appended = session.run(append);
        const others = [command("NOOP"), command("SELECT a", { overlap: "alone" })].map((each) => session.run(each));
        const words = answer.slice(answer.indexOf(" ") + 1);
        await assert.rejects(appended, (error) => {
          assert.ok(error instanceof LiteralRefused);
          assert.equal(error.code, "CONNECTION_LOST");
          assert.equal(error.side, "local");
          assert.equal(error.message, `the server did not understand APPEND, so the connection was dropped: ${words}`);
          return true;
        });
        for (const other of others) {
          await assert.rejects(other, (error) => {
            assert.ok(failsWith("CONNECTION_LOST", /did not understand APPEND/)(error));
            assert.ok((error as Error).cause instanceof LiteralRefused, "whose fault it was");
            return true;
          });
        }
        assert.equal(session.isUsable, false);
      },
      { capabilities },
    );
  });
}

test("a command that is held back is not finished, nor withdrawn", async () => {
  for (const verdict of ["go", "withdraw"] as const) {
    const script = `
      C: t1 APPEND box {${String(text.length)}+}
      S: t1 BAD What?`;
    await withSession(
      script,
      async (session) => {
        let decide: (verdict: Turn) => void = () => undefined;
        const turn = new Promise<Turn>((resolve) => (decide = resolve));
        await assert.rejects(session.run({ ...append, turn }), LiteralRefused);
        decide(verdict);
        await turn;
      },
      { capabilities },
    );
  }
});

test("of two such commands the one that is answered is to blame", async () => {
  const script = `
    C: t1 APPEND box {${String(text.length)}+}
    C: ${text}
    C: t2 APPEND box {${String(text.length)}+}
    C: ${text}
    S: t2 BAD What?`;
  await withSession(
    script,
    async (session) => {
      const [first, second] = [session.run(append), session.run(append)];
      await assert.rejects(second, LiteralRefused);
      await assert.rejects(first, (error) => !(error instanceof LiteralRefused));
    },
    { capabilities },
  );
});

test("a refusal of what was understood, or of what the server asked for, concerns the command alone", async () => {
  const waiting = `
    C: t1 APPEND box {${String(text.length)}}
    S: + go
    C: ${text}
    S: t1 BAD Not so
    C: t2 NOOP
    S: t2 OK`;
  const unasked = `${sent}\nS: t1 NO Not so\nS: t2 OK`;
  for (const [script, offered] of [
    [waiting, []],
    [unasked, capabilities],
  ] as const) {
    await withSession(
      script,
      async (session) => {
        const appended = session.run(append);
        const other = session.run(command("NOOP"));
        await assert.rejects(appended, CommandRefused);
        await other;
      },
      { capabilities: offered },
    );
  }
});

const directory = scratchDirectory("misunderstood");
/** More than the buffers of two sockets hold. */
const large = Buffer.alloc(64 << 20, "a");

interface Server {
  readonly port: number;
  /** Its end of the connection; nothing is read from it by itself. */
  readonly accepted: Promise<Socket>;
}

async function server(t: TestContext): Promise<Server> {
  const listener = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  t.after(() => listener.close());
  const accepted = once(listener, "connection").then(([socket]: Socket[]) => {
    socket!.on("error", () => undefined);
    t.after(() => socket!.destroy());
    return socket!;
  });
  return { port: (listener.address() as AddressInfo).port, accepted };
}

interface Way {
  readonly name: string;
  readonly open: (port: number) => Promise<Transport>;
  /** The server's end of what the client speaks. */
  readonly above: (socket: Socket) => Duplex;
}

const options = { keepAlive: false };
const plain = (port: number): Promise<Transport> => openTransport(inetSettings(port), options);

const ways: readonly Way[] = [
  { name: "plain", open: plain, above: (socket) => socket },
  {
    name: "encrypted",
    open: (port) => openTransport(inetSettings(port, { type: "imaps", tls: tlsSettings({ verify: false }) }), options),
    above: (socket) => {
      const { certificateFile, keyFile } = makeCertificate(directory);
      const [cert, key] = [readFileSync(certificateFile), readFileSync(keyFile)];
      return new TLSSocket(socket, { isServer: true, cert, key }).on("error", () => undefined);
    },
  },
];

for (const { name, open, above } of ways) {
  test(`${name}: what the system holds of a message does not leave any more`, async (t) => {
    const { port, accepted } = await server(t);
    const opening = open(port);
    const socket = await accepted;
    const stream = above(socket);
    const transport = await opening;
    const session = new Session(transport, { side: "local", log: recordedLog() });
    session.capabilities = new Capabilities(capabilities);
    const closed = once(socket, "close");
    const appended = session.run(command("", { name: "APPEND", parts: line`APPEND box ${{ literal: large }}` }));
    await once(stream, "readable");
    const taken = await stillness(() => transport.octetsSent?.());
    stream.write("a0 BAD What?\r\n");
    await assert.rejects(appended, LiteralRefused);
    stream.on("data", () => undefined).resume();
    await closed;
    assert.ok(socket.bytesRead < taken, `${String(socket.bytesRead)} of ${String(taken)} octets arrived`);
  });
}

/** The number when it does not grow any more. */
async function stillness(count: () => number | undefined): Promise<number> {
  for (let before = -1; ;) {
    const now = count() ?? 0;
    if (now === before) return now;
    before = now;
    await setTimeout(50);
  }
}
