// A server that says nothing is given up after a while; one that is merely slow is not.

import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Capabilities } from "../../src/imap/capabilities.ts";
import { line } from "../../src/imap/codec/write-command.ts";
import { Session } from "../../src/imap/session/session.ts";
import { idle } from "../../src/imap/verbs/idle.ts";
import { defaultLimits, type ServerLimits } from "../../src/model/server-limits.ts";
import { command, failsWith, recordedLog } from "./fixture.ts";

const minute = 60_000;

/** Node's mock timers do not know refresh(). */
class Clock {
  #now = 0;
  readonly #due = new Map<object, { readonly at: number; readonly work: () => void }>();

  install(t: TestContext): void {
    t.mock.method(globalThis, "setTimeout", (work: () => void, ms: number) => {
      const arm = (): object => {
        this.#due.set(timer, { at: this.#now + ms, work });
        return timer;
      };
      const timer = { refresh: arm, unref: () => timer, ref: () => timer, hasRef: () => false };
      return arm();
    });
    t.mock.method(globalThis, "clearTimeout", (timer: object | undefined) => {
      if (timer !== undefined) this.#due.delete(timer);
    });
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#due].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      const [timer, { at, work }] = next;
      this.#now = at;
      this.#due.delete(timer);
      work();
    }
    this.#now = end;
  }
}

function installedClock(t: TestContext): Clock {
  const clock = new Clock();
  clock.install(t);
  return clock;
}

/** A connection whose pace the test sets: what the server sends, and when it takes what is written. */
class SlowStream extends Duplex {
  takesAtOnce = true;
  #taken: (() => void) | undefined;

  override _read(): void {}

  override _write(_octets: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    if (this.takesAtOnce) taken();
    else this.#taken = taken;
  }

  letThrough(): void {
    this.#taken?.();
  }
}

function slowSession(
  silenceLimitMs?: number,
  limits?: ServerLimits,
): { readonly stream: SlowStream; readonly session: Session } {
  const stream = new SlowStream({ writableHighWaterMark: 1 });
  const options = { side: "local", log: recordedLog(), silenceLimitMs, limits } as const;
  return { stream, session: new Session({ stream, secure: false }, options) };
}

test("silence for minutes while an answer is awaited is a lost connection", async (t) => {
  const clock = installedClock(t);
  const { session } = slowSession();
  const answer = session.run(command("NOOP"));
  await setImmediate();
  clock.pass(4 * minute);
  assert.ok(session.isUsable);
  clock.pass(2 * minute);
  await assert.rejects(
    answer,
    failsWith("CONNECTION_SILENT", /^no answer for 5 min; if the server needs longer, raise silence-timeout$/),
  );
});

test("the setting for it: an error that comes sooner than it must does not mention it", async (t) => {
  for (const [silenceMs, silenceLimitMs, words] of [
    [10 * minute, undefined, /^no answer for 10 min; if the server needs longer, raise silence-timeout$/],
    [minute, 50 * minute, /^no answer for 1 min; if/],
    [10 * minute, minute, /^no answer for 1 min$/],
  ] as const) {
    const clock = installedClock(t);
    const { session } = slowSession(silenceLimitMs, { ...defaultLimits, silenceMs });
    const answer = session.run(command("NOOP"));
    await setImmediate();
    clock.pass(Math.min(silenceMs, silenceLimitMs ?? Infinity) - 1);
    assert.ok(session.isUsable);
    clock.pass(1);
    await assert.rejects(answer, failsWith("CONNECTION_SILENT", words));
    t.mock.restoreAll();
  }
});

test("silence while nothing is awaited is no reason to give up, however long", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  clock.pass(60 * minute);
  const answer = session.run(command("NOOP"));
  await setImmediate();
  clock.pass(4 * minute);
  stream.push("a0 OK at last\r\n");
  await answer;
  session.destroy();
});

