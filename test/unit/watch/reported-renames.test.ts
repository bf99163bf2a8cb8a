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
  /** Over the present connections. */
  readonly mayExplain: (gone: { readonly side: Side; readonly name: string }[], mayWait?: boolean) => Promise<boolean>;
  readonly reconnect: (...those: readonly Side[]) => void;
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
  const news = new ReportedRenames(agenda, (side) => notified.includes(side));
  let connections = perSide((): object => ({}));
  return {
    news,
    mayExplain: (gone, mayWait = true) => news.mayExplain(gone, { connections, mayWait }),
    reconnect: (...those) => (connections = perSide((side) => (those.includes(side) ? {} : connections[side]))),
    waits: () => waits,
  };
}

function listed(name: string, exists = true): PerSide<Listing> {
  return perSide(() => ({ mailboxes: new Map([[name, { wireName: name, exists }]]) }) as unknown as Listing);
}

test("a rename that was reported explains what is missing", async () => {
  const rename = { side: "remote", from: "a", to: "b" } as const;
  const { news, mayExplain } = scene({ renames: [rename] });
  assert.equal(await mayExplain([gone]), true);
  assert.deepEqual(news.take(), [rename]);
  assert.deepEqual(news.take(), []);
});

test("a mailbox that is missing without a rename is believed to be gone by a second connection only", async () => {
  const { mayExplain, reconnect, waits } = scene();
  const isOfRemote = (error: unknown): boolean => error instanceof IntendedLoss && error.side === "remote";
  await assert.rejects(mayExplain([gone]), isOfRemote);
  reconnect("local");
  await assert.rejects(mayExplain([gone]), isOfRemote);
  reconnect("remote");
  assert.equal(await mayExplain([gone]), false);
  assert.equal(waits(), 2);
});

test("what is still missing after a rename that was reported is believed by a second connection only, too", async () => {
  const { news, mayExplain, reconnect } = scene({ renames: [{ side: "remote", from: "b", to: "c" }] });
  assert.equal(await mayExplain([gone]), true);
  news.take();
  await assert.rejects(mayExplain([gone]), IntendedLoss);
  reconnect("remote");
  assert.equal(await mayExplain([gone]), false);
});

test("a server that goes on telling of renames is not waited for without end, nor believed", async () => {
  const { mayExplain, waits } = scene({ renames: [{ side: "remote", from: "b", to: "c" }] });
  await assert.rejects(mayExplain([gone], false), IntendedLoss);
  assert.equal(waits(), 0);
});

test("another mailbox that is missing needs a second connection of its own", async () => {
  const { mayExplain, reconnect } = scene();
  await assert.rejects(mayExplain([gone]), IntendedLoss);
  reconnect("remote");
  await assert.rejects(mayExplain([gone, { side: "remote", name: "b" }]), IntendedLoss);
  await assert.rejects(mayExplain([{ side: "local", name: "a" }]), IntendedLoss);
});

test("where both servers miss mailboxes, both connections are made anew", async () => {
  const { mayExplain, reconnect } = scene();
  const both = [gone, { side: "local", name: "b" }] as const;
  await assert.rejects(mayExplain([...both]), (error) => error instanceof IntendedLoss && error.side === undefined);
  reconnect("local", "remote");
  assert.equal(await mayExplain([...both]), false);
});

test("a mailbox that came back may go away again", async () => {
  const { news, mayExplain, reconnect } = scene();
  await assert.rejects(mayExplain([gone]), IntendedLoss);
  reconnect("remote");
  news.forgetListed(listed("a", false));
  assert.equal(await mayExplain([gone]), false);
  news.forgetListed(listed("a"));
  await assert.rejects(mayExplain([gone]), IntendedLoss);
});

test("a server that does not report renames is not waited for", async () => {
  const { news, mayExplain, waits } = scene({ notified: ["local"] });
  assert.equal(await mayExplain([gone]), false);
  assert.equal(waits(), 0);
  assert.deepEqual([news.isTold("local"), news.isTold("remote")], [true, false]);
});
