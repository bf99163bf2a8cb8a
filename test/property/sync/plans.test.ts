// Copying and matching, for any messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { MessageIdentity } from "../../../src/imap/commands/fetch.ts";
import { noFlags } from "../../../src/model/flags.ts";
import { sides, type PerSide } from "../../../src/model/side.ts";
import { planCopies } from "../../../src/sync/copy-plan.ts";
import { planMatches } from "../../../src/sync/match-plan.ts";
import { planVanished } from "../../../src/sync/vanished-plan.ts";
import { hasUid, uidSetOf, uidsOf } from "../../../src/model/uid-set.ts";

const uids = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 30 });

test("every message is in one batch or empty, in order, within the limits unless it is alone", () => {
  const message = fc.record({ uid: fc.integer({ min: 1, max: 1000 }), size: fc.integer({ min: 0, max: 40 }) });
  const messages = fc.uniqueArray(message, { selector: ({ uid }) => uid });
  const limits = fc.record({ octets: fc.integer({ min: 1, max: 60 }), messages: fc.integer({ min: 1, max: 8 }) });
  fc.assert(
    fc.property(messages, limits, (list, limit) => {
      const summaries = list.map(({ uid, size }) => ({ uid, size, flags: noFlags, internalDate: "" }));
      const sizes = new Map(list.map(({ uid, size }) => [uid, size]));
      const { batches, empty } = planCopies(summaries, limit);
      const inOrder = [...sizes.keys()].sort((a, b) => a - b);
      assert.deepEqual(
        batches.flatMap((batch) => batch.uids),
        inOrder.filter((uid) => sizes.get(uid) !== 0),
      );
      assert.deepEqual(
        empty,
        inOrder.filter((uid) => sizes.get(uid) === 0),
      );
      for (const { uids: batch, octets } of batches) {
        assert.equal(
          octets,
          batch.reduce((sum, uid) => sum + (sizes.get(uid) ?? 0), 0),
        );
        assert.ok(batch.length > 0 && batch.length <= limit.messages);
        assert.ok(octets <= limit.octets || batch.length === 1);
      }
      // No batch could have taken the next one's first message.
      for (const [i, { uids: batch, octets }] of batches.entries()) {
        const next = sizes.get(batches[i + 1]?.uids[0] ?? 0);
        if (next !== undefined) assert.ok(octets + next > limit.octets || batch.length === limit.messages);
      }
    }),
  );
});

test("matching pairs as many equal messages as there are, each once and in order", () => {
  const side = (): fc.Arbitrary<MessageIdentity[]> =>
    fc.uniqueArray(
      fc.record({
        uid: fc.integer({ min: 1, max: 1000 }),
        flags: fc.constant(noFlags),
        internalDate: fc.constantFrom("01-Jan-2024 00:00:00 +0000", "01-Jan-2024 01:00:00 +0100"),
        size: fc.constantFrom(1, 2),
        messageId: fc.constantFrom("<a@b>", undefined),
      }),
      { selector: ({ uid }) => uid },
    );
  const keyOf = ({ size, messageId }: MessageIdentity): string => `${String(size)} ${messageId ?? "none"}`;
  fc.assert(
    fc.property(side(), side(), (local, remote) => {
      const pairs = planMatches({ local, remote });
      for (const key of new Set([...local, ...remote].map(keyOf))) {
        const count = (messages: readonly MessageIdentity[]): number =>
          messages.filter((message) => keyOf(message) === key).length;
        const equal = pairs.filter((pair) => keyOf(pair.local) === key).sort((a, b) => a.local.uid - b.local.uid);
        assert.equal(equal.length, Math.min(count(local), count(remote)));
        assert.ok(equal.every((pair) => keyOf(pair.remote) === key));
        assert.ok(equal.every((pair, i) => i === 0 || pair.remote.uid > (equal[i - 1]?.remote.uid ?? 0)));
      }
      for (const each of sides) assert.equal(new Set(pairs.map((pair) => pair[each].uid)).size, pairs.length);
    }),
  );
});

test("of messages that vanished, the counterparts that are left are expunged and no mapping stays behind", () => {
  fc.assert(
    fc.property(uids, uids, uids, (mapped, localGone, remoteGone) => {
      const pairs: PerSide<number>[] = mapped.map((local) => ({ local, remote: 51 - local }));
      const vanished = { local: uidSetOf(localGone), remote: uidSetOf(remoteGone) };
      const concerned = pairs.filter((pair) => sides.some((side) => hasUid(vanished[side], pair[side])));
      const plan = planVanished(concerned, vanished);
      const left = (side: "local" | "remote"): number[] =>
        concerned.filter((pair) => !hasUid(vanished[side], pair[side])).map((pair) => pair[side]);
      for (const side of sides) {
        assert.deepEqual(
          [...uidsOf(plan.expunge[side])],
          left(side).sort((a, b) => a - b),
        );
      }
      assert.deepEqual(new Set([...plan.drop, ...plan.dropAfter]), new Set(concerned));
      assert.equal(plan.drop.length + plan.dropAfter.length, concerned.length);
      assert.ok(plan.drop.every((pair) => sides.every((side) => hasUid(vanished[side], pair[side]))));
    }),
  );
});