test("a large message that comes slowly is not silence", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  const answer = session.run(command("UID FETCH 1 BODY[]", { overlap: "selected" }));
  stream.push("* 1 FETCH (UID 1 BODY[] {100}\r\n");
  for (let i = 0; i < 10; i++) {
    await setImmediate();
    clock.pass(minute);
    assert.ok(session.isUsable, `given up after ${String(i + 1)} minutes`);
    stream.push("0123456789");
  }
  stream.push(")\r\na0 OK\r\n");
  await answer;
  session.destroy();
});

test("a large message that leaves slowly is not silence", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  stream.takesAtOnce = false;
  const parts = line`APPEND box ${{ literal: Buffer.alloc(10 << 20) }}`;
  session.capabilities = new Capabilities(["LITERAL+"]);
  const answer = session.run(command("", { parts }));
  for (let i = 0; i < 10; i++) {
    await setImmediate();
    clock.pass(minute);
    assert.ok(session.isUsable, `given up after ${String(i + 1)} minutes`);
  }
  // And when the last octet is out, the server gets its time to answer.
  while (stream.writableLength > 0) {
    stream.letThrough();
    await setImmediate();
  }
  clock.pass(4 * minute);
  assert.ok(session.isUsable, "given up before it could answer");
  stream.push("a0 OK\r\n");
  await answer;
  session.destroy();
});

test("how long an answer may take is for the caller to say", async (t) => {
  const clock = installedClock(t);
  for (const [limitMs, words] of [
    [50_000, /^no answer for 50 s$/],
    [100_000, /^no answer for 1 min 40 s$/],
  ] as const) {
    const { session } = slowSession(limitMs);
    const answer = session.run(command("NOOP"));
    await setImmediate();
    clock.pass(limitMs - 1);
    assert.ok(session.isUsable);
    clock.pass(1);
    await assert.rejects(answer, failsWith("CONNECTION_SILENT", words));
  }
});

test("a message that is out gets five minutes to be taken in, however little time everything else gets", async (t) => {
  const clock = installedClock(t);
  const { session } = slowSession(50_000);
  session.capabilities = new Capabilities(["LITERAL+"]);
  const answer = session.run(command("APPEND", { parts: line`APPEND box ${{ literal: Buffer.from("mail") }}` }));
  await setImmediate();
  clock.pass(5 * minute - 1);
  assert.ok(session.isUsable);
  clock.pass(1);
  await assert.rejects(answer, failsWith("CONNECTION_SILENT", /^no answer for 5 min; if/));
});

test("a message that the server does not ask for gets no more time than anything else", async (t) => {
  const clock = installedClock(t);
  const { session } = slowSession(50_000);
  const answer = session.run(command("APPEND", { parts: line`APPEND box ${{ literal: Buffer.from("mail") }}` }));
  await setImmediate();
  clock.pass(50_000);
  await assert.rejects(answer, failsWith("CONNECTION_SILENT", /^no answer for 50 s$/));
});

test("all that has to end does not wait for a message to be taken in", async (t) => {
  const clock = installedClock(t);
  const { session } = slowSession(50_000);
  session.capabilities = new Capabilities(["LITERAL+"]);
  const answer = session.run(command("APPEND", { parts: line`APPEND box ${{ literal: Buffer.from("mail") }}` }));
  await setImmediate();
  session.limitSilence(5_000);
  clock.pass(5_000);
  await assert.rejects(answer, failsWith("CONNECTION_SILENT", /^no answer for 5 s$/));
});

test("a server that does not even greet is given up", async (t) => {
  const clock = installedClock(t);
  const { session } = slowSession();
  const greeted = session.greeting();
  clock.pass(6 * minute);
  await assert.rejects(greeted, failsWith("CONNECTION_SILENT"));
});

