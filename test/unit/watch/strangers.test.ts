// Mailboxes that were not listed: each is worth one look at everything.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Listing } from "../../../src/mail/listing/list-mailboxes.ts";
import { type PerSide, perSide } from "../../../src/model/side.ts";
import { Strangers } from "../../../src/watch/strangers.ts";

function listed(wireName: string, exists: boolean): PerSide<Listing> {
  return perSide(() => ({ mailboxes: new Map([[wireName, { wireName, exists }]]) }) as unknown as Listing);
}

test("a mailbox is new once, on each side", () => {
  const strangers = new Strangers();
  const answers = (["local", "local", "remote"] as const).map((side) => strangers.isNew(side, "a"));
  assert.deepEqual(answers, [true, false, true]);
  assert.equal(strangers.isNew("local", "b"), true);
});

test("it is new again when it was listed meanwhile", () => {
  const strangers = new Strangers();
  strangers.isNew("local", "a");
  strangers.forgetListed(listed("a", false));
  assert.equal(strangers.isNew("local", "a"), false);
  strangers.forgetListed(listed("a", true));
  assert.equal(strangers.isNew("local", "a"), true);
});

test("a server that makes up names fills no memory", () => {
  const strangers = new Strangers();
  for (let i = 0; i < 1_000; i++) strangers.isNew("local", `${i}`);
  assert.equal(strangers.isNew("local", "0"), false);
  assert.equal(strangers.isNew("local", "one more"), true);
  assert.equal(strangers.isNew("local", "0"), true, "it was forgotten with the others");
});
