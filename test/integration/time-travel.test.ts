// A server, the other one, or the database is put back to an earlier state: nothing is lost, and nothing is there twice.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { allDone } from "../../src/model/all-done.ts";
import { otherSide, sides, type Side } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { becomes } from "../support/eventually.ts";
import type { MailServer } from "../support/mail-server.ts";
import { assertPairsAreAlike } from "../support/pairs.ts";
import { makeHome, plainText, runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { loseIndex, wayBackOf, wayBackOfDatabase, type WayBack } from "../support/time-travel.ts";
import { contents, deliver, expunge, mail, mails, store, twoStores, type TwoStores } from "../support/two-stores.ts";
import { startDaemon } from "../support/watching.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const { dovecot, other, maildir, cyrus } = await startAll({
  dovecot: startDovecot(),
  other: startDovecot(),
  maildir: startDovecot({ mailFormat: "maildir" }),
  cyrus: startCyrus({ users: Array.from({ length: 40 }, (_, i) => `t${String(i + 1)}`) }),
});

type Traveller = Side | "database";
const travels: readonly (readonly Traveller[])[] = [
  ["local"],
  ["remote"],
  ["database"],
  ["local", "remote"],
  ["local", "database"],
  ["remote", "database"],
];

/** Five messages long ago; since then three came, and the second one was deleted. Both sides know all that. */
async function journey(
  t: TestContext,
  servers: Readonly<Record<Side, MailServer>>,
): Promise<{
  readonly stores: TwoStores;
  readonly back: Readonly<Record<Traveller, WayBack>>;
}> {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  await assertConverges(stores);
  const back = {
    local: wayBackOf(stores.local),
    remote: wayBackOf(stores.remote),
    database: wayBackOfDatabase(stores.home),
  };
  await deliver(stores.local, "INBOX", mail("n1"), mail("n2"));
  await deliver(stores.remote, "INBOX", mail("n3"));
  await expunge(stores.remote, "2");
  await assertConverges(stores);
  await store(stores.local, "3 +FLAGS (\\Flagged)");
  await assertConverges(stores);
  return { stores, back };
}

const nameOf = (line: string): string => line.split(" ")[0]!;

/** The names of all messages that either side has. */
async function everything(stores: TwoStores): Promise<string[]> {
  const lines = await allDone(sides.map((side) => contents(stores[side])));
  return [...new Set(lines.flat().map(nameOf))].sort();
}

/** Each message once, on both sides, and in the database what it is. */
async function assertWhole(stores: TwoStores, expected: readonly string[]): Promise<void> {
  for (const side of sides) assert.deepEqual((await contents(stores[side])).map(nameOf).sort(), expected, side);
  await assertPairsAreAlike(stores);
  await assertNothingToDo(stores);
}

for (const [kind, servers, counts] of [
  ["Dovecot", { local: dovecot, remote: other }, [0, 1, 3, 6]],
  ["Cyrus", { local: dovecot, remote: cyrus }, [1, 6]],
] as const) {
  describe(`the other server is ${kind}:`, () => {
    for (const travellers of travels) {
      for (const fresh of counts) {
        test(`${travellers.join(" and ")} put back, ${String(fresh)} new messages`, async (t) => {
          const { stores, back } = await journey(t, servers);
          for (const traveller of travellers) await back[traveller]();
          const receivers = sides.filter((side) => travellers.length > 1 || travellers[0] !== otherSide(side));
          for (const side of receivers) await deliver(stores[side], "INBOX", ...mails(`${side[0]!}x`, fresh));
          const all = await everything(stores);
          const { status, stderr } = await runInterimap(stores.home);
          assert.equal(status, 0, stderr);
          const isOld = travellers.includes("database") && travellers.length > 1;
          // As if nothing had been synchronised since: the other side says that it was deleted.
          await assertWhole(stores, isOld ? all.filter((name) => name !== "m2") : all);
          const lines = stderr.split("\n").filter((line) => /Not in the state that was recorded/.test(line));
          const behind = travellers.filter((one) => one !== "database" && !travellers.includes("database"));
          if (fresh <= 1) assert.equal(lines.length, behind.length, stderr);
        });
      }
    }
  });
}

