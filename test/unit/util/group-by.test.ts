import assert from "node:assert/strict";
import { test } from "node:test";
import { groupBy } from "../../../src/util/group-by.ts";

test("groups and their members keep the order of first appearance", () => {
  const groups = groupBy(["bee", "ant", "bat", "cow", "ape"], (word) => word[0]);
  assert.deepEqual(
    [...groups],
    [
      ["b", ["bee", "bat"]],
      ["a", ["ant", "ape"]],
      ["c", ["cow"]],
    ],
  );
});

test("keys are told apart by identity; nothing makes no group", () => {
  const [a, b] = [{}, {}];
  assert.equal(groupBy([a, b, a], (key) => key).size, 2);
  assert.equal(groupBy([], (key) => key).size, 0);
});
