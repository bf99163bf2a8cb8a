// A server that stalls in the middle of an APPEND, is given up, and carries it out when the messages have been copied
// again: each is there once afterwards. So it is when the server says NO to what it did.

import assert from "node:assert/strict";
import { describe, type TestContext } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { becomes } from "../support/eventually.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import type { Verdict } from "../support/traffic-proxy.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, mail, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { becomeIdentical, startWatching } from "../support/watching.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { refusedIn } from "./refused-messages.ts";

const onOne = inTurn(sides);

const { several, single } = await startAll({
  several: startDovecot(),
  single: startDovecot({ withoutCapabilities: ["MULTIAPPEND"], separator: "." }),
});

interface Stalled {
  /** Resolves when the first of the APPENDs is on its way. */
  readonly hasBegun: Promise<void>;
  /** The server gets what was sent, and carries it out. */
  readonly goOn: () => void;
}

/** The way to the server is stuck, from the next APPEND on, on the connection that it comes over. */
function stall(stores: TwoStores, target: Side, pattern = /^\S+ APPEND/): Stalled {
  let goOn = (): void => undefined;
  const isOver = new Promise<void>((resolve) => (goOn = resolve));
  const hasBegun = new Promise<void>((resolve) => {
    stores.hold(target, "client", {
      pattern,
      action: () => {
        resolve();
        return isOver;
      },
    });
  });
  return { hasBegun, goOn };
}

/** A run begins, and is killed when what it appends is stuck. */
async function killedWhileStalled(stores: TwoStores, target: Side): Promise<Stalled> {
  const stalled = stall(stores, target);
  const run = startInterimap(stores.home);
  await stalled.hasBegun;
  run.child.kill("SIGKILL");
  assert.equal((await run.finished).signal, "SIGKILL");
  return stalled;
}

const appended = /^\S+ OK .*Append/;

/** The server does what it is told next, and says the contrary. */
function sayNo(stores: TwoStores, target: Side, words = "Not now."): void {
  stores.hold(target, "server", {
    pattern: appended,
    action: (line) => ({ instead: `${line.split(" ")[0]!} NO ${words}` }),
  });
}

/** How many rows tell of messages that are on this side. */
function unconfirmedOf(side: Side, { home }: TwoStores): number {
  return (dump(home.databaseFile).rows["unconfirmed"] ?? []).filter((row) => row[1] === side).length;
}

/** Each is on both sides, so often. */
async function assertHeld(stores: TwoStores, expected: readonly string[]): Promise<void> {
  for (const side of sides) assert.deepEqual(await contents(stores[side]), [...expected].sort(), side);
}

async function assertLateOnesRemoved(
  stores: TwoStores,
  target: Side,
  { expected, args = [] }: { readonly expected: readonly string[]; readonly args?: readonly string[] },
): Promise<void> {
  const { status, stderr } = await runInterimap(stores.home, args);
  assert.equal(status, 0, stderr);
  assert.match(stderr, new RegExp(`^${target}\\(INBOX\\): Removed second copies, UID`, "m"));
  await assertHeld(stores, expected);
  await assertNothingToDo(stores);
}

const names = (count: number): string[] => mails("m", count).map((_, i) => `m${i + 1}`);

