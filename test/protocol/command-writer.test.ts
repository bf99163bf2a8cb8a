// Commands on the wire: literals, what leaves together, and `+`.

import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Capabilities } from "../../src/imap/capabilities.ts";
import { line } from "../../src/imap/codec/write-command.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { Session } from "../../src/imap/session/session.ts";
import { command, failsWith, recordedLog, withSession } from "./fixture.ts";

const noop = command("NOOP");
const octets = (text: string) => ({ literal: Buffer.from(text, "latin1") });

/** Each write as it would leave in a packet. */
class Packets extends Duplex {
  readonly seen: string[] = [];

  override _read(): void {}

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.seen.push(Buffer.concat(chunks.map(({ chunk }) => chunk)).toString("latin1"));
    done();
  }
}

test("commands of one moment leave in one packet, and those of the next in another", async () => {
  const stream = new Packets();
  const session = new Session({ stream, secure: false }, { side: "local", log: recordedLog() });
  session.capabilities = new Capabilities(["LITERAL+"]);
  for (const line of ["A", "B"]) void session.run(command(line));
  void session.run(command("", { parts: line`C ${octets("lit")} D` }));
  await setImmediate();
  assert.deepEqual(stream.seen, ["a0 A\r\na1 B\r\na2 C {3+}\r\nlit D\r\n"]);
  void session.run(command("E"));
  await setImmediate();
  assert.deepEqual(stream.seen.slice(1), ["a3 E\r\n"]);
  session.destroy();
});

test("what waited for a literal leaves with it", async () => {
  const stream = new Packets();
  const session = new Session({ stream, secure: false }, { side: "local", log: recordedLog() });
  void session.run(command("", { parts: line`A ${octets("lit")} B` }));
  void session.run(command("C"));
  await setImmediate();
  stream.push("+ go\r\n");
  await setImmediate();
  await setImmediate();
  assert.deepEqual(stream.seen, ["a0 A {3}\r\n", "lit B\r\na1 C\r\n"]);
  session.destroy();
});

test("a literal waits for its + unless the server knows LITERAL+", async () => {
  const parts = line`X ${octets("a\r\nb")} (${octets("\xff\0")})`;
  const waiting = String.raw`
    C: t1 X {4}
    ...
    S: + go
    C: a
    C: b ({2}
    S: + go
    C: \xff\x00)
    C: t2 NOOP
    S: t1 OK
    S: t2 OK`;
  const atOnce = String.raw`
    C: t1 X {4+}
    C: a
    C: b ({2+}
    C: \xff\x00)
    C: t2 NOOP
    S: t1 OK
    S: t2 OK`;
  for (const [script, capabilities] of [
    [waiting, []],
    [atOnce, ["LITERAL+"]],
    [atOnce, ["LITERAL-"]],
  ] as const) {
    await withSession(script, (session) => Promise.all([session.run({ ...noop, parts }), session.run(noop)]), {
      capabilities,
    });
  }
});

test("with LITERAL- only literals above 4,096 octets wait", async () => {
  const script = `
    C: t1 X {4096+}
    C: ${"x".repeat(4096)} {4097}
    S: + go
    C: ${"y".repeat(4097)}
    S: t1 OK`;
  const parts = line`X ${octets("x".repeat(4096))} ${octets("y".repeat(4097))}`;
  await withSession(script, (session) => session.run({ ...noop, parts }), { capabilities: ["LITERAL-"] });
});

test("a literal refused before its + is never sent, and the next command goes out", async () => {
  const script = `
    C: t1 APPEND box {1000}
    S: t1 NO [OVERQUOTA] no room
    C: t2 NOOP
    S: t2 OK`;
  await withSession(script, async (session) => {
    const append = session.run({ ...noop, name: "APPEND", parts: line`APPEND box ${octets("x".repeat(1000))}` });
    const after = session.run(noop);
    await assert.rejects(
      append,
      (error) => error instanceof CommandRefused && error.responseCode?.name === "OVERQUOTA",
    );
    await after;
  });
});

test("answers to earlier commands arrive while a literal waits", async () => {
  const script = `
    C: t1 NOOP
    C: t2 X {3}
    S: * 1 EXISTS
    S: t1 OK
    ...
    S: + go
    C: abc
    S: t2 OK`;
  await withSession(script, (session) =>
    Promise.all([session.run(noop), session.run({ ...noop, parts: line`X ${octets("abc")}` })]),
  );
});

test("+ without end, where nothing is expected, ends the connection", async () => {
  await withSession(`C: t1 NOOP\n${"S: + more\n".repeat(200)}`, (session) =>
    assert.rejects(session.run(noop), failsWith("PROTOCOL", /keeps asking/)),
  );
});

test("a server may ask for more than it gets each time, as long as it answers", async () => {
  const script = Array.from({ length: 5 }, (_, i) => `C: t${i} NOOP\n${"S: + more\n".repeat(50)}S: t${i} OK`).join(
    "\n",
  );
  await withSession(script, async (session) => {
    for (let i = 0; i < 5; i++) await session.run(noop);
  });
});

test("an unasked-for + does no harm", async () => {
  await withSession("C: t1 NOOP\nS: + idling\nS: t1 OK", (session) => session.run(noop));
});
