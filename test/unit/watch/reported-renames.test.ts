// When a mailbox is missing: whether a rename explains it, and what is done if none was reported.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Listing } from "../../../src/mail/listing/list-mailboxes.ts";
import { type PerSide, perSide, type Side } from "../../../src/model/side.ts";
import type { RenameNews } from "../../../src/sync/renames/rename-news-plan.ts";
import { IntendedLoss } from "../../../src/watch/intended-loss.ts";
import { ReportedRenames } from "../../../src/watch/reported-renames.ts";

const gone = { side: "remote", name: "a" } as const;

interface Scene {
  readonly news: ReportedRenames;
  /** How often a rename was waited for. */
  readonly waits: () => number;
}

function scene({ renames = [] as RenameNews[], notified = ["local", "remote"] as Side[] } = {}): Scene {
  let waits = 0;
  const agenda = {
    takeRenames: () => renames.splice(0),
    expectRename: () => {
      waits++;
      return Promise.resolve(renames.length > 0);
    },
  };
  return { news: new ReportedRenames(agenda, (side) => notified.includes(side)), waits: () => waits };
}

function listed(name: string, exists = true): PerSide<Listing> {
  return perSide(() => ({ mailboxes: new Map([[name, { wireName: name, exists }]]) }) as unknown as Listing);
}

test("a rename that was reported explains what is missing", async () => {
  const rename = { side: "remote", from: "a", to: "b" } as const;
  const { news } = scene({ renames: [rename] });
  assert.equal(await news.mayExplain([gone]), true);
  assert.deepEqual(news.take(), [rename]);
  assert.deepEqual(news.take(), []);
});

test("a mailbox that is missing without a rename is believed to be gone by a second connection only", async () => {
  const { news, waits } = scene();
  await assert.rejects(news.mayExplain([gone]), (error) => error instanceof IntendedLoss && error.side === "remote");
  assert.equal(await news.mayExplain([gone]), false);
  assert.equal(waits(), 1);
});

test("another mailbox that is missing needs a second connection of its own", async () => {
  const { news } = scene();
  await assert.rejects(news.mayExplain([gone]), IntendedLoss);
  await assert.rejects(news.mayExplain([gone, { side: "remote", name: "b" }]), IntendedLoss);
  await assert.rejects(news.mayExplain([{ side: "local", name: "a" }]), IntendedLoss);
});

test("a mailbox that came back may go away again", async () => {
  const { news } = scene();
  await assert.rejects(news.mayExplain([gone]), IntendedLoss);
  news.forgetListed(listed("a", false));
  assert.equal(await news.mayExplain([gone]), false);
  news.forgetListed(listed("a"));
  await assert.rejects(news.mayExplain([gone]), IntendedLoss);
});

test("a server that does not report renames is not waited for", async () => {
  const { news, waits } = scene({ notified: ["local"] });
  assert.equal(await news.mayExplain([gone]), false);
  assert.equal(waits(), 0);
  assert.deepEqual([news.isTold("local"), news.isTold("remote")], [true, false]);
});
