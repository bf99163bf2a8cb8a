import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ByteBudget } from "../../../../src/mail/transfer/byte-budget.ts";

test("what fits starts at once, the rest in its turn as room is made", async () => {
  const budget = new ByteBudget(10);
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
  const budget = new ByteBudget(10);
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
  const budget = new ByteBudget(10);
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
