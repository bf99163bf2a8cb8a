// A server that says nothing is given up after a while; one that is merely slow is not.

import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { afterEach, beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Capabilities } from "../../src/imap/capabilities.ts";
import { Session } from "../../src/imap/session.ts";
import { command, failsWith, recordedLog } from "./fixture.ts";

const minute = 60_000;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => {
  mock.timers.reset();
});

/** A connection whose pace the test sets: what the server sends, and when it takes what is written. */
class SlowStream extends Duplex {
  #taken: (() => void) | undefined;

  override _read(): void {}

  override _write(_octets: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    this.#taken = taken;
  }

  take(): void {
    this.#taken?.();
  }
}

function slowSession(): { readonly stream: SlowStream; readonly session: Session } {
  const stream = new SlowStream({ writableHighWaterMark: 1 });
  return { stream, session: new Session({ stream, secure: false }, { side: "local", log: recordedLog() }) };
}

test("silence for minutes while an answer is awaited is a lost connection", async () => {
  const { session } = slowSession();
  const answer = session.run(command("NOOP"));
  mock.timers.tick(4 * minute);
  assert.ok(session.isUsable);
  mock.timers.tick(2 * minute);
  await assert.rejects(answer, failsWith("CONNECTION_LOST", /no answer/));
});

test("silence while nothing is awaited is no reason to give up, however long", async () => {
  const { session, stream } = slowSession();
  mock.timers.tick(60 * minute);
  const answer = session.run(command("NOOP"));
  mock.timers.tick(4 * minute);
  stream.push("a0 OK at last\r\n");
  await answer;
  session.destroy();
});

test("a large message that comes slowly is not silence", async () => {
  const { session, stream } = slowSession();
  const answer = session.run(command("UID FETCH 1 BODY[]"));
  stream.push("* 1 FETCH (UID 1 BODY[] {100}\r\n");
  for (let i = 0; i < 10; i++) {
    await setImmediate();
    mock.timers.tick(minute);
    assert.ok(session.isUsable, `given up after ${String(i + 1)} minutes`);
    stream.push("0123456789");
  }
  stream.push(")\r\na0 OK\r\n");
  await answer;
  session.destroy();
});

test("a large message that leaves slowly is not silence", async () => {
  const { session, stream } = slowSession();
  const parts = ["APPEND box ", ...Array.from({ length: 10 }, () => ({ literal: Buffer.alloc(1 << 16) }))];
  session.capabilities = new Capabilities(["LITERAL+"]);
  const answer = session.run(command("", { parts }));
  for (let i = 0; i < 10; i++) {
    await setImmediate();
    mock.timers.tick(minute);
    assert.ok(session.isUsable, `given up after ${String(i + 1)} minutes`);
    stream.take();
  }
  stream.push("a0 OK\r\n");
  await answer;
  session.destroy();
});
