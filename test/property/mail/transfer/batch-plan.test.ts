import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageSize } from "../../../../src/model/message-sizes.ts";
import { uidSetOf } from "../../../../src/model/uid-set.ts";
import { fc } from "../../../support/examples.ts";
import { planCopies } from "../../../support/plan-copies.ts";

const sizes = fc
  .uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 60 })
  .chain((uids) => fc.tuple(...uids.map((uid) => fc.record({ uid: fc.constant(uid), size: fc.nat(120) }))))
  .map((messages): MessageSize[] => messages.sort((a, b) => a.uid - b.uid));

const limits = fc.record({
  octets: fc.integer({ min: 1, max: 200 }),
  messages: fc.integer({ min: 1, max: 8 }),
  largest: fc.option(fc.nat(120), { nil: undefined }),
  alone: fc.uniqueArray(fc.integer({ min: 1, max: 200 })),
});

test("every message is in one place, which is the right one", () => {
  fc.assert(
    fc.property(sizes, limits, (messages, { alone, ...limit }) => {
      const { batches, tooLarge } = planCopies(messages, { ...limit, alone: uidSetOf(alone) });
      const sizeOf = new Map(messages.map(({ uid, size }) => [uid, size]));
      const fits = ({ size }: MessageSize): boolean => size <= (limit.largest ?? Infinity);
      const uidsOf = (some: readonly MessageSize[]): number[] => some.map(({ uid }) => uid);

      assert.deepEqual(uidsOf(tooLarge), uidsOf(messages.filter((one) => !fits(one))));
      assert.deepEqual(
        batches.flatMap(({ uids }) => uids),
        uidsOf(messages.filter(fits)),
      );
      for (const { uids, octets } of batches) {
        assert.equal(
          octets,
          uids.reduce((sum, uid) => sum + (sizeOf.get(uid) === 0 ? limit.octets : sizeOf.get(uid)!), 0),
        );
        assert.ok(uids.length > 0 && uids.length <= limit.messages);
        if (uids.length === 1) continue;
        assert.ok(octets <= limit.octets);
        assert.ok(!uids.some((uid) => alone.includes(uid)));
      }
    }),
  );
});
