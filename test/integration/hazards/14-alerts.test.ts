// What a server wants people to read (RFC 3501 7.1, ALERT): shown in each run, once, whatever the server repeats it with.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { otherSide, type Side, sides } from "../../../src/model/side.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { runInterimap } from "../../support/run-interimap.ts";
import { startAll } from "../../support/start-all.ts";
import { inTurn } from "../../support/turns.ts";
import { command, contents, deliver, mail, type TwoStores, twoStores } from "../../support/two-stores.ts";
import { becomeIdentical, startDaemon } from "../../support/watching.ts";
import { assertConverges } from "../converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

const words = "Maintenance on Sunday \x1b[2J";
const shown = "Maintenance on Sunday \\x1b[2J";

/** In each greeting to a login, behind each SELECT, with a number that grows, and once more in other words. */
function alert(stores: TwoStores, side: Side): void {
  let times = 0;
  const before = (line: string): { instead: string } => ({
    instead: `* OK [ALERT] ${words}\r\n* OK [ALERT] Seen ${String(++times)} times\r\n${line}`,
  });
  stores.hold(side, "server", { pattern: /^\S+ OK .*Logged in/, always: true, action: before });
  stores.hold(side, "server", { pattern: /^\S+ OK .*(?:SELECT|Select)/, always: true, action: before });
  stores.hold(side, "server", {
    pattern: /^\S+ OK .*List completed/,
    action: (line) => ({ instead: line.replace(/ OK .*/, " OK [ALERT] Something else") }),
  });
}

for (const side of sides) {
  const test = onOne(side);
  describe(`the ${side} server`, () => {
    for (const args of [[], ["--repair"]]) {
      test(`a run ${args.join(" ")} shows each text once`, async (t) => {
        const stores = await twoStores(t, servers);
        await command(stores[side], "CREATE a", "CREATE b");
        await deliver(stores[side], "a", mail("one"));
        await deliver(stores[side], "b", mail("two"));
        await assertConverges(stores);
        for (let run = 1; run <= 2; run++) {
          stores.release(side);
          alert(stores, side);
          await deliver(stores[side], "a", mail(`a${String(run)}`));
          await deliver(stores[side], "b", mail(`b${String(run)}`));
          const { status, stderr } = await runInterimap(stores.home, args);
          assert.equal(status, 0, stderr);
          const lines = stderr.split("\n").filter((line) => /Sunday|Seen|Something else/.test(line));
          assert.equal(lines.length, 3, stderr);
          for (const line of lines) assert.ok(line.startsWith(`${side}: `), line);
          assert.ok(
            lines.some((line) => line.endsWith(shown)),
            stderr,
          );
        }
        assert.deepEqual(await contents(stores[otherSide(side)], "a"), ["a1", "a2", "one"]);
      });
    }

    test("a daemon shows it once, look after look", async (t) => {
      const stores = await twoStores(t, servers);
      await deliver(stores[side], "INBOX", mail("one"));
      await assertConverges(stores);
      alert(stores, side);
      const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
      await daemon.line(/Sunday/);
      for (const name of ["two", "three"]) {
        await deliver(stores[side], "INBOX", mail(name));
        await becomeIdentical(stores);
      }
      const { looks } = await daemon.waits();
      await daemon.waits(looks + 1);
      assert.equal(daemon.said(/Sunday/).length, 1);
      assert.equal(daemon.said(/Seen \d+ times/).length, 1);
      await daemon.stop();
    });
  });
}
