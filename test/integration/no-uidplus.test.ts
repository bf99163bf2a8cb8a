// A server without UIDPLUS (RFC 4315) removes all messages that are marked as deleted: those that somebody else marked stay, and
// stay marked, whatever happens in between.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { lesserStores } from "../support/lesser-stores.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import type { FilterOptions, StrictFilter } from "../support/strict-filter.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, expunge, mail, mails, store, type TwoStores } from "../support/two-stores.ts";
import { userNames } from "../support/two-stores.ts";
import { becomes, startDaemon } from "../support/watching.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { near, far, cyrus } = await startAll({
  near: startDovecot(),
  far: startDovecot(),
  cyrus: startCyrus({ users: userNames }),
});

const profiles: readonly FilterOptions[] = [
  { profile: "full", without: ["UIDPLUS"] },
  { profile: "nocondstore", without: ["UIDPLUS"] },
  { profile: "rev1" },
];

interface Situation {
  readonly stores: TwoStores;
  /** The servers as other clients see them. */
  readonly direct: PerSide<MailServer>;
  readonly filter: StrictFilter;
}

/** Both sides have m1 to m5 and agree; `side` lacks something. */
async function prepare(
  t: TestContext,
  side: Side,
  { lesser = far, ...options }: FilterOptions & { readonly lesser?: MailServer } = profiles[0]!,
): Promise<Situation> {
  const stores = await lesserStores(t, { side, lesser, other: near, ...options });
  await deliver(stores.direct.local, "INBOX", ...mails("m", 5));
  assert.equal((await runInterimap(stores.home)).status, 0);
  return { stores, direct: stores.direct, filter: stores.filter };
}

async function run({ stores, filter }: Situation, args: readonly string[] = [], expected = 0): Promise<string> {
  const { status, stderr } = await runInterimap(stores.home, args);
  assert.equal(status, expected, stderr);
  assert.deepEqual(filter.violations, []);
  return stderr;
}

async function assertBoth({ direct }: Situation, ...expected: readonly string[]): Promise<void> {
  for (const side of sides) assert.deepEqual(await contents(direct[side]), expected, side);
}

function leftLifted({ stores }: Situation): unknown[][] {
  return dump(stores.home.databaseFile).rows["lifted"] as unknown[][];
}

function makeDue({ stores }: Situation): void {
  execute(stores.home.databaseFile, "UPDATE refused_changes SET last_attempt = last_attempt - 86400");
}

/** Kills the program when that side hears such a line, which does not arrive. */
async function killAt({ stores }: Situation, side: Side, pattern: RegExp): Promise<void> {
  const running = startInterimap(stores.home);
  stores.hold(side, "client", {
    pattern,
    action: async () => {
      running.child.kill("SIGKILL");
      await running.finished;
      return "cut" as const;
    },
  });
  assert.equal((await running.finished).signal, "SIGKILL");
  stores.release(side);
}

