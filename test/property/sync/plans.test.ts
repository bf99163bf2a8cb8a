// Copying and matching, for any messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageIdentity } from "../../../src/imap/verbs/fetch.ts";
import { likeness, planMatches } from "../../../src/mail/matching/match-plan.ts";
import { noFlags } from "../../../src/model/flags.ts";
import { instantOf } from "../../../src/model/internal-date.ts";
import { MessageSizes } from "../../../src/model/message-sizes.ts";
import { type PerSide, perSide, sides } from "../../../src/model/side.ts";
import { hasUid, uidSetOf, uidsOf } from "../../../src/model/uid-set.ts";
import { planVanished } from "../../../src/sync/deletions/vanished-plan.ts";
import { fc } from "../../support/examples.ts";
import { planCopies } from "../../support/plan-copies.ts";

const uids = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 30 });

test("every message is in one batch, in order, within the limits unless it is alone", () => {
  const message = fc.record({ uid: fc.integer({ min: 1, max: 1000 }), size: fc.integer({ min: 0, max: 40 }) });
  const anyMessages = fc.uniqueArray(message, { selector: ({ uid }) => uid });
  const limits = fc.record({ octets: fc.integer({ min: 1, max: 60 }), messages: fc.integer({ min: 1, max: 8 }) });
  fc.assert(
    fc.property(anyMessages, limits, (list, limit) => {
      const sizes = new Map(list.map(({ uid, size }) => [uid, size]));
      const messages = new MessageSizes();
      for (const { uid, size } of list) messages.add(uid, size);
      const { batches } = planCopies(messages, limit);
      assert.deepEqual(
        batches.flatMap((batch) => batch.uids),
        [...sizes.keys()].sort((a, b) => a - b),
      );
      for (const { uids: batch, octets } of batches) {
        assert.equal(
          octets,
          batch.reduce((sum, uid) => sum + (sizes.get(uid) === 0 ? limit.octets : sizes.get(uid)!), 0),
        );
        assert.ok(batch.length > 0 && batch.length <= limit.messages);
        assert.ok(octets <= limit.octets || batch.length === 1);
      }
      // No batch could have taken the next one's first message.
      for (const [i, { uids: batch, octets }] of batches.entries()) {
        const next = sizes.get(batches[i + 1]?.uids[0] ?? 0);
        const [size] = batch.map((uid) => sizes.get(uid));
        if (next === undefined || next === 0 || size === 0) continue;
        assert.ok(octets + next > limit.octets || batch.length === limit.messages);
      }
    }),
  );
});

const messages: fc.Arbitrary<MessageIdentity[]> = fc.uniqueArray(
  fc.record({
    uid: fc.integer({ min: 1, max: 1000 }),
    flags: fc.constant(noFlags),
    // The first two are the same moment.
    date: fc
      .constantFrom("01-Jan-2024 00:00:00 +0000", "01-Jan-2024 01:00:00 +0100", " 2-Jan-2024 00:00:00 +0000")
      .map(instantOf),
    size: fc.constantFrom(1, 2),
    messageId: fc.constantFrom("<a@b>", undefined),
  }),
  { selector: ({ uid }) => uid },
);

const keyOf = ({ size, messageId, date }: MessageIdentity): string =>
  `${String(size)} ${messageId ?? "none"} ${String(date)}`;

test("matching pairs as many equal messages as there are, each once and in order", () => {
  fc.assert(
    fc.property(messages, messages, (local, remote) => {
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

test("of what matching leaves nothing can be paired, and neither the order nor the names of the sides matter", () => {
  const shown = (pairs: readonly PerSide<MessageIdentity>[]): string[] =>
    pairs.map((pair) => `${String(pair.local.uid)} ${String(pair.remote.uid)}`).sort();
  fc.assert(
    fc.property(messages, messages, (local, remote) => {
      const pairs = planMatches({ local, remote });
      const left = perSide((side) => {
        const paired = new Set(pairs.map((pair) => pair[side].uid));
        return { local, remote }[side].filter(({ uid }) => !paired.has(uid));
      });
      assert.deepEqual(planMatches(left), []);
      assert.ok(
        left.local.every((one) => left.remote.every((other) => likeness({ local: one, remote: other }) !== "equal")),
      );
      assert.ok(pairs.every((pair) => likeness(pair) === "equal"));
      assert.deepEqual(shown(planMatches({ local: local.toReversed(), remote: remote.toReversed() })), shown(pairs));
      const mirrored = planMatches({ local: remote, remote: local });
      assert.deepEqual(shown(mirrored.map((pair) => ({ local: pair.remote, remote: pair.local }))), shown(pairs));
      for (const one of local) {
        for (const other of remote) {
          const pair = { local: one, remote: other };
          assert.equal(likeness(pair), likeness({ local: other, remote: one }));
        }
      }
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
      const exchanged = <T>(both: PerSide<T>): PerSide<T> => ({ local: both.remote, remote: both.local });
      const mirrored = planVanished(concerned.map(exchanged), exchanged(vanished));
      assert.deepEqual(exchanged(mirrored.expunge), plan.expunge);
      assert.deepEqual([mirrored.drop.map(exchanged), mirrored.dropAfter.map(exchanged)], [plan.drop, plan.dropAfter]);
    }),
  );
});
