import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { planIdentification } from "../../../../src/mail/matching/identify-plan.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import { type PerSide, perSide, sides } from "../../../../src/model/side.ts";

/** Each is a Message-ID, or none, a date and a size, e.g. `a 1 20`. */
function messages(...words: readonly string[]): MessageIdentity[] {
  return words.map((word, index) => {
    const [id = "", date, size] = word.split(" ");
    const messageId = id === "-" ? undefined : id;
    return { uid: index + 1, flags: noFlags, date: Number(date), size: Number(size), messageId };
  });
}

/** Of each side, what is known by its key without being read, and what is to be read, by UID. */
function planned(
  local: readonly string[],
  remote: readonly string[],
): { known: PerSide<number[]>; read: PerSide<number[]> } {
  const both = { local: messages(...local), remote: messages(...remote) };
  const { keys, toRead } = planIdentification(both);
  return {
    known: perSide((side) => both[side].filter((one) => keys.has(one)).map(({ uid }) => uid)),
    read: perSide((side) => toRead[side].map(({ uid }) => uid).sort((a, b) => a - b)),
  };
}

const nothing = { local: [], remote: [] };

describe("a Message-ID that is there once on each side", () => {
  test("is enough, whatever the date", () => {
    assert.deepEqual(planned(["a 1 20"], ["a 2 20"]), { known: { local: [1], remote: [1] }, read: nothing });
  });

  test("leaves it to the header whether the size may differ", () => {
    const both = { local: messages("a 1 20"), remote: messages("a 1 42") };
    const { keys, otherSizes } = planIdentification(both);
    assert.equal(keys.size, 0);
    assert.deepEqual(otherSizes, [{ local: both.local[0], remote: both.remote[0] }]);
  });
});

describe("messages that share a Message-ID", () => {
  test("are told apart by date and size", () => {
    const plan = planned(["a 1 20", "a 1 30", "a 2 20"], ["a 2 20", "a 1 20", "a 1 30"]);
    assert.deepEqual(plan, { known: { local: [1, 2, 3], remote: [1, 2, 3] }, read: nothing });
  });

  for (const side of sides) {
    test(`are read where two of the ${side} side share those as well: they came in any order`, () => {
      const [twice, once] = [
        ["a 1 20", "a 1 20", "a 9 90"],
        ["a 9 90", "a 1 20"],
      ];
      const [local, remote] = side === "local" ? [twice, once] : [once, twice];
      const { known, read } = planned(local, remote);
      assert.deepEqual(
        perSide((one) => known[one].length),
        { local: 1, remote: 1 },
      );
      assert.deepEqual(
        perSide((one) => read[one].length),
        { local: local === twice ? 2 : 1, remote: remote === twice ? 2 : 1 },
      );
    });
  }
});

test("without Message-ID those of the same date and size are read", () => {
  assert.deepEqual(planned(["- 1 20", "- 1 21"], ["- 1 20"]), { known: nothing, read: { local: [1], remote: [1] } });
});