test("while we idle the server may be silent for hours, but not once we have enough", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  let haveEnough: () => void = () => undefined;
  const idling = idle(session, new Promise<void>((resolve) => (haveEnough = resolve)));
  await setImmediate();
  stream.push("+ idling\r\n");
  await setImmediate();
  for (let hour = 0; hour < 5; hour++) clock.pass(60 * minute);
  assert.ok(session.isUsable);
  haveEnough();
  await setImmediate();
  clock.pass(4 * minute);
  assert.ok(session.isUsable, "it gets the whole time from then on");
  clock.pass(2 * minute);
  await assert.rejects(idling, failsWith("CONNECTION_SILENT"));
});

test("a server that does not answer to IDLE at all is given up", async (t) => {
  const clock = installedClock(t);
  const { session } = slowSession();
  const idling = idle(session, new Promise(() => undefined));
  await setImmediate();
  clock.pass(6 * minute);
  await assert.rejects(idling, failsWith("CONNECTION_SILENT"));
});

test("whoever is in a hurry may shorten the limit, also for what is in flight", async (t) => {
  const clock = installedClock(t);
  const { session } = slowSession();
  const answer = session.run(command("NOOP"));
  await setImmediate();
  clock.pass(4 * minute);
  session.limitSilence(5_000);
  clock.pass(4_000);
  assert.ok(session.isUsable, "the time counts from then on");
  clock.pass(1_000);
  await assert.rejects(answer, failsWith("CONNECTION_SILENT", /^no answer for 5 s$/));
});

const still = "* OK still here\r\n";

/** Lets time pass, while the server says each minute that it is there; true when it is given up within so many minutes. */
async function isGivenUp(minutes: number, { stream, session, clock }: Still): Promise<boolean> {
  for (let i = 0; i < minutes && session.isUsable; i++) {
    clock.pass(minute);
    if (session.isUsable) stream.push(still);
    await setImmediate();
  }
  return !session.isUsable;
}

interface Still {
  readonly stream: SlowStream;
  readonly session: Session;
  readonly clock: Clock;
}

const small = [
  command("ENABLE QRESYNC"),
  command("NOOP", { overlap: "any" }),
  command('LIST "" *', { claim: () => false }),
];

for (const one of small) {
  test(`${one.name}: a server that says no more than that it is there is given up`, async (t) => {
    const clock = installedClock(t);
    const { session, stream } = slowSession();
    const answer = session.run(one);
    await setImmediate();
    assert.equal(await isGivenUp(10, { stream, session, clock }), true);
    await assert.rejects(answer, failsWith("CONNECTION_SILENT"));
  });
}

const large = [
  command("APPEND", { parts: line`APPEND box ${{ literal: Buffer.from("mail") }}` }),
  command("SELECT box", { overlap: "select" }),
  command("UID FETCH 1:* FLAGS", { overlap: "selected" }),
  command("UID STORE 1:* FLAGS ()", { overlap: "changing" }),
];

for (const one of large) {
  test(`${one.name}: a server that says that it is busy gets an hour, not more`, async (t) => {
    const clock = installedClock(t);
    const { session, stream } = slowSession();
    session.capabilities = new Capabilities(["LITERAL+"]);
    const answer = session.run(one);
    await setImmediate();
    assert.equal(await isGivenUp(50, { stream, session, clock }), false);
    assert.equal(await isGivenUp(30, { stream, session, clock }), true);
    await assert.rejects(answer, failsWith("CONNECTION_SILENT"));
  });
}

test("parts of an answer are progress, however many there are", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  const answer = session.run(command('LIST "" *', { claim: ({ kind }) => kind === "list" }));
  await setImmediate();
  for (let i = 0; i < 20; i++) {
    clock.pass(4 * minute);
    stream.push(`* LIST () "/" box${String(i)}\r\n`);
    await setImmediate();
  }
  assert.ok(session.isUsable);
  stream.push("a0 OK\r\n");
  await answer;
  session.destroy();
});

