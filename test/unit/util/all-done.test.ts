import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { allDone } from "../../../src/util/all-done.ts";

test("the results come in the order of the work", async () => {
  const late = setImmediate("first");
  assert.deepEqual(await allDone([late, Promise.resolve("second")]), ["first", "second"]);
  assert.deepEqual(await allDone([]), []);
});

test("a failure waits for the rest to end, and the first in order is told", async () => {
  let ended = false;
  const slow = setImmediate().then(() => {
    ended = true;
    throw new Error("slow");
  });
  await assert.rejects(allDone([slow, Promise.reject(new Error("quick"))]), /slow/);
  assert.ok(ended);
});
