// Deletions and flags that a server will not carry out, as in the mailboxes of others: told in each run, remembered, asked
// for again in time, and no obstacle to anything else in the mailbox.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import type { Verdict } from "../support/traffic-proxy.ts";
import { inTurn } from "../support/turns.ts";
import { asClient, command, contents, deliver, expunge, mail, mails, store } from "../support/two-stores.ts";
import { type TwoStores, twoStores, userNames } from "../support/two-stores.ts";
import { becomes, startDaemon } from "../support/watching.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { refuse } from "./refused-messages.ts";

const onOne = inTurn(sides);

const owners = ["boss-local", "boss-remote", "boss-watch"];

const { near, shared, cyrus } = await startAll({
  near: startDovecot(),
  shared: startDovecot({
    acl: true,
    extraConfig: `
plugin {
  acl_shared_dict = file:%h/../shared.db
}
namespace shared {
  type = shared
  separator = /
  prefix = Other Users/%%u/
  location = sdbox:%%h/mail:INDEXPVT=~/shared/%%u
  subscriptions = no
  list = children
}`,
  }),
  cyrus: startCyrus({ users: [...userNames, ...owners] }),
});

interface Team {
  readonly stores: TwoStores;
  /** Of the mailbox that both sides have, on `far`. */
  readonly owner: MailServer;
  readonly far: Side;
  readonly box: string;
  /** What the user's own side and `far` hold in it. */
  readonly held: (side: Side) => Promise<string[]>;
}

/** A mailbox of somebody else on one side, in which the user may read and mark as read, and no more. */
async function makeTeam(
  t: TestContext,
  server: MailServer,
  { far, owner }: { far: Side; owner: string },
): Promise<Team> {
  const servers = { [far]: server, [otherSide(far)]: near } as unknown as PerSide<MailServer>;
  const stores = await twoStores(t, servers);
  const boss = asUser(server, owner);
  await command(boss, "CREATE team");
  await deliver(boss, "team", ...mails("t", 3));
  await command(boss, `SETACL team ${stores[far].user} lrs`);
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  const box = `Other Users/${owner}/team`;
  return { stores, owner: boss, far, box, held: (side) => contents(stores[side], box.replaceAll("/", "\0")) };
}

function makeDue({ home }: TwoStores): void {
  execute(home.databaseFile, "UPDATE refused_changes SET last_attempt = last_attempt - 86400");
}

function remembered({ home }: TwoStores): string[] {
  const rows = dump(home.databaseFile).rows["refused_changes"] ?? [];
  return rows.map(
    ([, side, uid, what, , , , attempts]) => `${String(side)} ${String(uid)} ${String(what)} ${String(attempts)}`,
  );
}

for (const [kind, server] of [
  ["Dovecot", shared],
  ["Cyrus", cyrus],
] as const) {
  for (const far of sides) {
    const test = onOne(far);
    test(`a ${far} mailbox of ${kind} in which the user may not delete`, async (t) => {
      const team = await makeTeam(t, server, { far, owner: `boss-${far}` });
      const { stores, owner, box, held } = team;
      const user = stores[otherSide(far)];
      await expunge(user, "2", box);
      await store(user, "1 +FLAGS (\\Seen)", box);
      await deliver(owner, "team", mail("later"));
      const first = await runInterimap(stores.home);
      assert.equal(first.status, 1, first.stderr);
      assert.match(first.stderr, new RegExp(`^${far}\\(.*team\\): UID 2 could not be deleted here: .`, "m"));
      assert.deepEqual(await held(otherSide(far)), ["later", "t1 \\seen", "t3"]);
      assert.deepEqual(remembered(stores), [`${far} 2 deletion 1`]);

      // It is not asked for each time, and the rest goes on.
      await deliver(owner, "team", mail("latest"));
      await store(user, "3 +FLAGS (\\Seen)", box);
      stores.proxies[far].reset();
      const second = await runInterimap(stores.home);
      assert.equal(second.status, 1, second.stderr);
      assert.match(second.stderr, /Still not deleted here, UID 2: ./);
      assert.ok(!stores.proxies[far].counts.has("EXPUNGE"));
      const kept = ["later", "latest", "t1 \\seen", "t3 \\seen"];
      assert.deepEqual(await held(otherSide(far)), kept);

      makeDue(stores);
      for (const [args, attempts] of [
        [[], 2],
        [["--repair"], 3],
        [["--repair"], 4],
      ] as const) {
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 1, stderr);
        assert.doesNotMatch(stderr, /The database has|Gone|skipped/);
        assert.deepEqual(remembered(stores), [`${far} 2 deletion ${attempts}`]);
        assert.deepEqual(await held(otherSide(far)), kept);
      }

      await command(owner, `SETACL team ${stores[far].user} lrswtie`);
      makeDue(stores);
      const done = await runInterimap(stores.home);
      assert.equal(done.status, 0, done.stderr);
      assert.match(done.stderr, /Removed UID 2/);
      assert.deepEqual(remembered(stores), []);
      assert.deepEqual(await held(far), kept);
      assert.deepEqual(await held(otherSide(far)), kept);
      await assertNothingToDo(stores);
    });
  }
}

