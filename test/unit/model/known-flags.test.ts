import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { flagSet } from "../../../src/model/flags.ts";
import { KnownFlags } from "../../../src/model/known-flags.ts";

test("the flags of a million messages take a few octets each, not an object", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const octets = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const sets = Array.from({ length: 32 }, (_, i) => flagSet([`k${String(i)}`]));
  const before = octets();
  const known = new KnownFlags();
  for (let uid = 1; uid <= 1_000_000; uid++) known.set(uid, sets[uid % 32]!);
  const taken = octets() - before;
  // Seven millions, and what was outgrown and is not swept up yet; an object each would be sixty.
  assert.ok(taken < 20_000_000, `${String(taken)} octets`);
  assert.equal(known.size, 1_000_000);
});
