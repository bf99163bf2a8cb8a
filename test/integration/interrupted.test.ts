// Killed in the middle of copying, and run again: nothing is there twice, and nothing is lost.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type Side } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import {
  contents,
  deliver,
  expunge,
  mail,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const servers = await startAll({ local: startDovecot(), remote: startCyrus({ users: userNames }) });

/** Distinct ones, equal ones, and some without a Message-ID. */
const messages = [
  ...mails("m", 1900),
  ...Array.from({ length: 50 }, () => mail("twin")),
  ...Array.from({ length: 50 }, (_, i) => ({
    ...mail("anonymous"),
    bytes: Buffer.from(`Subject: ${i}\r\n\r\ntext\r\n`),
  })),
];

const moments = {
  "before an APPEND is sent": { from: "client", pattern: /^\S+ APPEND/, passes: false },
  "right after an APPEND was sent": { from: "client", pattern: /^\S+ APPEND/, passes: true },
  "before it hears that an APPEND succeeded": { from: "server", pattern: /^\S+ OK \[APPENDUID/, passes: false },
  "right after it heard that an APPEND succeeded": { from: "server", pattern: /^\S+ OK \[APPENDUID/, passes: true },
  "before its checkpoint": { from: "client", pattern: /^\S+ STATUS/, passes: false },
} as const;

async function killedAt(
  stores: TwoStores,
  side: Side,
  [when, count]: readonly [keyof typeof moments, number],
): Promise<void> {
  const { from, pattern, passes } = moments[when];
  const run = startInterimap(stores.home);
  for (let i = 1; i < count; i++) stores.hold(side, from, { pattern, action: () => undefined });
  stores.hold(side, from, {
    pattern,
    action: async () => {
      const kill = (): boolean => run.child.kill("SIGKILL");
      if (passes) return void setImmediate(kill);
      kill();
      await run.finished;
      return "cut";
    },
  });
  assert.equal((await run.finished).signal, "SIGKILL");
}

const kills: readonly (readonly [when: keyof typeof moments, side: Side, count: number])[] = [
  ["before an APPEND is sent", "remote", 3],
  ["right after an APPEND was sent", "remote", 3],
  ["before it hears that an APPEND succeeded", "remote", 2],
  ["right after it heard that an APPEND succeeded", "local", 3],
  ["before its checkpoint", "remote", 1],
];

describe("killed", () => {
  for (const [when, side, count] of kills) {
    test(`${when} (${side}), and run again`, async (t) => {
      const stores = await twoStores(t, servers);
      await deliver(stores[otherSide(side)], "INBOX", ...messages);
      await deliver(stores[side], "INBOX", ...mails("far", 30));
      await killedAt(stores, side, [when, count]);
      await assertConverges(stores);
      assert.equal((await contents(stores.local)).length, 2030);
      await assertNothingToDo(stores);
    });
  }

  test("twice, with changes on both sides in between", async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", ...mails("old", 10));
    await assertConverges(stores);
    await deliver(stores.local, "INBOX", ...messages);
    await deliver(stores.remote, "INBOX", ...mails("far", 600));
    await killedAt(stores, "remote", ["before it hears that an APPEND succeeded", 3]);

    // Some have a mapping, some have a copy without one, and some no copy yet.
    await expunge(stores.local, "3");
    await store(stores.local, "4,200,1500 +FLAGS (\\Flagged)");
    await store(stores.remote, "4,300 +FLAGS (\\Answered)");
    await deliver(stores.local, "INBOX", mail("late"));
    await killedAt(stores, "remote", ["right after an APPEND was sent", 1]);

    await assertConverges(stores);
    const here = await contents(stores.local);
    assert.equal(new Set(here.filter((line) => /^(m|far|old)\d/.test(line))).size, 1900 + 600 + 10 - 1);
    assert.equal(here.length, 2000 + 600 + 10 + 1 - 1);
    assert.equal(here.filter((line) => line.includes("\\flagged")).length, 3);
    await assertNothingToDo(stores);
  });
});

test("a database with mappings at or above UIDNEXT, as a killed run of the original program leaves it", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 20));
  await assertConverges(stores);
  execute(
    stores.home.databaseFile,
    "UPDATE local SET UIDNEXT = 6, HIGHESTMODSEQ = 2; UPDATE remote SET UIDNEXT = 6, HIGHESTMODSEQ = 2; DELETE FROM message_counts",
  );
  await expunge(stores.local, "2,8");
  await expunge(stores.remote, "3,9");
  await store(stores.local, "10 +FLAGS (\\Flagged)");
  await store(stores.remote, "11 +FLAGS (\\Answered)");
  await deliver(stores.remote, "INBOX", mail("new"));

  await assertConverges(stores);
  const here = await contents(stores.local);
  assert.equal(here.length, 17);
  for (const line of ["m10 \\flagged", "m11 \\answered", "new"]) assert.ok(here.includes(line), line);
  assert.equal(dump(stores.home.databaseFile).rows["mapping"]?.length, 17);
  await assertNothingToDo(stores);
});