test("a daemon goes on with everything else, and deletes as soon as it may", async (t) => {
  const { stores, owner, box, held } = await makeTeam(t, shared, { far: "remote", owner: "boss-watch" });
  const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
  await daemon.waits();
  await expunge(stores.local, "2", box);
  await daemon.line(/UID 2 could not be deleted/);
  await deliver(owner, "team", mail("later"));
  await becomes(() => held("local"), ["later", "t1", "t3"]);
  await expunge(owner, "2", "team");
  await becomes(() => held("remote"), ["later", "t1", "t3"]);
  const { looks } = await daemon.waits();
  await daemon.waits(looks + 2);
  await daemon.stop();
  assert.deepEqual(remembered(stores), []);
  await assertConverges(stores);
});

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);

  describe(`the ${side} server refuses`, () => {
    for (const [name, pattern, answer, attempts] of [
      ["to mark", /UID STORE \S+ \+FLAGS\.SILENT \(\\Deleted\)/, "NO [NOPERM] Not you", 1],
      ["to expunge", /UID EXPUNGE/, "NO Not you", 1],
      ["neither, but does nothing", /UID EXPUNGE/, "OK Done", 0],
    ] as const) {
      test(name, async (t) => {
        const stores = await twoStores(t, { local: near, remote: near });
        await deliver(stores.local, "INBOX", ...mails("a", 5));
        await assertConverges(stores);
        const stop = refuse(stores, side, { pattern, answer });
        await expunge(stores[other], "2,4");
        await deliver(stores[side], "INBOX", mail("new"));
        const first = await runInterimap(stores.home);
        assert.equal(first.status, 1, first.stderr);
        assert.deepEqual(await contents(stores[other]), ["a1", "a3", "a5", "new"]);
        assert.deepEqual(
          remembered(stores),
          [2, 4].map((uid) => `${side} ${uid} deletion ${attempts}`),
        );
        stop();
        if (attempts > 0) makeDue(stores);
        await assertConverges(stores);
        assert.deepEqual(await contents(stores[side]), ["a1", "a3", "a5", "new"]);
        assert.deepEqual(remembered(stores), []);
        await assertNothingToDo(stores);
      });
    }

    test("to delete one of many: the others go", async (t) => {
      const stores = await twoStores(t, { local: near, remote: near });
      await deliver(stores.local, "INBOX", ...mails("a", 40));
      await assertConverges(stores);
      const held = /UID STORE (?:\d+:)?(?:29|3\d|40)(?::\d+)? \+FLAGS\.SILENT/;
      const covers = (line: string): boolean => {
        const [first = 0, last = first] = (/STORE (\S+)/.exec(line)?.[1] ?? "").split(":").map(Number);
        return first <= 29 && 29 <= last;
      };
      assert.ok(held.test("UID STORE 1:40 +FLAGS.SILENT"));
      const again = (): void =>
        stores.hold(side, "client", {
          pattern: /UID STORE/,
          action: (line): Verdict => {
            again();
            if (!covers(line)) return undefined;
            const [tag = ""] = line.split(" ");
            stores.hold(side, "server", {
              pattern: new RegExp(`^${tag} OK`),
              action: () => ({ instead: `${tag} NO Held for the court` }),
            });
            return { instead: `${tag} NOOP` };
          },
        });
      again();
      await expunge(stores[other], "1:39");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.deepEqual(await contents(stores[side]), ["a29", "a40"]);
      assert.deepEqual(remembered(stores), [`${side} 29 deletion 1`]);
      assert.deepEqual(await contents(stores[other]), ["a40"]);
    });

    for (const args of [[], ["--repair"]]) {
      test(`no flags, but sets none: neither side loses any ${args.join("")}`.trim(), async (t) => {
        const stores = await twoStores(t, { local: near, remote: near });
        await deliver(stores.local, "INBOX", mail("a1"), mail("a2"), mail("a3", { flags: ["\\Seen"] }));
        await assertConverges(stores);
        const stop = refuse(stores, side, { pattern: /UID STORE \S+ \(UNCHANGEDSINCE/, answer: "OK Done" });
        await store(stores[other], "2 +FLAGS (\\Flagged work)");
        await store(stores[other], "3 -FLAGS (\\Seen)");
        const kept = { [other]: ["a1", "a2 \\flagged work", "a3"], [side]: ["a1", "a2", "a3 \\seen"] };
        for (const attempts of [0, 1]) {
          const { status, stderr } = await runInterimap(stores.home, args);
          assert.equal(status, 1, stderr);
          assert.match(stderr, /Flags of UID 2 could not be set: the server said that it did so, but they are not set/);
          assert.doesNotMatch(stderr, /Updated flags/);
          for (const one of sides) assert.deepEqual(await contents(stores[one]), kept[one]);
          assert.deepEqual(
            remembered(stores),
            [2, 3].map((uid) => `${side} ${uid} flags ${attempts}`),
          );
        }
        stop();
        makeDue(stores);
        await assertConverges(stores);
        assert.deepEqual(await contents(stores[side]), kept[other]);
        assert.deepEqual(remembered(stores), []);
        await assertNothingToDo(stores);
      });
    }

    test("flags: told in each run, and set when it is time", async (t) => {
      const stores = await twoStores(t, { local: near, remote: near });
      await deliver(stores.local, "INBOX", ...mails("a", 3));
      await assertConverges(stores);
      const stop = refuse(stores, side, { pattern: /UID STORE \S+ \(UNCHANGEDSINCE/, answer: "NO [NOPERM] Not you" });
      await store(stores[other], "2 +FLAGS (\\Flagged)");
      const first = await runInterimap(stores.home);
      assert.equal(first.status, 1, first.stderr);
      assert.match(first.stderr, /Flags of UID 2 could not be set: \[NOPERM\] Not you/);
      assert.deepEqual(remembered(stores), [`${side} 2 flags 1`]);
      const second = await runInterimap(stores.home);
      assert.equal(second.status, 1, second.stderr);
      assert.match(second.stderr, /Still without the other side's flags, UID 2: \[NOPERM\] Not you/);
      const third = await runInterimap(stores.home, ["--repair"]);
      assert.equal(third.status, 1, third.stderr);
      assert.deepEqual(remembered(stores), [`${side} 2 flags 2`]);
      // A change of its own does not take the place of what was refused.
      stop();
      await store(stores[side], "2 +FLAGS (\\Seen)");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[side]), ["a1", "a2 \\flagged \\seen", "a3"]);
      assert.deepEqual(remembered(stores), []);
      await assertNothingToDo(stores);
    });
  });
}

