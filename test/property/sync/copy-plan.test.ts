import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageSummary } from "../../../src/imap/commands/fetch.ts";
import { noFlags } from "../../../src/model/flags.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { planCopies } from "../../../src/sync/copy-plan.ts";

const summaries = fc
  .uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 60 })
  .chain((uids) => fc.tuple(...uids.map((uid) => fc.record({ uid: fc.constant(uid), size: fc.nat(120) }))))
  .map((messages): MessageSummary[] => messages.map((one) => ({ ...one, flags: noFlags, internalDate: "" })));

const limits = fc.record({
  octets: fc.integer({ min: 1, max: 200 }),
  messages: fc.integer({ min: 1, max: 8 }),
  largest: fc.option(fc.nat(120), { nil: undefined }),
  alone: fc.uniqueArray(fc.integer({ min: 1, max: 200 })),
});

test("every message is in one place, which is the right one", () => {
  fc.assert(
    fc.property(summaries, limits, (messages, { alone, ...limit }) => {
      const { batches, empty, tooLarge } = planCopies(messages, { ...limit, alone: uidSetOf(alone) });
      const sizes = new Map(messages.map(({ uid, size }) => [uid, size]));
      const fits = ({ size }: MessageSummary): boolean => size <= (limit.largest ?? Infinity);
      const ascending = messages.toSorted((a, b) => a.uid - b.uid);
      const uidsOf = (some: readonly MessageSummary[]): number[] => some.map(({ uid }) => uid);

      assert.deepEqual(empty, uidsOf(ascending.filter(({ size }) => size === 0)));
      assert.deepEqual(uidsOf(tooLarge), uidsOf(ascending.filter((one) => one.size > 0 && !fits(one))));
      assert.deepEqual(
        batches.flatMap(({ uids }) => uids),
        uidsOf(ascending.filter((one) => one.size > 0 && fits(one))),
      );
      for (const { uids, octets } of batches) {
        assert.equal(
          octets,
          uids.reduce((sum, uid) => sum + (sizes.get(uid) ?? 0), 0),
        );
        assert.ok(uids.length > 0 && uids.length <= limit.messages);
        if (uids.length === 1) continue;
        assert.ok(octets <= limit.octets);
        assert.ok(!uids.some((uid) => alone.includes(uid)));
      }
    }),
  );
});
