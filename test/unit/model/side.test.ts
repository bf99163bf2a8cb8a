import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { bothSides, otherSide, perSide, sides } from "../../../src/model/side.ts";

test("each side has the other", () => {
  assert.deepEqual(sides.map(otherSide), ["remote", "local"]);
});

test("perSide asks for both, local first", () => {
  const asked: string[] = [];
  assert.deepEqual(
    perSide((side) => asked.push(side)),
    { local: 1, remote: 2 },
  );
  assert.deepEqual(asked, ["local", "remote"]);
});

test("bothSides works on both at once", async () => {
  let running = 0;
  const result = await bothSides(async (side) => {
    running++;
    await setImmediate();
    assert.equal(running, 2);
    return side.length;
  });
  assert.deepEqual(result, { local: 5, remote: 6 });
});

test("bothSides fails when both have ended, even if one fails before it has anything to wait for", async () => {
  let hasEnded = false;
  const work = async (side: string): Promise<void> => {
    if (side === "local") throw new Error("at once");
    await setImmediate();
    hasEnded = true;
  };
  await assert.rejects(bothSides(work), /at once/);
  assert.ok(hasEnded);
});

test("work of one side that throws instead of failing does not leave the other's alone", async () => {
  const work = (side: string): Promise<void> => {
    if (side === "remote") throw new Error("thrown");
    return Promise.reject(new Error("failed"));
  };
  await assert.rejects(bothSides(work), /failed/);
  // An unhandled rejection would fail this test by now.
  await setImmediate();
});
