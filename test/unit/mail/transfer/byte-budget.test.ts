import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ByteBudget, octetsInFlight } from "../../../../src/mail/transfer/byte-budget.ts";

test("what fits starts at once, the rest in its turn as room is made", async () => {
  const budget = new ByteBudget(() => 10);
  const started: number[] = [];
  for (const octets of [6, 4, 5, 1]) void budget.acquire(octets).then(() => started.push(octets));
  await setImmediate();
  assert.deepEqual(started, [6, 4]);
  budget.release(4);
  await setImmediate();
  // 1 would fit, but it is not its turn.
  assert.deepEqual(started, [6, 4]);
  budget.release(6);
  await setImmediate();
  assert.deepEqual(started, [6, 4, 5, 1]);
});

test("what is larger than everything goes alone", async () => {
  const budget = new ByteBudget(() => 10);
  const started: number[] = [];
  for (const octets of [1, 50, 1]) void budget.acquire(octets).then(() => started.push(octets));
  await setImmediate();
  assert.deepEqual(started, [1]);
  budget.release(1);
  await setImmediate();
  assert.deepEqual(started, [1, 50]);
  budget.release(50);
  await setImmediate();
  assert.deepEqual(started, [1, 50, 1]);
});

test("what is alone waits for the one before it, whatever became of that, and for nothing else", async () => {
  const budget = new ByteBudget(() => 10);
  void budget.acquire(10);
  const log: string[] = [];
  let end: () => void = () => undefined;
  const first = budget.alone(async () => {
    log.push("first");
    await new Promise<void>((resolve) => (end = resolve));
    throw new Error("no");
  });
  const second = budget.alone(() => Promise.resolve(log.push("second")));
  await setImmediate();
  assert.deepEqual(log, ["first"]);
  end();
  await assert.rejects(first);
  assert.equal(await second, 2);
});

const mebibyte = 1 << 20;

for (const [what, roundTripMs, octets] of [
  ["near servers", [0.2, 0.4], 8],
  ["near servers on a busy machine", [3, 2], 8],
  ["one that is 55 ms away", [0, 55], 24],
  ["two that are", [30, 25], 24],
  ["one at the other end of the world", [0, 400], 32],
  ["a tunnel that has not been asked anything", [Infinity, 30], 16],
] as const) {
  test(`on their way between ${what}: ${String(octets)} MiB`, () => {
    assert.equal(Math.round(octetsInFlight(roundTripMs) / mebibyte), octets);
  });
}

test("what does not fit waits until the limit has grown, or something was released", async () => {
  let limit = 10;
  const budget = new ByteBudget(() => limit);
  await budget.acquire(8);
  const order: number[] = [];
  const second = budget.acquire(5).then(() => order.push(5));
  await Promise.resolve();
  assert.equal(order.length, 0);
  limit = 14;
  const third = budget.acquire(1).then(() => order.push(1));
  await Promise.all([second, third]);
  assert.deepEqual(order, [5, 1]);
});
