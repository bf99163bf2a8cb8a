// Whoever asks for whatever in any order: never too much at once, first come first served, nobody forgotten.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ByteBudget } from "../../../../src/mail/transfer/byte-budget.ts";
import { fc } from "../../../support/examples.ts";

const limit = 100;
/** A request for so many octets, or undefined: the oldest one that was granted is given back. */
const steps = fc.array(fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined, freq: 2 }), { maxLength: 40 });

test("the budget holds, and requests are granted in their order as soon as they fit", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const budget = new ByteBudget(() => limit);
      const requests: number[] = [];
      const granted: number[] = [];
      let released = 0;
      const check = async (): Promise<void> => {
        await setImmediate();
        assert.deepEqual(granted, [...granted.keys()]);
        const used = granted.slice(released).map((index) => requests[index] ?? 0);
        const sum = used.reduce((a, b) => a + b, 0);
        assert.ok(sum <= limit || used.length === 1, `${used.join()} at once`);
        const next = requests[granted.length];
        if (next !== undefined) assert.ok(used.length > 0 && sum + next > limit, `${String(next)} would have fitted`);
      };
      for (const octets of list) {
        if (octets !== undefined) {
          const index = requests.push(octets) - 1;
          void budget.acquire(octets).then(() => granted.push(index));
        } else if (released < granted.length) budget.release(requests[released++] ?? 0);
        await check();
      }
      while (released < granted.length) {
        budget.release(requests[released++] ?? 0);
        await check();
      }
      assert.equal(granted.length, requests.length);
    }),
  );
});
