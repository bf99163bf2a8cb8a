// Which rights folders of host2 get.

import assert from "node:assert/strict";
import { test } from "node:test";
import { planRights } from "../../../../src/copier/folders/rights-plan.ts";

function planned(list1: Readonly<Record<string, string>>, list2: Readonly<Record<string, string>>): string[] {
  const maps = [list1, list2].map((list) => new Map(Object.entries(list))) as [
    Map<string, string>,
    Map<string, string>,
  ];
  return planRights(...maps, ["jo", "jo@new"]).map(({ identifier, rights }) => `${identifier} ${rights}`);
}

test("what others may do on host1 they may do on host2, and no more", () => {
  assert.deepEqual(planned({ ann: "lrs", bob: "lr", eve: "lrw" }, { bob: "lr", eve: "lrwa" }), ["ann lrs", "eve lrw"]);
  assert.deepEqual(planned({ ann: "lrs", "-bob": "w" }, {}), ["ann lrs", "-bob w"]);
});

test("the order of letters, and those that stand for others, do not count", () => {
  assert.deepEqual(planned({ ann: "lrsxte" }, { ann: "srletxcd" }), []);
});

test("the two users keep what they have, and so does whom only host2 knows", () => {
  assert.deepEqual(planned({ jo: "lr", owner: "lr", "-jo": "w" }, { "jo@new": "lrswipkxtecda", eve: "lrs" }), []);
  assert.deepEqual(planned({ "jo@new": "lr" }, {}), []);
});
