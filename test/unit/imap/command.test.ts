import assert from "node:assert/strict";
import { test } from "node:test";
import { mayOverlap, type Overlap } from "../../../src/imap/command.ts";

const kinds: readonly Overlap[] = ["alone", "last", "select", "selected", "any"];

// Rows: what is to be written. Columns: what is in flight, in the order of `kinds`.
const truth: Record<Overlap, string> = {
  //         alone last select selected any
  alone: "   no    no   no     no       no  ",
  last: "    no    no   yes    yes      yes ",
  select: "  no    no   no     no       yes ",
  selected: "no    no   no     yes      yes ",
  any: "     no    no   yes    yes      yes ",
};

for (const next of kinds) {
  test(`what "${next}" may follow`, () => {
    const row = truth[next].trim().split(/ +/);
    assert.deepEqual(
      kinds.map((other) => (mayOverlap(next, [other]) ? "yes" : "no")),
      row,
    );
  });

  test(`"${next}" may go out when nothing is in flight, and waits for each of several`, () => {
    assert.equal(mayOverlap(next, []), true);
    for (const a of kinds) {
      for (const b of kinds) {
        assert.equal(mayOverlap(next, [a, b]), mayOverlap(next, [a]) && mayOverlap(next, [b]), `${a}, ${b}`);
      }
    }
  });
}
