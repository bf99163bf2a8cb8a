import assert from "node:assert/strict";
import { test } from "node:test";
import { matchMessages } from "../../../../src/copier/engine/match-plan.ts";
import { MessageTable } from "../../../../src/copier/engine/message-table.ts";
import { flagSet } from "../../../../src/model/flags.ts";
import { fc } from "../../../support/examples.ts";

/** One letter a message; a dot is one with nothing to tell it by. UIDs are 10, 20, … */
function tableOf(letters: string, order = [...letters].map((_, i) => i)): MessageTable {
  const table = new MessageTable();
  for (const i of order) {
    const letter = letters[i]!;
    const signature = letter === "." ? undefined : letter.repeat(16);
    table.add({ uid: (i + 1) * 10, size: i, flags: flagSet([`\\Seen`]), signature });
  }
  return table.seal();
}

function match(host1: string, host2: string, keepsDuplicates = false): Record<string, readonly number[]> {
  return { ...matchMessages(tableOf(host1), tableOf(host2), { keepsDuplicates }) };
}

void test("the same messages are paired, whatever their order; the others are told by side", () => {
  assert.deepEqual(match("abc", "cxa"), {
    missing: [1],
    same: [0, 2, 2, 0],
    strange: [1],
    repeated1: [],
    repeated2: [],
    void1: [],
    void2: [],
  });
});

void test("one that is there twice counts once, as the one with the lowest UID", () => {
  assert.deepEqual(match("aab", "bbb"), {
    missing: [0],
    same: [2, 0],
    strange: [],
    repeated1: [1],
    repeated2: [1, 2],
    void1: [],
    void2: [],
  });
});

void test("where each counts for itself, the second is paired with the second", () => {
  const { missing, same, strange } = match("aaab", "abba", true);
  assert.deepEqual({ missing, same, strange }, { missing: [2], same: [0, 0, 1, 3, 3, 1], strange: [2] });
});

void test("of equal messages, those that are recorded as copies are paired first", () => {
  const copies = new Map([
    [30, 10],
    [20, 90],
  ]);
  const { missing, same, strange } = matchMessages(tableOf("aaa"), tableOf("aaaa"), {
    keepsDuplicates: true,
    copyOf: (uid1) => copies.get(uid1),
  });
  assert.deepEqual({ missing, same, strange }, { missing: [], same: [0, 1, 1, 2, 2, 0], strange: [3] });
});

void test("what has nothing to tell it by is not the same as anything", () => {
  const { missing, void1, void2 } = match(".a", "..");
  assert.deepEqual({ missing, void1, void2 }, { missing: [1], void1: [0], void2: [0, 1] });
});

void test("every message is in exactly one place", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c", "d", "."), maxLength: 40 });
  fc.assert(
    fc.property(letters, letters, fc.boolean(), (host1, host2, keepsDuplicates) => {
      const { missing, same, strange, repeated1, repeated2, void1, void2 } = match(host1, host2, keepsDuplicates);
      const own1 = same!.filter((_, at) => at % 2 === 0);
      const own2 = same!.filter((_, at) => at % 2 === 1);
      const rest = (numbers: readonly number[]): readonly number[] => (keepsDuplicates ? [] : numbers);
      const all = (...parts: (readonly number[])[]): number[] => parts.flat().sort((a, b) => a - b);
      assert.deepEqual(
        all(missing!, own1, rest(repeated1!), void1!),
        [...host1].map((_, i) => i),
      );
      assert.deepEqual(
        all(strange!, own2, rest(repeated2!), void2!),
        [...host2].map((_, i) => i),
      );
      for (const [at, i] of own1.entries()) assert.equal(host1[i], host2[own2[at]!]);
    }),
  );
});

void test("a table is the same in whatever order its messages were told", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c", "."), minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(letters, fc.infiniteStream(fc.nat()), (text, random) => {
      const order = [...text].map((_, i) => i).sort(() => ((random.next().value ?? 0) % 3) - 1);
      const [told, inOrder] = [tableOf(text, order), tableOf(text)];
      for (let i = 0; i < text.length; i++) {
        assert.equal(told.uid(i), inOrder.uid(i));
        assert.equal(told.size(i), i);
        assert.equal(told.isRepeated(i), text.indexOf(text[i]!) < i && text[i] !== ".");
        if (text[i] !== ".") assert.equal(told.signature(i), text[i]!.repeat(16));
      }
    }),
  );
});

void test("a message that was told otherwise can be taken out again", () => {
  const table = new MessageTable();
  const message = { size: 1, flags: flagSet([]), signature: "a".repeat(16) };
  for (const uid of [1, 2, 3]) table.add({ uid, ...message });
  assert.equal(table.isOther({ uid: 1, ...message, signature: "b".repeat(16) }), true);
  assert.equal(table.isOther({ uid: 1, ...message }), false);
  table.forget(1);
  table.seal();
  assert.deepEqual([table.uid(0), table.uid(1), table.length], [2, 3, 2]);
});

void test("messages in the wrong order are found and taken out one by one, a hundred thousand of them", () => {
  const table = new MessageTable();
  const message = { size: 1, flags: flagSet([]), signature: "a".repeat(16) };
  const count = 400_000;
  for (let uid = count; uid > 0; uid--) {
    table.add({ uid, ...message });
    assert.equal(table.isOther({ uid: Math.min(count, uid + 1), ...message }), false);
    if (uid % 2 === 0) table.forget(Math.min(count, uid + 2));
  }
  table.seal();
  assert.equal(table.length, count / 2 + 1);
  assert.deepEqual([table.uid(0), table.uid(1), table.uid(2), table.uid(3)], [1, 2, 3, 5]);
});

void test("sizes are told by UID; of a UID that nothing has, none", () => {
  const table = tableOf("abc", [2, 0, 1]);
  assert.deepEqual(
    [10, 20, 30, 15, 40].map((uid) => table.sizeOf(uid)),
    [0, 1, 2, undefined, undefined],
  );
});

void test("the same message may be there as often as it likes", () => {
  const host2 = new MessageTable();
  for (let uid = 1; uid <= 600_000; uid++)
    host2.add({ uid, size: 1, flags: flagSet([]), signature: (uid % 2 === 0 ? "a" : "b").repeat(16) });
  const { same, strange } = matchMessages(tableOf("a"), host2.seal(), { keepsDuplicates: true });
  assert.deepEqual(same, [0, 1]);
  assert.equal(strange.length, 599_999);
});