describe("while a daemon watches", () => {
  for (const args of [["--watch=1"], ["--notify"]]) {
    for (const side of sides) {
      for (const fresh of [0, 1, 6]) {
        test(`${args.join("")}: ${side} put back, ${String(fresh)} new messages`, async (t) => {
          const { stores, back } = await journey(t, { local: dovecot, remote: other });
          const daemon = startDaemon(t, stores.home, { args });
          await daemon.waits();
          await back[side]();
          await deliver(stores[side], "INBOX", ...mails("x", fresh));
          const all = await everything(stores);
          const names = async (): Promise<string[][]> =>
            allDone(sides.map(async (one) => (await contents(stores[one])).map(nameOf).sort()));
          await becomes(names, [all, all]);
          await daemon.stop();
          await assertWhole(stores, all);
        });
      }
    }
  }
});

for (const side of sides) {
  for (const fresh of [0, 6]) {
    test(`--repair: ${side} put back, ${String(fresh)} new messages`, async (t) => {
      const { stores, back } = await journey(t, { local: dovecot, remote: other });
      await back[side]();
      await deliver(stores[side], "INBOX", ...mails("x", fresh));
      const all = await everything(stores);
      const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
      assert.equal(status, 0, stderr);
      await assertWhole(stores, all);
    });
  }

  test(`${side} put back, and what was lost written again, in another version, under the same UIDs`, async (t) => {
    const { stores, back } = await journey(t, { local: dovecot, remote: other });
    await back[side]();
    const names = ["n1", "n2", "n3"];
    const versions = names.map((name) => mail(name, { body: "a second version\r\n" }));
    await deliver(stores[side], "INBOX", ...versions, mail("x1"), mail("x2"));
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    await assertWhole(stores, ["m1", "m2", "m3", "m4", "m5", ...names, ...names, "x1", "x2"].sort());
  });
}

test("two programs, each with a database of its own, between the same servers: nothing breeds", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: other });
  const second = makeHome({
    local: plainText(stores.proxies.local.server),
    remote: plainText(stores.proxies.remote.server),
    settings: {},
  });
  t.after(() => {
    second.remove();
  });
  for (let round = 1; round <= 4; round++) {
    for (const side of sides) await deliver(stores[side], "INBOX", mail(`${side[0]!}${String(round)}`));
    for (const home of [stores.home, second]) {
      const { status, stderr } = await runInterimap(home);
      assert.equal(status, 0, stderr);
    }
  }
  const all = ["l1", "l2", "l3", "l4", "r1", "r2", "r3", "r4"];
  await assertWhole(stores, all);
  await assertWhole({ ...stores, home: second }, all);
});

describe("the index alone is lost", () => {
  for (const side of sides) {
    test(`on the ${side} side, and messages are changed and deleted before the next run`, async (t) => {
      const stores = await twoStores(t, { local: maildir, remote: maildir });
      await deliver(stores.local, "INBOX", ...mails("m", 6));
      await assertConverges(stores);
      for (const sign of ["+", "-", "+", "-"]) await store(stores[side], `1:6 ${sign}FLAGS (\\Answered)`);
      await assertConverges(stores);
      await loseIndex(stores[side]);
      await store(stores[side], "2 +FLAGS (\\Flagged)");
      await expunge(stores[side], "3");
      await expunge(stores[otherSide(side)], "4");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.equal(
        stderr.split("\n").filter((line) => /Not in the state that was recorded/.test(line)).length,
        1,
        stderr,
      );
      // What is gone there may have been lost; what was deleted on the other side, and is what it was, goes.
      const expected = ["m1", "m2 \\flagged", "m3", "m5", "m6"];
      for (const one of sides) assert.deepEqual(await contents(stores[one]), expected, stderr);
      await assertNothingToDo(stores);
    });
  }
});