for (const side of sides) {
  const test = onOne(side);
  for (const options of profiles) {
    const { profile } = options;
    describe(`the ${side} server lacks UIDPLUS (${profile})`, { concurrency: 3 }, () => {
      test("what vanished on the other side is removed; in the other direction, too", async (t) => {
        const situation = await prepare(t, side, options);
        const { direct, stores } = situation;
        await expunge(direct[otherSide(side)], "2:3");
        await run(situation);
        await assertBoth(situation, "m1", "m4", "m5");
        await expunge(direct[side], "4");
        await run(situation);
        await assertBoth(situation, "m1", "m5");
        if (profile === "full") await assertNothingToDo(stores);
      });

      test("marked messages stay, and stay marked on both sides", async (t) => {
        const situation = await prepare(t, side, options);
        const { direct, stores } = situation;
        await store(direct[side], "2 +FLAGS (\\Deleted)");
        await run(situation);
        // This one is news.
        await store(direct[side], "4 +FLAGS (\\Deleted \\Seen)");
        await expunge(direct[otherSide(side)], "3");
        const stderr = await run(situation);
        await assertBoth(situation, "m1", "m2 \\deleted", "m4 \\deleted \\seen", "m5");
        const updates = stderr.split("\n").filter((line) => line.includes("Updated flags"));
        assert.equal(updates.length, 1, stderr);
        assert.match(updates[0]!, new RegExp(`^${otherSide(side)}.*UID 4`));
        assert.deepEqual(leftLifted(situation), []);
        if (profile === "full") await assertNothingToDo(stores);
      });

      for (const args of [[], ["--repair"]])
        test(`killed before EXPUNGE: the marks are put back (${args[0] ?? "a further run"})`, async (t) => {
          const situation = await prepare(t, side, options);
          const { direct } = situation;
          await store(direct[side], "2,4 +FLAGS (\\Deleted)");
          await run(situation);
          await expunge(direct[otherSide(side)], "3");
          await killAt(situation, side, /^\S+ EXPUNGE/);
          assert.deepEqual(
            leftLifted(situation).map(([, where, uid]) => [where, uid]),
            [2n, 4n].map((uid) => [side, uid]),
          );
          assert.deepEqual(await contents(direct[side]), ["m1", "m2", "m3 \\deleted", "m4", "m5"]);
          await store(direct[side], "4 +FLAGS (\\Flagged)");
          await run(situation, args);
          await assertBoth(situation, "m1", "m2 \\deleted", "m4 \\deleted \\flagged", "m5");
          assert.deepEqual(leftLifted(situation), []);
          assert.equal(await run(situation), "");
        });

      test("another client marks a message in the last moment: it is told, and copied again", async (t) => {
        const situation = await prepare(t, side, options);
        const { direct, stores } = situation;
        await expunge(direct[otherSide(side)], "3");
        stores.hold(side, "client", {
          pattern: /^\S+ EXPUNGE/,
          action: () => store(direct[side], "4 +FLAGS (\\Deleted)"),
        });
        const stderr = await run(situation);
        assert.match(stderr, /UID 4 vanished while other messages were deleted here/);
        await assertBoth(situation, "m1", "m2", "m4", "m5");
        assert.equal(await run(situation), "");
      });
    });
  }

  describe(`the ${side} server lacks UIDPLUS`, { concurrency: 4 }, () => {
    for (const [what, pattern] of [
      ["after EXPUNGE", /^\S+ OK .*Expunge/],
      ["when the marks are back", /^\S+ OK .*Store/],
    ] as const)
      test(`the connection is lost ${what}: the marks are put back`, async (t) => {
        const situation = await prepare(t, side);
        const { direct, stores } = situation;
        await store(direct[side], "2 +FLAGS (\\Deleted)");
        await run(situation);
        await expunge(direct[otherSide(side)], "3");
        stores.hold(side, "client", {
          pattern: /^\S+ EXPUNGE/,
          action: () => stores.hold(side, "server", { pattern, action: () => "cut" }),
        });
        await run(situation, [], 75);
        await run(situation);
        await assertBoth(situation, "m1", "m2 \\deleted", "m4", "m5");
        assert.deepEqual(leftLifted(situation), []);
      });

    test("a mark cannot be lifted: the deletion waits, and is done when it can", async (t) => {
      const situation = await prepare(t, side);
      const { direct, stores } = situation;
      await store(direct[side], "2 +FLAGS (\\Deleted)");
      await run(situation);
      await expunge(direct[otherSide(side)], "3");
      const all = ["m1", "m2 \\deleted", "m3 \\deleted", "m4", "m5"];
      stores.hold(side, "client", {
        pattern: /UID STORE \S+ -FLAGS/,
        action: (line) => ({ instead: line.replace(/-FLAGS.*/, "-FLAGS.SILENT (\\Recent)") }),
      });
      const stderr = await run(situation, [], 1);
      assert.match(stderr, /UID 3 could not be deleted here: .*marked as deleted.*do not let|does not let/);
      assert.deepEqual(await contents(direct[side]), all);
      stores.proxies[side].reset();
      await run(situation, [], 1);
      assert.ok(!stores.proxies[side].counts.has("EXPUNGE"));
      makeDue(situation);
      await run(situation);
      await assertBoth(situation, "m1", "m2 \\deleted", "m4", "m5");
    });

    test("other clients mark one after the other: the deletion waits for the next run", async (t) => {
      const situation = await prepare(t, side);
      const { direct, stores } = situation;
      await deliver(direct[side], "INBOX", ...mails("n", 4));
      await run(situation);
      await expunge(direct[otherSide(side)], "3");
      let uid = 4;
      stores.hold(side, "client", {
        pattern: /UID STORE (?:3 \+|\S+ -)FLAGS/,
        always: true,
        action: () => store(direct[side], `${uid++} +FLAGS (\\Deleted)`),
      });
      const stderr = await run(situation, [], 1);
      assert.match(stderr, /UID 3 could not be deleted here: .*as soon as/);
      assert.ok(!stores.proxies[side].counts.has("EXPUNGE"));
      stores.release(side);
      const marked = ["m4 \\deleted", "m5 \\deleted", "n1 \\deleted", "n2 \\deleted"];
      assert.deepEqual(await contents(direct[side]), ["m1", "m2", "m3 \\deleted", ...marked, "n3", "n4"]);
      await run(situation);
      await assertBoth(situation, "m1", "m2", ...marked, "n3", "n4");
    });

    test("a mark cannot be put back: that is told, and tried again", async (t) => {
      const situation = await prepare(t, side);
      const { direct, stores } = situation;
      await store(direct[side], "2 +FLAGS (\\Deleted)");
      await run(situation);
      await expunge(direct[otherSide(side)], "3");
      const refuse = (): void =>
        stores.hold(side, "client", {
          pattern: /UID STORE 2 \+FLAGS/,
          action: (line) => ({ instead: line.replace("\\Deleted", "\\Recent") }),
        });
      refuse();
      assert.match(await run(situation, [], 1), /UID 2 could not be marked as deleted again: ./);
      assert.equal(leftLifted(situation).length, 1);
      refuse();
      assert.match(await run(situation, [], 1), /UID 2 could not be marked as deleted again: ./);
      await run(situation);
      assert.deepEqual(leftLifted(situation), []);
      assert.ok((await contents(direct[side])).includes("m2 \\deleted"));
    });

    test("it announces UIDPLUS all the same", async (t) => {
      const situation = await prepare(t, side, { profile: "full", falsely: ["UIDPLUS"] });
      const { direct, filter, stores } = situation;
      await store(direct[side], "2 +FLAGS (\\Deleted)");
      await expunge(direct[otherSide(side)], "3");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.deepEqual(
        filter.violations.map(({ lacks }) => lacks),
        ["UIDPLUS"],
      );
      await assertBoth(situation, "m1", "m2 \\deleted", "m4", "m5");
    });

    test("a daemon removes what vanished, and leaves marks as they are", async (t) => {
      const situation = await prepare(t, side);
      const { direct, stores } = situation;
      await store(direct[side], "2 +FLAGS (\\Deleted)");
      await run(situation);
      const daemon = startDaemon(t, stores.home);
      await daemon.waits();
      await expunge(direct[otherSide(side)], "3");
      await becomes(() => contents(direct[side]), ["m1", "m2 \\deleted", "m4", "m5"]);
      await expunge(direct[otherSide(side)], "4");
      await becomes(() => contents(direct[side]), ["m1", "m2 \\deleted", "m5"]);
      await store(direct[otherSide(side)], "2 -FLAGS (\\Deleted)");
      await becomes(() => contents(direct[side]), ["m1", "m2", "m5"]);
      await daemon.stop();
      assert.deepEqual(daemon.said(/could not|vanished/), []);
    });
  });
}

test("Cyrus without UIDPLUS", async (t) => {
  const situation = await prepare(t, "remote", { ...profiles[0]!, lesser: cyrus });
  const { direct } = situation;
  await store(direct.remote, "2 +FLAGS (\\Deleted)");
  await run(situation);
  await deliver(direct.remote, "INBOX", mail("new", { flags: ["\\Deleted"] }));
  await expunge(direct.local, "3:4");
  await run(situation);
  await assertBoth(situation, "m1", "m2 \\deleted", "m5", "new \\deleted");
});
