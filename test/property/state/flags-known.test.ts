// What is recorded of flags is what was to be recorded, whatever was there before; and octets that mean nothing are not believed.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type FlagSet, flagSet, noFlags } from "../../../src/model/flags.ts";
import { KnownFlags } from "../../../src/model/known-flags.ts";
import { sides } from "../../../src/model/side.ts";
import { maxUid } from "../../../src/model/uid-set.ts";
import { lastBlock, readRuns, uidsInBlock, writeRuns } from "../../../src/state/flag-runs.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { fc } from "../../support/examples.ts";
import { temporaryDirectory } from "../../unit/state/databases.ts";

/** Together, at the ends of blocks, and anywhere. */
const uid = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: uidsInBlock - 3, max: uidsInBlock + 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: maxUid - 3, max: maxUid }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: maxUid }) },
);
const names = ["\\Seen", "\\Flagged", "work", "$Junk", "\xe4"];
const flags = fc.oneof(
  fc.subarray(names).map((some) => flagSet(some)),
  fc.integer({ min: 1, max: 300 }).map((i) => flagSet([`k${String(i)}`])),
);
const contents = fc.array(fc.tuple(uid, flags), { maxLength: 60 }).map((all) => new Map<number, FlagSet>(all));

function knownFrom(model: ReadonlyMap<number, FlagSet>): KnownFlags {
  const known = new KnownFlags();
  for (const [uid, flags] of model) known.set(uid, flags);
  return known;
}

test("what is saved is read again, in place of what was saved before", (t) => {
  const store = openStore({ path: join(temporaryDirectory(t), "x.db") });
  t.after(() => {
    store.close();
  });
  let mailboxes = 0;
  fc.assert(
    fc.property(fc.array(contents, { minLength: 1, maxLength: 4 }), fc.constantFrom(...sides), (all, side) => {
      const idx = store.addMailbox(`mailbox ${String(mailboxes++)}`, true);
      for (const model of all) {
        store.flagsKnown.save(idx, side, knownFrom(model));
        const read = store.flagsKnown.read(idx, side);
        assert.ok(read);
        assert.deepEqual(
          [...read.entries()],
          [...model].sort(([a], [b]) => a - b),
        );
        assert.equal(store.flaw(idx), undefined);
      }
    }),
  );
});

test("octets that mean nothing are not believed, and no others are two ways to say the same", () => {
  const octet = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 255 }));
  const block = fc.constantFrom(0, 1, lastBlock);
  fc.assert(
    fc.property(block, fc.array(octet, { maxLength: 30 }), (block, octets) => {
      const runs = readRuns(block, Buffer.from(octets));
      if (runs === undefined) return;
      let before = 0;
      for (const { first, last, set } of runs) {
        assert.ok(first > before && last >= first && last <= maxUid && Number.isInteger(set) && set >= 0);
        assert.ok(Math.floor(first / uidsInBlock) === block && Math.floor(last / uidsInBlock) === block);
        before = last;
      }
      assert.deepEqual(readRuns(block, writeRuns(block, runs)), runs);
    }),
    { numRuns: 2000 },
  );
});

test("a mailbox without flags is known, too", (t) => {
  const store = openStore({ path: join(temporaryDirectory(t), "x.db") });
  t.after(() => {
    store.close();
  });
  const idx = store.addMailbox("INBOX", true);
  assert.equal(store.flagsKnown.read(idx, "local"), undefined);
  store.flagsKnown.save(idx, "local", new KnownFlags());
  assert.equal(store.flagsKnown.read(idx, "local")?.size, 0);
  assert.equal(store.flagsKnown.read(idx, "remote"), undefined);
  store.flagsKnown.save(idx, "local", knownFrom(new Map([[7, noFlags]])));
  assert.equal(store.flagsKnown.read(idx, "local")?.get(7), noFlags);
});
