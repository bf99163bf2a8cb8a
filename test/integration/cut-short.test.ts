// A message of which the server delivers only the beginning, in a literal that says nothing of the rest. What it says of the size
// (RFC822.SIZE) need not be exact, so the server is asked whether there is more.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { assertConverges } from "./converge.ts";
import { refusedIn } from "./refused-messages.ts";

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

const long = mail("long", { body: "x".repeat(78).concat("\r\n").repeat(40) });
const size = long.bytes.length;

/** Whoever asks for messages as a whole gets so many octets of each. */
function cutShort({ hold }: TwoStores, side: Side, { to, always }: { to: number; always: boolean }): void {
  const whole = "BODY.PEEK[])";
  hold(side, "client", {
    pattern: / UID FETCH \S+ \(.*BODY\.PEEK\[\]\)$/,
    always,
    action: (line) => ({ instead: line.replace(whole, `BODY.PEEK[]<0.${to}>)`) }),
  });
  const action = (line: string): { instead: string } => ({ instead: line.replace("BODY[]<0> ", "BODY[] ") });
  hold(side, "server", { pattern: /BODY\[\]<0> /, always: true, action });
}

describe("cut short", { concurrency: 2 }, () => {
  for (const side of sides) {
    for (const to of [100, size - 1]) {
      test(`once, to ${to} octets, on the ${side} side: it is fetched again`, async (t) => {
        const stores = await twoStores(t, servers);
        await deliver(stores[side], "INBOX", ...mails("a", 2), long, mail("b"));
        cutShort(stores, side, { to, always: false });
        await assertConverges(stores);
        assert.deepEqual(await contents(stores[otherSide(side)]), ["a1", "a2", "b", "long"]);
        const parts = stores.proxies[side].serverLines.filter((line) => line.includes(`BODY[]<${to}> `));
        assert.equal(parts.length, 1);
      });

      test(`each time, to ${to} octets, on the ${side} side: it stays, and the others are copied`, async (t) => {
        const stores = await twoStores(t, servers);
        await deliver(stores[side], "INBOX", ...mails("a", 2), long, mail("b"));
        cutShort(stores, side, { to, always: true });
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 1, stderr);
        const reason = `the ${side} server delivers only ${to} octets of it, and has more`;
        assert.ok(stderr.includes(`UID 3 of the ${side} side was refused: ${reason}\n`), stderr);
        assert.deepEqual(await contents(stores[otherSide(side)]), ["a1", "a2", "b"]);
        const refusal = { side, uid: 3, size, reason, attempts: 1, messageId: "<long@example.org>" };
        assert.deepEqual(refusedIn(stores.home), [refusal]);
        stores.release(side);
        const repaired = await runInterimap(stores.home, ["--repair"]);
        assert.equal(repaired.status, 0, repaired.stderr);
        await assertConverges(stores);
        assert.deepEqual(await contents(stores[otherSide(side)]), ["a1", "a2", "b", "long"]);
      });
    }

    test(`sizes that are too large on the ${side} side: all messages are copied, and few are asked for twice`, async (t) => {
      const stores = await twoStores(t, servers);
      await deliver(stores[side], "INBOX", ...mails("a", 30), long);
      const told = / RFC822\.SIZE (\d+)/;
      const action = (line: string) => ({ instead: line.replace(told, (_, octets) => ` RFC822.SIZE ${octets}0`) });
      stores.hold(side, "server", { pattern: told, always: true, action });
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.equal((await contents(stores[otherSide(side)])).length, 31);
      const asked = stores.proxies[side].clientLines.filter((line) => /BODY\.PEEK\[\]<\d+\.1>/.test(line));
      assert.ok(asked.length > 0 && asked.length <= 10, `${asked.length}`);
    });
  }
});

// What comes behind such a message cannot be believed.
const odd = mail("odd", { body: "x".repeat(3000) });

describe("of another length than its literal says", { concurrency: 2 }, () => {
  for (const side of sides)
    for (const by of [-10, 10])
      test(`by ${by}, on the ${side} side: it stays, and those fetched with it are copied`, async (t) => {
        const stores = await twoStores(t, servers);
        await deliver(stores[side], "INBOX", mail("a"), odd, ...mails("b", 3));
        const pattern = new RegExp(`BODY\\[\\] \\{${odd.bytes.length}\\}$`);
        const action = (line: string) => ({ instead: line.replace(pattern, `BODY[] {${odd.bytes.length + by}}`) });
        stores.hold(side, "server", { pattern, always: true, action });
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 1, stderr);
        assert.deepEqual(await contents(stores[otherSide(side)]), ["a", "b1", "b2", "b3"]);
        assert.deepEqual(
          refusedIn(stores.home).map(({ uid, reason }) => [uid, reason]),
          [[2, `the ${side} server did not deliver it`]],
        );
        stores.release(side);
        const repaired = await runInterimap(stores.home, ["--repair"]);
        assert.equal(repaired.status, 0, repaired.stderr);
        await assertConverges(stores);
        assert.deepEqual(await contents(stores[otherSide(side)]), ["a", "b1", "b2", "b3", "odd"]);
      });
});
