// A server tells wrong UIDs for copies, once (APPENDUID, RFC 4315 3), and what would show it does not: the program is killed
// before it looks at the copies, or another client's message has one of these UIDs by then.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, expunge, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

/** Both sides have old1 to old3, and `side` is to get new1 to new3. */
async function prepare(t: TestContext, side: Side): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("old", 3));
  await assertConverges(stores);
  await deliver(stores[otherSide(side)], "INBOX", ...mails("new", 3));
  return stores;
}

/** The next UIDs that the side tells for copies are so much too high. */
function lie(
  stores: TwoStores,
  side: Side,
  { by = 1, first }: { by?: number; first?: () => Promise<void> } = {},
): void {
  if (first !== undefined) stores.hold(side, "client", { pattern: /^\S+ APPEND INBOX/, action: first });
  stores.hold(side, "server", {
    pattern: /^\S+ OK \[APPENDUID/,
    action: (line) => ({
      instead: line.replace(/(?<=\[APPENDUID \d+ )[\d:]+/, (uids) =>
        uids.replace(/\d+/g, (uid) => String(Number(uid) + by)),
      ),
    }),
  });
}

async function kill(stores: TwoStores, side: Side): Promise<void> {
  const run = startInterimap(stores.home);
  stores.hold(side, "client", {
    pattern: /^\S+ UID FETCH \S+ \(UID FLAGS MODSEQ\)/,
    action: async () => {
      run.child.kill("SIGKILL");
      await run.finished;
      return "cut" as const;
    },
  });
  assert.equal((await run.finished).signal, "SIGKILL");
  for (const one of sides) stores.release(one);
}

async function assertAll(stores: TwoStores, ...names: readonly string[]): Promise<void> {
  for (const one of sides)
    assert.deepEqual((await contents(stores[one])).toSorted(), [...names].toSorted(), `on the ${one} side`);
}

const everything = ["old1", "old2", "old3", "new1", "new2", "new3"];

for (const side of sides) {
  const test = onOne(side);
  describe(`wrong UIDs of copies on the ${side} side`, { concurrency: 4 }, () => {
    for (const [by, ...args] of [[1], [3], [1, "--repair"]] as const)
      test(`${by} too high, and killed before they are read back; then ${args[0] ?? "another run"}`, async (t) => {
        const stores = await prepare(t, side);
        lie(stores, side, { by });
        await kill(stores, side);
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 0, stderr);
        await assertAll(stores, ...everything);
        await assertNothingToDo(stores, stderr);
      });

    test("too high, killed, and other mail has the last of them meanwhile", async (t) => {
      const stores = await prepare(t, side);
      lie(stores, side);
      await kill(stores, side);
      await deliver(stores[side], "INBOX", mail("other"));
      await assertConverges(stores);
      await assertAll(stores, ...everything, "other");
      await assertNothingToDo(stores);
    });

    test("too low, other mail having come before, and killed", async (t) => {
      const stores = await prepare(t, side);
      lie(stores, side, { by: -1, first: () => deliver(stores[side], "INBOX", mail("other")) });
      await kill(stores, side);
      await assertConverges(stores);
      await assertAll(stores, ...everything, "other");
      await assertNothingToDo(stores);
    });

    test("too high, killed, and an original deleted: no other message is", async (t) => {
      const stores = await prepare(t, side);
      lie(stores, side);
      await kill(stores, side);
      await expunge(stores[otherSide(side)], "5");
      await assertConverges(stores);
      for (const name of everything.filter((one) => one !== "new2"))
        assert.equal((await contents(stores[side])).filter((one) => one === name).length, 1, name);
      await assertNothingToDo(stores);
    });

    for (const [what, by] of [
      ["too high, and other mail has the last of them", 1],
      ["too low, and other mail has the first of them", -1],
    ] as const)
      test(what, async (t) => {
        const stores = await prepare(t, side);
        const deliverOther = (): Promise<void> => deliver(stores[side], "INBOX", mail("other"));
        lie(stores, side, { by, ...(by < 0 && { first: deliverOther }) });
        if (by > 0)
          stores.hold(side, "client", { pattern: /^\S+ UID FETCH \S+ \(UID FLAGS MODSEQ\)/, action: deliverOther });
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 1, stderr);
        assert.match(stderr, /reported UID [\d:]+ for what was appended, but has no such message/);
        await assertConverges(stores, stderr);
        await assertAll(stores, ...everything, "other");
        await assertNothingToDo(stores, stderr);
      });

    test("true ones, killed, and two of the copies and originals deleted: they are deleted on both sides", async (t) => {
      const stores = await prepare(t, side);
      await kill(stores, side);
      await expunge(stores[side], "4");
      await expunge(stores[otherSide(side)], "6");
      await assertConverges(stores);
      await assertAll(stores, "old1", "old2", "old3", "new2");
      await assertNothingToDo(stores);
    });
  });
}

test("both servers tell wrong UIDs in one run: the next one finds all copies", async (t) => {
  const stores = await prepare(t, "remote");
  await deliver(stores.remote, "INBOX", ...mails("far", 2));
  for (const side of sides) lie(stores, side);
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 1, stderr);
  await assertConverges(stores, stderr);
  await assertAll(stores, ...everything, "far1", "far2");
  await assertNothingToDo(stores, stderr);
});