test("but an answer has to end within a day, however busily its parts come", async (t) => {
  const clock = installedClock(t);
  const [began, rest] = process.hrtime();
  let seconds = began;
  t.mock.method(process, "hrtime", () => [seconds, rest]);
  const { session, stream } = slowSession();
  const answer = session.run(command('LIST "" *', { claim: ({ kind }) => kind === "list" }));
  await setImmediate();
  let parts = 0;
  while (session.isUsable && parts < 2000) {
    clock.pass(minute);
    seconds += minute / 1000;
    stream.push(`* LIST () "/" box${String(parts++)}\r\n`);
    await setImmediate();
  }
  assert.ok(parts >= 24 * 60 && parts < 25 * 60, String(parts));
  await assert.rejects(answer, failsWith("CONNECTION_SILENT", /^the answer to LIST has no end within 1 d$/));
});

for (const one of [...small, command("UID STORE 1 FLAGS ()", { overlap: "changing" })]) {
  for (const parts of [
    [`* OK ${"x".repeat(5000)}`, "\r\n"],
    [`* XFOO ${"x".repeat(5000)}`, "\r\n"],
    [`* CAPABILITY ${"X ".repeat(5000)}`, "X\r\n"],
    ['* LIST () "/" {3000}\r\n', `${"x".repeat(3000)}\r\n`],
  ]) {
    test(`${one.name}: what nobody awaits is silence, though it comes in parts: ${parts[0]!.slice(0, 12)}`, async (t) => {
      const clock = installedClock(t);
      const { session, stream } = slowSession();
      const answer = session.run(one);
      await setImmediate();
      const limit = one.overlap === "changing" ? 80 : 10;
      for (let i = 0; i < limit && session.isUsable; i++) {
        for (const part of parts) {
          if (session.isUsable) stream.push(part);
          await setImmediate();
          clock.pass(minute / 2);
        }
      }
      await assert.rejects(answer, failsWith("CONNECTION_SILENT"));
    });
  }
}

test("a list of UIDs that comes slowly is not silence", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  const answer = session.run(command("SELECT box", { overlap: "select" }));
  stream.push("* VANISHED (EARLIER) ");
  for (let i = 0; i < 10; i++) {
    stream.push("1,".repeat(4096));
    await setImmediate();
    clock.pass(minute);
    assert.ok(session.isUsable, `given up after ${String(i + 1)} minutes`);
  }
  stream.push("1\r\na0 OK\r\n");
  await answer;
  session.destroy();
});

test("when all has to end, an answer has to end, too, however busily its parts come", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  const answer = session.run(command('LIST "" *', { claim: ({ kind }) => kind === "list" }));
  await setImmediate();
  session.limitSilence(5_000);
  let seconds = 0;
  for (; session.isUsable && seconds < 60; seconds++) {
    stream.push(`* LIST () "/" box${String(seconds)}\r\n`);
    await setImmediate();
    clock.pass(1000);
  }
  assert.equal(seconds, 20);
  await assert.rejects(answer, failsWith("CONNECTION_SILENT", /^no end of the answer within 20 s$/));
});

test("a line that never ends is silence, when it comes drop by drop", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  const answer = session.run(command("NOOP", { overlap: "selected" }));
  await setImmediate();
  stream.push("* OK ");
  for (let i = 0; i < 10 && session.isUsable; i++) {
    await setImmediate();
    clock.pass(minute);
    if (session.isUsable) stream.push("x");
  }
  await assert.rejects(answer, failsWith("CONNECTION_SILENT"));
});

test("the server's last words are in the line", async (t) => {
  const clock = installedClock(t);
  const { session, stream } = slowSession();
  const answer = session.run(command("NOOP"));
  await setImmediate();
  stream.push("* BAD [ALERT] Disk trouble\r\n");
  await setImmediate();
  clock.pass(6 * minute);
  await assert.rejects(
    answer,
    failsWith("CONNECTION_SILENT", /^no answer for 5 min; the server's last words: BAD \[ALERT\] Disk trouble; if/),
  );
});
