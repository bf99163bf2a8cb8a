import assert from "node:assert/strict";
import { test } from "node:test";
import { sides } from "../../../src/model/side.ts";
import { inTurn, oneIn } from "../../support/turns.ts";

function made(all: boolean): string[] {
  const names: string[] = [];
  const on = inTurn(sides, (name: string) => void names.push(name), all);
  for (const side of sides) {
    const register = on(side);
    for (const what of ["a", "b", "c", "d"]) void register(`${what} ${side}`, () => undefined);
  }
  return names;
}

test("each is made for one value, and both values have some", () => {
  assert.deepEqual(made(false), ["a local", "d local", "b remote", "c remote"]);
});

test("thoroughly, each is made for all", () => {
  assert.deepEqual(
    made(true),
    sides.flatMap((side) => ["a", "b", "c", "d"].map((what) => `${what} ${side}`)),
  );
});

test("of rows that differ little, there is the first of each so many", () => {
  assert.deepEqual(oneIn(3, [0, 1, 2, 3, 4], false), [0, 3]);
  assert.deepEqual(oneIn(3, [0, 1, 2], true), [0, 1, 2]);
});
