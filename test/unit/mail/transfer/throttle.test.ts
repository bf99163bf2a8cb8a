import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, type Load, type Rates, Throttle } from "../../../../src/mail/transfer/throttle.ts";
import { InterimapError } from "../../../../src/model/errors.ts";

/** Time goes on when everybody waits. */
class TestClock implements Clock {
  #now = 5_000;
  readonly #waiting: { readonly at: number; readonly resolve: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ at: this.#now + ms, resolve });
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await nextTurn();
      const [next] = this.#waiting.sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.#waiting.shift();
      this.#now = next.at;
      next.resolve();
    }
    this.#now = until;
  }
}

function made(rates: Rates): { throttle: Throttle; clock: TestClock; passed: number[]; send: (load: Load) => void } {
  const clock = new TestClock();
  const start = clock.now();
  const throttle = new Throttle(rates, clock);
  const passed: number[] = [];
  const send = (load: Load): void => {
    void throttle.pass(load).then(() => passed.push((clock.now() - start) / 1000));
  };
  return { throttle, clock, passed, send };
}

const message = (octets: number): Load => ({ messages: 1, octets });

test("messages pass one by one, however many ask at once", async () => {
  const { clock, passed, send } = made({ messagesPerSecond: 2 });
  for (let i = 0; i < 5; i++) send(message(1));
  await clock.advance(10_000);
  assert.deepEqual(passed, [0, 0.5, 1, 1.5, 2]);
});

test("a large one passes, and those behind it wait until it is paid for", async () => {
  const { clock, passed, send } = made({ octetsPerSecond: 1_000 });
  for (const octets of [60_000, 1_000, 500, 1]) send(message(octets));
  await clock.advance(100_000);
  assert.deepEqual(passed, [0, 60, 61, 61.5]);
});

test("both rates hold", async () => {
  const { clock, passed, send } = made({ messagesPerSecond: 1, octetsPerSecond: 100 });
  for (const octets of [100, 400, 1, 1, 1]) send(message(octets));
  await clock.advance(100_000);
  // The third pays for the second, and within the second that may be caught up on comes the fourth.
  assert.deepEqual(passed, [0, 1, 5, 5.01, 6]);
});

test("parts of a message cost octets only", async () => {
  const { clock, passed, send } = made({ messagesPerSecond: 1, octetsPerSecond: 1_000 });
  send({ messages: 1, octets: 0 });
  for (let i = 0; i < 3; i++) send({ messages: 0, octets: 1_000 });
  await clock.advance(100_000);
  assert.deepEqual(passed, [0, 1, 2, 3]);
});

test("the first octets are free, and the one that goes beyond them pays for what is beyond", async () => {
  const { clock, passed, send } = made({ octetsPerSecond: 100, freeOctets: 1_000 });
  for (const octets of [900, 100, 100, 300, 1]) send(message(octets));
  await clock.advance(100_000);
  assert.deepEqual(passed, [0, 0, 0, 1, 4]);
});

test("what was not used is caught up on for a second, and not more", async () => {
  const { clock, passed, send } = made({ messagesPerSecond: 10 });
  send(message(1));
  await clock.advance(3_600_000);
  for (let i = 0; i < 13; i++) send(message(1));
  await clock.advance(10_000);
  assert.deepEqual(passed.slice(1, 12), Array<number>(11).fill(3_600));
  assert.deepEqual(passed.slice(12), [3_600.1, 3_600.2]);
});

test("without rates nobody waits", async () => {
  for (const rates of [{}, { messagesPerSecond: 0, octetsPerSecond: 0 }]) {
    const { throttle, clock, passed, send } = made(rates);
    for (let i = 0; i < 3; i++) send(message(1e9));
    await clock.advance(0);
    assert.deepEqual(passed, [0, 0, 0]);
    assert.equal(throttle.waitMs, 0);
  }
});

test("switched off, it lets everybody pass; switched on, it begins anew", async () => {
  const { throttle, clock, passed, send } = made({ messagesPerSecond: 1 });
  for (let i = 0; i < 4; i++) send(message(1));
  await clock.advance(1_000);
  assert.deepEqual(passed, [0, 1]);
  assert.equal(throttle.toggle(), false);
  send(message(1));
  await clock.advance(1_000);
  assert.deepEqual(passed, [0, 1, 1, 1, 1]);
  assert.equal(throttle.toggle(), true);
  send(message(1));
  send(message(1));
  await clock.advance(5_000);
  assert.deepEqual(passed.slice(5), [2, 3]);
});

test("a signal ends the waiting", async () => {
  const { throttle, clock } = made({ messagesPerSecond: 0.001 });
  const stop = new AbortController();
  await throttle.pass(message(1), stop.signal);
  const waits = assert.rejects(
    throttle.pass(message(1), stop.signal),
    (error) => error instanceof InterimapError && error.code === "INTERRUPTED",
  );
  await clock.advance(1_000);
  stop.abort("SIGTERM");
  await waits;
  await assert.rejects(throttle.pass(message(1), stop.signal));
});

test("by the machine's clock", async () => {
  const throttle = new Throttle({ messagesPerSecond: 100 });
  const began = performance.now();
  for (let i = 0; i < 6; i++) await throttle.pass(message(1));
  assert.ok(performance.now() - began >= 49);
});