for (const target of sides) {
  const test = onOne(target);
  const source = otherSide(target);
  describe(`an APPEND to ${target} that is carried out late`, { concurrency: 4 }, () => {
    for (const [what, servers] of [
      ["all at once", { local: several, remote: several }],
      ["one at a time", { local: single, remote: single }],
    ] as const) {
      test(`after the run was killed and another one has copied anew, ${what}`, async (t) => {
        const stores = await twoStores(t, servers);
        await deliver(stores[source], "INBOX", ...mails("m", 5));
        await deliver(stores[target], "INBOX", mail("far"));
        const { goOn } = await killedWhileStalled(stores, target);
        await assertConverges(stores);
        goOn();
        await becomes(async () => (await contents(stores[target])).length, 11);
        await assertLateOnesRemoved(stores, target, { expected: ["far", ...names(5)] });
        assert.equal(unconfirmedOf(source, stores), 0);
      });
    }

    test("twice, after two runs were killed; --repair removes what came", async (t) => {
      const stores = await twoStores(t, { local: several, remote: several });
      await deliver(stores[source], "INBOX", ...mails("m", 3));
      const stalls = [await killedWhileStalled(stores, target), await killedWhileStalled(stores, target)];
      await assertConverges(stores);
      for (const { goOn } of stalls) goOn();
      await becomes(async () => (await contents(stores[target])).length, 9);
      await assertLateOnesRemoved(stores, target, { expected: names(3), args: ["--repair"] });
    });

    test("of a few messages, others having been copied before: the changes made meanwhile stay", async (t) => {
      const stores = await twoStores(t, { local: single, remote: single });
      await deliver(stores[source], "INBOX", ...mails("m", 5));
      const { goOn } = await (async () => {
        // The first two have arrived.
        for (let i = 0; i < 2; i++) stores.hold(target, "client", { pattern: /^\S+ APPEND/, action: () => undefined });
        return killedWhileStalled(stores, target);
      })();
      await assertConverges(stores);
      await store(stores[target], "4 +FLAGS (\\Flagged)");
      await store(stores[source], "5 +FLAGS (\\Answered)");
      goOn();
      await becomes(async () => (await contents(stores[target])).length > 5, true);
      await becomes(async () => (await contents(stores[target])).includes("m5"), true);
      await assertLateOnesRemoved(stores, target, { expected: ["m1", "m2", "m3", "m4 \\flagged", "m5 \\answered"] });
    });

    test("in a run whose connection ends; the next one copies anew", async (t) => {
      const stores = await twoStores(t, { local: several, remote: several });
      await deliver(stores[source], "INBOX", ...mails("m", 3), mail("twin"), mail("twin"));
      const { hasBegun, goOn } = stall(stores, target);
      const run = startInterimap(stores.home);
      await hasBegun;
      stores.proxies[target].cutAll();
      assert.equal((await run.finished).status, 75);
      await assertConverges(stores);
      goOn();
      await becomes(async () => (await contents(stores[target])).length, 10);
      await assertLateOnesRemoved(stores, target, { expected: [...names(3), "twin", "twin"] });
    });

    test("while a daemon watches, which has connected and copied anew", async (t) => {
      const stores = await startWatching(t, { local: several, remote: several });
      const { daemon } = stores;
      const { hasBegun, goOn } = stall(stores, target);
      await deliver(stores[source], "INBOX", ...mails("m", 3));
      await hasBegun;
      stores.proxies[target].cutAll();
      await daemon.line(new RegExp(`^${target}: Connected again`));
      await becomes(async () => (await contents(stores[target])).length, 3);
      goOn();
      await daemon.line(new RegExp(`^${target}\\(INBOX\\): Removed second copies, UID`));
      await becomeIdentical(stores);
      await daemon.waits();
      await daemon.stop();
      await assertHeld(stores, names(3));
      await assertNothingToDo(stores);
    });
  });

  for (const words of ["Not now.", "[OVERQUOTA] Full."]) {
    test(`${target} says NO (${words}) to an APPEND that it has carried out: the message counts as copied`, async (t) => {
      const stores = await twoStores(t, { local: several, remote: several });
      sayNo(stores, target, words);
      await deliver(stores[source], "INBOX", mail("m1"));
      await assertConverges(stores);
      await assertHeld(stores, ["m1"]);
      assert.deepEqual(refusedIn(stores.home), []);
      await assertNothingToDo(stores);
    });
  }

  for (const tellsUids of [true, false]) {
    const what = tellsUids ? "" : ", and tells no UIDs";
    test(`${target} says NO to one of several such APPENDs${what}: each is there once`, async (t) => {
      const stores = await twoStores(t, { local: single, remote: single });
      const asItIs = (line: string): Verdict =>
        tellsUids ? undefined : { instead: line.replace(/\[APPENDUID.*?\] /, "") };
      for (let i = 0; i < 2; i++) stores.hold(target, "server", { pattern: appended, action: asItIs });
      sayNo(stores, target);
      stores.hold(target, "server", { pattern: appended, always: true, action: asItIs });
      await deliver(stores[source], "INBOX", ...mails("m", 5));
      await assertConverges(stores);
      await assertHeld(stores, names(5));
      assert.deepEqual(refusedIn(stores.home), []);
      await assertNothingToDo(stores);
    });
  }

  test(`${target} says NO to messages appended together that it has carried out: none is there twice`, async (t) => {
    const stores = await twoStores(t, { local: several, remote: several });
    sayNo(stores, target);
    await deliver(stores[source], "INBOX", ...mails("m", 5));
    await assertConverges(stores);
    await assertHeld(stores, names(5));
    await assertNothingToDo(stores);
  });

  test(`what was refused long ago and is on ${target} all the same is not copied back`, async (t) => {
    const stores = await twoStores(t, { local: several, remote: several });
    stores.hold(target, "client", {
      pattern: /^\S+ APPEND/,
      action: (line) => ({ instead: line.replace("INBOX", "nowhere") }),
    });
    await deliver(stores[source], "INBOX", mail("m1"));
    stores.hold(target, "server", {
      pattern: /TRYCREATE/,
      action: (line) => ({ instead: line.replace("[TRYCREATE]", "") }),
    });
    assert.equal((await runInterimap(stores.home)).status, 1);
    execute(stores.home.databaseFile, "UPDATE unconfirmed SET since = since - 86400");
    await deliver(stores[target], "INBOX", mail("m1"), mail("m2"));
    await assertConverges(stores);
    await assertHeld(stores, ["m1", "m2"]);
    assert.deepEqual(refusedIn(stores.home), []);
  });

  describe(`equal mail that is really there twice stays on ${target}`, { concurrency: 4 }, () => {
    async function doubled(t: TestContext, put: (stores: TwoStores) => Promise<void>, removed = 0): Promise<void> {
      const stores = await twoStores(t, { local: several, remote: several });
      await deliver(stores[source], "INBOX", ...mails("m", 2));
      const { goOn } = await killedWhileStalled(stores, target);
      await assertConverges(stores);
      await put(stores);
      const before = (await contents(stores[target])).length;
      await assertConverges(stores);
      assert.equal((await contents(stores[target])).length, before - removed);
      goOn();
      await becomes(async () => (await contents(stores[target])).length, before - removed + 2);
    }

    test("when it is of another time, has another text, or was not sent then", (t) =>
      doubled(t, ({ [target]: there }) =>
        deliver(
          there,
          "INBOX",
          mail("m1", { internalDate: "02-Feb-2020 12:34:56 +0200" }),
          mail("m1", { body: "TEXT\r\n" }),
          mail("own"),
          mail("own"),
        ),
      ));

    test("when more come than were sent", (t) =>
      doubled(t, ({ [target]: there }) => deliver(there, "INBOX", mail("m1"), mail("m1"), mail("m1")), 1));

    test("when it comes long afterwards", (t) =>
      doubled(t, async ({ home, [target]: there }) => {
        execute(home.databaseFile, "UPDATE unconfirmed SET since = since - 3700");
        await deliver(there, "INBOX", mail("m1"));
      }));
  });
}
