// What somebody moves from one mailbox to another on one side is moved on the other side, too, and not sent there again.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mail, mails, store, type TwoStores } from "../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

interface Scene {
  readonly boxes?: readonly string[];
  readonly prepare?: (stores: TwoStores) => Promise<void>;
}

async function synchronised(t: TestContext, { boxes = ["box"], prepare }: Scene = {}): Promise<TwoStores> {
  return synchronisedStores(t, servers, {
    prepare: async (stores) => {
      await command(stores.local, ...boxes.map((name) => `CREATE ${name}`));
      await deliver(stores.local, "INBOX", ...mails("m", 6));
      await deliver(stores.local, "box", mail("there"));
      await prepare?.(stores);
    },
  });
}

/** `what`: UIDs, the mailbox to move them to, and the one to move them from unless it is INBOX. */
function move(stores: TwoStores, side: Side, what: string): Promise<void> {
  const [uids, to, from = "INBOX"] = what.split(" ");
  return command(stores[side], `SELECT ${from}`, `UID MOVE ${uids!} ${to!}`);
}

/** What the program sends to a side in one run, by verb. */
async function sentIn(stores: TwoStores, side: Side): Promise<ReadonlyMap<string, number>> {
  const proxy = stores.proxies[side];
  proxy.reset();
  await assertConverges(stores);
  return new Map(proxy.counts);
}

