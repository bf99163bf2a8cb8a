// A UIDNEXT that is too low hides new messages (RFC 3501 2.3.1.1): the count of messages shows that there are more, and they
// are looked for.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { allDone } from "../../src/util/all-done.ts";
import { startDovecot } from "../support/dovecot.ts";
import { becomes } from "../support/eventually.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, expunge, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { startDaemon } from "../support/watching.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { dovecot } = await startAll({ dovecot: startDovecot() });
const servers = { local: dovecot, remote: dovecot };

/** Whatever is asked, UIDNEXT is never higher. */
function tellAtMost(uidNext: number, stores: TwoStores, side: Side): void {
  stores.hold(side, "server", {
    pattern: /^\* .*UIDNEXT \d+/,
    always: true,
    action: (line) => ({
      instead: line.replace(/UIDNEXT (\d+)/, (_, told) => `UIDNEXT ${String(Math.min(Number(told), uidNext))}`),
    }),
  });
}

async function change(stores: TwoStores, side: Side): Promise<void> {
  await deliver(stores[side], "INBOX", ...mails("n", 3));
  await deliver(stores[otherSide(side)], "INBOX", ...mails("o", 2));
  await store(stores[side], "1 +FLAGS (\\Flagged)");
  await expunge(stores[side], "4");
}

const changed = ["m1 \\flagged", "m2", "m3", "m5", "m6", "m7", "m8", "n1", "n2", "n3", "o1", "o2"];

for (const side of sides) {
  const test = onOne(side);
  describe(`on the ${side} side`, () => {
    for (const uidNext of [1, 9]) {
      for (const args of [[], ["--repair"]]) {
        test(`${args.join("") || "a run"}: UIDNEXT stays at ${String(uidNext)}: new messages are copied, each once`, async (t) => {
          const stores = await twoStores(t, servers);
          await deliver(stores.local, "INBOX", ...mails("m", 8));
          await assertConverges(stores);
          await change(stores, side);
          tellAtMost(uidNext, stores, side);
          const { status, stderr } = await runInterimap(stores.home, args);
          assert.equal(status, 0, stderr);
          assert.doesNotMatch(stderr, /a UID that no message ever had/);
          for (const one of sides) assert.deepEqual(await contents(stores[one]), changed, stderr);
          stores.release(side);
          await assertConverges(stores);
          assert.deepEqual(await contents(stores.local), changed);
          await assertNothingToDo(stores);
        });
      }
    }

    test("--notify: UIDNEXT stays where it is: new messages are copied, each once", async (t) => {
      const stores = await twoStores(t, servers);
      await deliver(stores.local, "INBOX", ...mails("m", 8));
      await assertConverges(stores);
      const daemon = startDaemon(t, stores.home, { args: ["--notify"] });
      await daemon.waits();
      tellAtMost(9, stores, side);
      await change(stores, side);
      await becomes(() => allDone(sides.map((one) => contents(stores[one]))), [changed, changed]);
      await daemon.stop();
      stores.release(side);
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.local), changed);
    });

    test("first met with the same messages on both sides: they are matched, whatever UIDNEXT says", async (t) => {
      const stores = await twoStores(t, servers);
      for (const one of sides) await deliver(stores[one], "INBOX", ...mails("m", 4));
      tellAtMost(1, stores, side);
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      for (const one of sides) assert.deepEqual(await contents(stores[one]), ["m1", "m2", "m3", "m4"], stderr);
    });
  });
}
