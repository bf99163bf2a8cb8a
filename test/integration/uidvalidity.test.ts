// A mailbox whose UIDVALIDITY changed: nothing is deleted because of it, nothing comes twice, and one line says so.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
  command,
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
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startCyrus({ users: userNames }) });

const twins = [mail("twin"), mail("twin"), mail("twin")];

/** `box` holds five messages and three equal ones on both sides. */
async function synchronised(t: TestContext): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE box");
  await deliver(stores.local, "box", ...mails("m", 5), ...twins);
  await assertConverges(stores);
  return stores;
}

for (const side of sides) {
  const test = onOne(side);
  describe(`changed on the ${side} side`, () => {
    test("made anew and empty: the messages come back", async (t) => {
      const stores = await synchronised(t);
      await command(stores[side], "DELETE box", "CREATE box");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      const lines = stderr.split("\n").filter((line) => line.includes("UIDVALIDITY changed"));
      assert.equal(lines.length, 1, stderr);
      assert.ok(lines[0]?.startsWith(`${side}(box): `), stderr);
      await assertConverges(stores);
      assert.equal((await contents(stores[side], "box")).length, 8);
      await assertNothingToDo(stores);
    });

    test("restored from a copy that knows other messages and flags: both get everything, once", async (t) => {
      const stores = await synchronised(t);
      await command(stores[side], "RENAME box old", "CREATE box");
      await command(stores[side], "SELECT old", "UID COPY 2:3,6:7 box", "DELETE old");
      await store(stores[side], "1 +FLAGS (\\Flagged)", "box");
      await deliver(stores[side], "box", mail("late"));
      // Neither a deletion nor a flag of the other side is an instruction now.
      await expunge(stores[otherSide(side)], "1", "box");
      await store(stores[otherSide(side)], "2,4 +FLAGS (\\Seen)", "box");

      await assertConverges(stores);
      const expected = ["late", "m2 \\flagged \\seen", "m3", "m4 \\seen", "m5", "twin", "twin", "twin"];
      assert.deepEqual(await contents(stores.local, "box"), expected);
      await assertNothingToDo(stores);
    });

    test("killed while the messages are being copied: the next run goes on", async (t) => {
      const stores = await synchronised(t);
      await command(stores[side], "DELETE box", "CREATE box");
      await deliver(stores[side], "box", mail("m2"), mail("new"));
      const run = startInterimap(stores.home);
      stores.hold(side, "server", {
        pattern: /^\S+ OK \[APPENDUID/,
        action: async () => {
          run.child.kill("SIGKILL");
          await run.finished;
          return "cut" as const;
        },
      });
      assert.equal((await run.finished).signal, "SIGKILL");
      await assertConverges(stores);
      const expected = ["m1", "m2", "m3", "m4", "m5", "new", "twin", "twin", "twin"];
      assert.deepEqual(await contents(stores.local, "box"), expected);
      await assertNothingToDo(stores);
    });
  });
}

test("noticed by --repair", async (t) => {
  const stores = await synchronised(t);
  await command(stores.remote, "DELETE box", "CREATE box");
  await deliver(stores.remote, "box", mail("m2"), mail("new"));
  const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^remote\(box\): UIDVALIDITY changed/m);
  const expected = ["m1", "m2", "m3", "m4", "m5", "new", "twin", "twin", "twin"];
  for (const side of sides) assert.deepEqual(await contents(stores[side], "box"), expected);
  await assertNothingToDo(stores);
});

test("changed on both sides", async (t) => {
  const stores = await synchronised(t);
  for (const side of sides) await command(stores[side], "DELETE box", "CREATE box");
  await deliver(stores.local, "box", mail("a"), mail("both"));
  await deliver(stores.remote, "box", mail("both"), mail("b"));
  await assertConverges(stores);
  assert.deepEqual(await contents(stores.local, "box"), ["a", "b", "both"]);
  await assertNothingToDo(stores);
});