for (const side of sides) {
  const test = onOne(side);
  test(`a daemon sets flags that the ${side} server did not set, though it said so`, async (t) => {
    const stores = await twoStores(t, { local: near, remote: near });
    await deliver(stores.local, "INBOX", ...mails("a", 3));
    await assertConverges(stores);
    const stop = refuse(stores, side, { pattern: /UID STORE \S+ \(UNCHANGEDSINCE/, answer: "OK Done" });
    const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
    await daemon.waits();
    await store(stores[otherSide(side)], "2 +FLAGS (\\Flagged)");
    await daemon.line(/Flags of UID 2 could not be set: the server said that it did so/);
    stop();
    await becomes(() => contents(stores[side]), ["a1", "a2 \\flagged", "a3"]);
    await daemon.stop();
    assert.deepEqual(await contents(stores[otherSide(side)]), ["a1", "a2 \\flagged", "a3"]);
    assert.deepEqual(remembered(stores), []);
  });
}

test("the counterpart was there all the time: nothing is deleted", async (t) => {
  const stores = await twoStores(t, { local: near, remote: near });
  await deliver(stores.local, "INBOX", ...mails("a", 3));
  await assertConverges(stores);
  execute(
    stores.home.databaseFile,
    "INSERT INTO refused_changes SELECT idx, 'remote', 2, 'deletion', 'no', 1, 1, 1 FROM mailboxes",
  );
  await assertConverges(stores);
  assert.deepEqual(remembered(stores), []);
  assert.equal((await contents(stores.remote)).length, 3);
  await asClient(stores.remote, (imap) => imap.run("NOOP"));
});
