import assert from "node:assert/strict";
import { test } from "node:test";
import { flagSet } from "../../../../src/model/flags.ts";
import { FlagKnowledge } from "../../../../src/sync/flags/flag-knowledge.ts";

test("what is known already is no news; the other side's knowledge does not count", () => {
  const knowledge = new FlagKnowledge();
  const change = { flags: flagSet(["a"]), modSeq: 5n };
  const changes = new Map([
    [1, change],
    [2, { flags: flagSet(["own"]), modSeq: 6n }],
  ]);
  knowledge.learn("local", 2, flagSet(["own"]));
  const news = (): number[] => [...knowledge.news("local", changes).keys()];
  assert.deepEqual(news(), [1]);
  assert.equal(knowledge.hasNews("local", changes), true);
  knowledge.learn("remote", 1, change.flags);
  assert.deepEqual(news(), [1]);
  knowledge.learn("local", 1, flagSet(["A"]));
  assert.deepEqual(news(), []);
  assert.equal(knowledge.hasNews("local", changes), false);
  knowledge.learn("local", 1, flagSet(["b"]));
  assert.deepEqual(news(), [1]);
  knowledge.learn("local", 1, change.flags);
  knowledge.forget("local", 1);
  assert.deepEqual(news(), [1]);
  assert.equal(knowledge.recall("local", 1), undefined);
});