async function assertMoved(stores: TwoStores, side: Side, times = 1): Promise<void> {
  const proxies = stores.proxies;
  for (const one of sides) proxies[one].reset();
  await assertConverges(stores);
  const on = (one: Side, verb: string): number => proxies[one].counts.get(verb) ?? 0;
  const [there, here] = [otherSide(side), side];
  assert.equal(on(there, "MOVE"), times);
  assert.deepEqual([on(there, "APPEND"), on(there, "EXPUNGE"), on(here, "MOVE"), on(here, "EXPUNGE")], [0, 0, 0, 0]);
  for (const one of sides) assert.ok(!proxies[one].clientLines.some((line) => line.includes("BODY.PEEK[])")));
  await assertNothingToDo(stores);
}

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);

  describe(`on the ${side} side`, () => {
    test("what is moved is moved on the other side, with its flags, and nothing is fetched or appended", async (t) => {
      const stores = await synchronised(t);
      await store(stores[side], "2 +FLAGS (\\Seen work)");
      await move(stores, side, "1:3 box");
      await store(stores[side], "2 +FLAGS (\\Flagged)", "box");
      await assertMoved(stores, side);
      assert.equal((await contents(stores[other], "box")).length, 4);
      assert.ok((await contents(stores[other], "box")).some((line) => / \\seen work$/.test(line)));
    });

    test("flags that were taken away on the way are taken away", async (t) => {
      const stores = await synchronised(t, {
        prepare: async ({ local }) => store(local, "1:2 +FLAGS (\\Seen \\Flagged)"),
      });
      await move(stores, side, "1:2 box");
      await store(stores[side], "2:3 -FLAGS (\\Seen)", "box");
      await assertMoved(stores, side);
      assert.deepEqual(await contents(stores[other], "box"), ["m1 \\flagged", "m2 \\flagged", "there"]);
    });

    test("a keyword that was taken away on the way, and that no message there has, is taken away", async (t) => {
      const stores = await synchronised(t, { prepare: async ({ local }) => store(local, "1 +FLAGS (\\Seen work)") });
      await move(stores, side, "1 box");
      await store(stores[side], "2 -FLAGS (work)", "box");
      await command(stores[side], "CREATE new");
      await move(stores, side, "2 new box");
      await assertMoved(stores, side);
      assert.deepEqual(await contents(stores[other], "new"), ["m1 \\seen"]);
    });

    test("flags that changed on both sides are united", async (t) => {
      const stores = await synchronised(t);
      await store(stores[side], "1 +FLAGS (\\Seen)");
      await move(stores, side, "1 box");
      await store(stores[other], "1 +FLAGS (\\Answered)");
      await assertMoved(stores, side);
      assert.deepEqual(await contents(stores[side], "box"), ["m1 \\answered \\seen", "there"]);
    });

    test("from several mailboxes to several, and between the same two both ways", async (t) => {
      const stores = await synchronised(t, { boxes: ["box", "cup"] });
      await move(stores, side, "1:2 box");
      await move(stores, side, "3 cup");
      await move(stores, side, "1 INBOX box");
      await move(stores, side, "2 cup box");
      await assertMoved(stores, side, 3);
      assert.deepEqual(await contents(stores[other], "cup"), ["m1", "m3"]);
      assert.deepEqual(await contents(stores[other], "box"), ["m2"]);
    });

    test("over several mailboxes between two runs", async (t) => {
      const stores = await synchronised(t, { boxes: ["box", "cup"] });
      await move(stores, side, "1:2 box");
      await move(stores, side, "2:3 cup box");
      await assertMoved(stores, side);
    });

    test("to a mailbox that was made since", async (t) => {
      const stores = await synchronised(t);
      await command(stores[side], "CREATE new");
      await move(stores, side, "1:4 new");
      await assertMoved(stores, side);
    });

    test("together with new messages, deletions and flags", async (t) => {
      const stores = await synchronised(t);
      await move(stores, side, "1:2 box");
      await deliver(stores[side], "box", mail("new"));
      await deliver(stores[other], "box", mail("newer"));
      await expunge(stores[side], "3");
      await store(stores[other], "4 +FLAGS (\\Seen)");
      const sent = await sentIn(stores, other);
      assert.deepEqual([sent.get("MOVE"), sent.get("APPEND"), sent.get("EXPUNGE")], [1, 1, 1]);
      await assertNothingToDo(stores);
    });

    test("equal messages are moved as often as they were", async (t) => {
      const stores = await synchronised(t, {
        prepare: ({ local }) => deliver(local, "INBOX", mail("twin"), mail("twin"), mail("twin")),
      });
      await move(stores, side, "7,9 box");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[other], "box"), ["there", "twin", "twin"]);
      assert.equal(stores.proxies[other].counts.get("MOVE"), 1);
      await assertNothingToDo(stores);
    });

    test("what only looks like one that vanished is copied, and the other one deleted", async (t) => {
      const stores = await synchronised(t);
      await expunge(stores[side], "1:2");
      const [another, later] = [
        { body: "another\r\n" },
        { body: "next\r\n", internalDate: "02-Feb-2020 12:34:56 +0200" },
      ];
      await deliver(stores[side], "box", mail("m1", another), mail("m2", later));
      const sent = await sentIn(stores, other);
      assert.deepEqual([sent.get("MOVE"), sent.get("EXPUNGE")], [undefined, 1]);
      await assertNothingToDo(stores);
    });

    test("what was moved on both sides to the same mailbox is there once", async (t) => {
      const stores = await synchronised(t);
      for (const one of sides) await move(stores, one, "1:2 box");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[other], "box"), ["m1", "m2", "there"]);
      await assertNothingToDo(stores);
    });

    test("what was moved on both sides to different mailboxes is in both", async (t) => {
      const stores = await synchronised(t, { boxes: ["box", "cup"] });
      await move(stores, side, "1:2 box");
      await move(stores, other, "1:2 cup");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      const [here, there] = side === "local" ? ["box", "cup"] : ["cup", "box"];
      const warning = `"INBOX": 2 messages moved to "${here}" on the local and to "${there}" on the remote side; both mailboxes have them now`;
      assert.ok(stderr.split("\n").includes(warning), stderr);
      for (const one of sides)
        for (const name of ["box", "cup"])
          assert.equal((await contents(stores[one], name)).filter((line) => /^m[12]$/.test(line)).length, 2);
      await assertNothingToDo(stores);
    });

    test("what was moved on both sides to different mailboxes stays where it was moved last, if both servers tell", async (t) => {
      const stores = await synchronised(t, { boxes: ["box", "cup"] });
      await move(stores, side, "1:2 box");
      await move(stores, other, "1:2 cup");
      await store(stores[other], "2 +FLAGS (\\Seen)", "cup");
      stores.hold(other, "server", {
        pattern: /SAVEDATE "/,
        always: true,
        action: (line) => ({ instead: line.replace(/(SAVEDATE "\d\d-\w+-)\d+/, "$12001") }),
      });
      stores.proxies[other].reset();
      await assertConverges(stores);
      const { counts } = stores.proxies[other];
      assert.deepEqual([counts.get("MOVE"), counts.get("APPEND")], [1, undefined]);
      assert.deepEqual(await contents(stores[side], "box"), ["m1", "m2 \\seen", "there"]);
      assert.deepEqual(await contents(stores[side], "cup"), []);
      await assertNothingToDo(stores);
    });

    test("what was deleted on the other side meanwhile stays where it was moved to", async (t) => {
      const stores = await synchronised(t);
      await move(stores, side, "1 box");
      await expunge(stores[other], "1");
      await assertConverges(stores);
      assert.ok((await contents(stores[other], "box")).includes("m1"));
      await assertNothingToDo(stores);
    });

    test("where the other server refuses to move, they are copied and deleted", async (t) => {
      const stores = await synchronised(t);
      await move(stores, side, "1:2 box");
      stores.hold(other, "client", {
        pattern: / UID MOVE /,
        action: (line) => ({ instead: line.replace(/UID MOVE .*/, "UID MOVE 1:2 nowhere") }),
      });
      await assertConverges(stores);
      assert.equal((await contents(stores[other], "box")).length, 3);
      await assertNothingToDo(stores);
    });

    test("a repair moves them, too", async (t) => {
      const stores = await synchronised(t);
      await move(stores, side, "1:2 box");
      for (const one of sides) stores.proxies[one].reset();
      const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
      assert.equal(status, 0, stderr);
      const { counts } = stores.proxies[other];
      assert.deepEqual([counts.get("MOVE"), counts.get("APPEND"), counts.get("EXPUNGE")], [1, undefined, undefined]);
      assert.deepEqual(await contents(stores[other], "box"), ["m1", "m2", "there"]);
      await assertConverges(stores);
      await assertNothingToDo(stores);
    });

    test("a dry run says what would be moved", async (t) => {
      const stores = await synchronised(t);
      await move(stores, side, "1:2 box");
      await deliver(stores[side], "box", mail("new"));
      const { status, stdout, stderr } = await runInterimap(stores.home, ["--dry-run"]);
      assert.equal(status, 0, stderr);
      const said = stdout + stderr;
      assert.match(said, new RegExp(`^${other}\\(INBOX\\): Would move 2 messages to "box"$`, "m"));
      assert.match(said, new RegExp(`^${other}\\(box\\): Would add 1 message `, "m"));
      assert.match(said, /1 message to copy .*, 2 to move$/m);
      assert.doesNotMatch(said, /Would remove/);
      assert.equal((await contents(stores[other])).length, 6);
    });
  });
}

test("a thousand messages of 100 kB: hardly anything is sent, and no body is fetched", async (t) => {
  const body = "text text text text text text text text text text text text text text\r\n".repeat(1400);
  const stores = await synchronised(t, {
    prepare: async ({ local, remote }) => {
      // Both have them before they are met.
      for (const server of [local, remote]) await deliver(server, "INBOX", ...mails("big", 1000, { body }));
    },
  });
  await move(stores, "local", "7:1006 box");
  await assertMoved(stores, "local");
  assert.ok(stores.proxies.remote.bytesFromClient < 20_000);
  assert.equal((await contents(stores.remote, "box")).length, 1001);
});

test("plain deletions beside new messages cost no look at the other side", async (t) => {
  const stores = await synchronised(t);
  await expunge(stores.local, "2");
  await deliver(stores.local, "box", mail("new"));
  stores.proxies.remote.reset();
  await assertConverges(stores);
  assert.deepEqual(
    stores.proxies.remote.clientLines.filter((line) => /UID FETCH 2 .*MESSAGE-ID/.test(line)),
    [],
  );
});
