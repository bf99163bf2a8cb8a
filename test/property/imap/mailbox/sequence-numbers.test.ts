import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFetchQuickly } from "../../../../src/imap/codec/fetch-fast-path.ts";
import { CountedNumbers } from "../../../../src/imap/mailbox/message-numbers.ts";
import { SequenceNumbers } from "../../../../src/imap/mailbox/sequence-numbers.ts";
import type { FetchResponse } from "../../../../src/imap/responses.ts";
import { uidSetOf } from "../../../../src/model/uid-set.ts";
import { fc } from "../../../support/examples.ts";

const uids = fc
  .uniqueArray(fc.integer({ min: 1, max: 1_000 }), { maxLength: 80 })
  .map((all) => all.sort((a, b) => a - b));
/** Numbers as shares of what there is, a little beyond it included. */
const places = fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { maxLength: 100 });

function fetched(sequence: number, uid?: number): FetchResponse {
  return parseFetchQuickly(
    `* ${String(sequence)} FETCH (${uid === undefined ? "" : `UID ${String(uid)} `}FLAGS ())`,
    [],
  )!;
}

test("each number is that of the message that has this rank, whatever was removed before", () => {
  fc.assert(
    fc.property(uids, places, (known, removals) => {
      const numbers = new SequenceNumbers(uidSetOf(known));
      const model = [...known];
      for (const place of removals) {
        const number = 1 + Math.floor(place * model.length);
        assert.equal(numbers.uidAt(number), model[number - 1]);
        assert.equal(numbers.remove(number), model[number - 1]);
        if (number <= model.length) model.splice(number - 1, 1);
        for (const one of [1, Math.ceil(model.length / 2), model.length, model.length + 1])
          if (one > 0) assert.equal(numbers.uidAt(one), model[one - 1]);
      }
    }),
  );
});

test("a mailbox with others at work: what is named is right, and what is not known is never named", () => {
  fc.assert(
    fc.property(uids, fc.integer({ min: 0, max: 80 }), places, (all, known, steps) => {
      const numbers = new CountedNumbers();
      const model = [...all];
      const first = model.slice(0, known);
      numbers.know(uidSetOf(first), 0);
      let nextUid = 2_000;
      steps.forEach((place, i) => {
        if (i % 5 === 0) model.push(nextUid++);
        const sequence = 1 + Math.floor((place / 1.2) * (model.length - 1));
        const isKnown = first.includes(model[sequence - 1]!);
        const expected = isKnown ? model[sequence - 1] : "unknown";
        if (i % 3 === 0) assert.equal(numbers.changed(fetched(sequence)), expected);
        else {
          assert.equal(numbers.expunged({ kind: "expunge", sequence }), expected);
          model.splice(sequence - 1, 1);
        }
        if (model.length === 0) model.push(nextUid++);
      });
    }),
  );
});

test("a list of messages from before a removal says nothing of numbers", () => {
  const numbers = new CountedNumbers();
  numbers.expunged({ kind: "expunge", sequence: 1 });
  numbers.know(uidSetOf([1, 2, 3]), 0);
  assert.equal(numbers.expunged({ kind: "expunge", sequence: 1 }), "unknown");
  numbers.know(uidSetOf([2, 3]), 2);
  assert.equal(numbers.expunged({ kind: "expunge", sequence: 1 }), 2);
});

test("a server that counts otherwise is not believed any more", () => {
  const numbers = new CountedNumbers();
  numbers.know(uidSetOf([11, 12, 13]), 0);
  assert.equal(numbers.changed(fetched(2, 12)), 12);
  assert.equal(numbers.changed(fetched(2)), 12);
  assert.equal(numbers.changed(fetched(2, 13)), 13);
  assert.equal(numbers.changed(fetched(1)), "unknown");
  assert.equal(numbers.expunged({ kind: "expunge", sequence: 1 }), "unknown");
});

test("a hundred thousand messages that go one by one cost as much for each as a few", () => {
  const count = 100_000;
  const numbers = new SequenceNumbers(uidSetOf(Array.from({ length: count }, (_, i) => 2 * i + 1)));
  for (let i = 0; i < count; i++)
    assert.equal(numbers.remove(i % 2 === 0 ? 1 : count - i), i % 2 === 0 ? i + 1 : 2 * count - i);
});
