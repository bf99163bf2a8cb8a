import assert from "node:assert/strict";
import { test } from "node:test";
import { choose } from "./lie-choice.ts";
import { kindOf } from "./lie-kinds.ts";

const scenarios = ["one", "two", "three"];
const told = ["left out", "twice", "NO", "BAD"];
const cases = scenarios.flatMap((scenario) =>
  Array.from({ length: 9 }, (_, at) =>
    told.map((lie) => ({ place: `${scenario} ${at}`, kind: `kind ${at % 2}`, scenario, lie })),
  ).flat(),
);
const chosen = (places: number, some = cases) => choose(some, { traitsOf: (one) => one, places });
const countBy = (some: typeof cases, keyOf: (one: (typeof cases)[number]) => string): number[] => {
  const counts = new Map<string, number>();
  for (const one of some) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return [...counts.values()];
};

test("at each place a lie is told, and no lie of a kind is told much more often than another", () => {
  const some = chosen(1);
  assert.equal(new Set(some.map(({ place }) => place)).size, 27);
  assert.equal(some.length, 27);
  const often = countBy(some, ({ kind, lie }) => `${kind} ${lie}`);
  assert.equal(often.length, 8);
  assert.ok(Math.max(...often) - Math.min(...often) <= 1, String(often));
});

test("each lie of a kind is told at so many places, or at all that there are", () => {
  assert.deepEqual(
    countBy(chosen(6), ({ kind, lie }) => `${kind} ${lie}`),
    Array<number>(8).fill(6),
  );
  assert.deepEqual(chosen(99), cases);
});

test("each lie is told in each scenario", () => {
  const alike = cases.map((one) => ({ ...one, kind: "the same", place: "the same" }));
  assert.equal(countBy(chosen(1, alike), ({ scenario, lie }) => `${scenario} ${lie}`).length, 12);
});

test("another order means other places", () => {
  const places = (some: typeof cases) => some.map(({ place, lie }) => `${place} ${lie}`).sort();
  assert.notDeepEqual(places(chosen(1, [...cases].reverse())), places(chosen(1)));
});

test("alike is what differs in numbers, names, dates and flags only", () => {
  const fetch = (set: string) => `UID FETCH ${set} (UID FLAGS MODSEQ)`;
  const answer = (flags: string) => `* 3 FETCH (UID 7 FLAGS (${flags}) MODSEQ (12))`;
  const kinds = [
    [fetch("1:3"), answer("\\Seen"), fetch("7"), answer("work \\Flagged \\Recent")],
    [fetch("1:3"), answer("\\Recent"), fetch("2,9"), answer("")],
    ["SELECT Box", "* 3 EXISTS", 'SELECT "Box/My Sub"', "* 12 EXISTS"],
    ["STATUS Box (UIDNEXT)", "* STATUS Box (UIDNEXT 3)", "STATUS Cup (UIDNEXT)", "* STATUS Cup (UIDNEXT 12)"],
    [
      "NOOP",
      "a7 OK NOOP completed (0.001 + 0.000 secs).",
      "NOOP",
      "b12 OK NOOP completed (0.001 + 0.000 + 0.001 secs).",
    ],
    ["AUTHENTICATE PLAIN AHUAcA==", "a0 OK Logged in", "AUTHENTICATE PLAIN AHYAcA==", "a1 OK Logged in"],
  ] as const;
  for (const [command, text, otherCommand, otherText] of kinds)
    assert.equal(kindOf({ command, text }), kindOf({ command: otherCommand, text: otherText }));
  assert.equal(new Set(kinds.map(([command, text]) => kindOf({ command, text }))).size, kinds.length);
  const different = [
    ["SELECT INBOX", "* 3 EXISTS"],
    ["SELECT INBOX (QRESYNC (1 2))", "* 3 EXISTS"],
    ["SELECT INBOX (QRESYNC (1 2 3:4))", "* 3 EXISTS"],
    ['LIST "" *', '* LIST () "/" INBOX'],
    ['LIST "" *', '* LIST () "/" Box'],
    ["NOOP", "* 3 EXISTS"],
    ["NOOP", "* VANISHED 3"],
    ["NOOP", "* VANISHED 3:5"],
    ["NOOP", "a1 NO not now"],
    ["NOOP", "a1 OK not now"],
  ] as const;
  assert.equal(new Set(different.map(([command, text]) => kindOf({ command, text }))).size, different.length);
});
