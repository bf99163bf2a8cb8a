// A server answers BAD to a keyword. Behind an APPEND the message is on its way by then, so the connection is dropped; the
// next time the message goes without the keyword, which is then offered by itself, and refused by itself.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { otherSide, type Side, sides } from "../../../src/model/side.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { runInterimap } from "../../support/run-interimap.ts";
import { startAll } from "../../support/start-all.ts";
import { inTurn } from "../../support/turns.ts";
import { command, contents, deliver, mail, mails, store, type TwoStores, twoStores } from "../../support/two-stores.ts";
import { becomes, startDaemon } from "../../support/watching.ts";
import { dump, execute } from "../../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

const words = /Invalid system flag|Error in IMAP command/;

/** Dovecot reads a backslash before the keyword, and answers BAD to that. */
function misreadKeyword(stores: TwoStores, side: Side): void {
  const action = (line: string): { instead: string } => ({ instead: line.replace(/\bOdd\b/, "\\Odd") });
  stores.hold(side, "client", { pattern: /[( ]Odd\b/, always: true, action });
}

function remembered({ home }: TwoStores): string[] {
  const { refused, suspects, refused_changes: changes } = dump(home.databaseFile).rows;
  assert.deepEqual({ refused, suspects }, { refused: [], suspects: [] });
  return (changes ?? []).map(([, side, uid, what, reason]) => {
    assert.match(String(reason), words);
    return `${String(side)} ${String(uid)} ${String(what)}`;
  });
}

/** One of them has a keyword that is new to the server, too, and that it understands. */
const three = [mail("one"), mail("two", { flags: ["Odd"] }), mail("three", { flags: ["Fine"] })];
const copied = ["one", "three fine", "two"];

for (const target of sides) {
  const test = onOne(target);
  const source = otherSide(target);

  describe(`the ${target} server`, () => {
    test("APPEND: everything is copied, without that keyword, with all others", async (t) => {
      const stores = await twoStores(t, servers);
      await assertConverges(stores);
      misreadKeyword(stores, target);
      await command(stores[source], "CREATE box");
      await deliver(stores[source], "INBOX", ...three);
      await deliver(stores[source], "box", mail("other", { flags: ["\\Seen", "Odd"] }), ...mails("b", 2));
      const first = await runInterimap(stores.home);
      assert.equal(first.status, 75, first.stderr);
      assert.match(first.stderr, /the server did not understand APPEND, so the connection was dropped: BAD/);

      const second = await runInterimap(stores.home);
      assert.equal(second.status, 1, second.stderr);
      const refused = second.stderr.split("\n").filter((line) => /could not be set/.test(line));
      assert.equal(refused.length, 2, second.stderr);
      for (const line of refused) assert.match(line, words);
      assert.deepEqual(await contents(stores[target]), copied);
      assert.deepEqual(await contents(stores[target], "box"), ["b1", "b2", "other \\seen"]);
      assert.deepEqual(await contents(stores[source]), ["one", "three fine", "two odd"]);
      assert.equal(remembered(stores).length, 2);

      const third = await runInterimap(stores.home);
      assert.equal(third.status, 1, third.stderr);
      assert.match(third.stderr, /Still without the other side's flags/);

      stores.release(target);
      execute(stores.home.databaseFile, "UPDATE refused_changes SET last_attempt = last_attempt - 86400");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[target]), ["one", "three fine", "two odd"]);
      assert.deepEqual(remembered(stores), []);
      await assertNothingToDo(stores);
    });

    for (const args of [[], ["--repair"]]) {
      test(`UID STORE ${args.join(" ")}: like NO, remembered`, async (t) => {
        const stores = await twoStores(t, servers);
        await deliver(stores.local, "INBOX", ...mails("a", 3));
        await assertConverges(stores);
        misreadKeyword(stores, target);
        await store(stores[source], `2 +FLAGS (\\Flagged Odd)`);
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 1, stderr);
        assert.match(stderr, /Flags of UID 2 could not be set/);
        assert.deepEqual(remembered(stores), [`${target} 2 flags`]);
        assert.deepEqual(await contents(stores[target]), ["a1", "a2 \\flagged", "a3"]);
        assert.deepEqual(await contents(stores[source]), ["a1", "a2 \\flagged odd", "a3"]);
        stores.release(target);
        execute(stores.home.databaseFile, "UPDATE refused_changes SET last_attempt = last_attempt - 86400");
        await assertConverges(stores);
        assert.deepEqual(await contents(stores[target]), ["a1", "a2 \\flagged odd", "a3"]);
        await assertNothingToDo(stores);
      });
    }

    test("under --watch: after one connection lost, all are there", async (t) => {
      const stores = await twoStores(t, servers);
      await assertConverges(stores);
      misreadKeyword(stores, target);
      const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
      await daemon.waits();
      await deliver(stores[source], "INBOX", ...three);
      await daemon.line(/Flags of UID \d could not be set/);
      await becomes(() => contents(stores[target]), copied);
      const { looks } = await daemon.waits();
      await daemon.waits(looks + 1);
      assert.equal(daemon.said(/did not understand APPEND/).length, 1);
      await daemon.stop();
      assert.equal(remembered(stores).length, 1);
    });
  });
}
