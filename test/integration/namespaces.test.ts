// A run keeps to its part of a server: what list-select-opts, list-reference, ignore-mailbox and MAILBOX arguments leave
// out is not touched, on the servers or in the database, not even while others work there.

import assert from "node:assert/strict";
import { after, describe, test, type TestContext } from "node:test";
import { bothSides, otherSide, type PerSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { quoted } from "../support/raw-imap.ts";
import { type InterimapHome, makeHome, plainText, runInterimap, type RunResult } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { startStrictFilter } from "../support/strict-filter.ts";
import { inTurn } from "../support/turns.ts";
import {
  command,
  contents,
  deliver,
  expunge,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToChange, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { slash, dot, cyrus } = await startAll({
  slash: startDovecot({
    extraConfig: "namespace {\n prefix = archive/\n separator = /\n location = sdbox:~/archive\n}",
  }),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
});

const behind = await startAll({ slash: startDovecot(), dot: startDovecot({ separator: "." }) });
const bareSlash = await startStrictFilter(behind.slash, { profile: "bare" });
const bareDot = await startStrictFilter(behind.dot, { profile: "bare" });
after(() => Promise.all([bareSlash.stop(), bareDot.stop()]));

const pairs = {
  "": { local: slash, remote: dot },
  ", bare servers": { local: bareSlash.server, remote: bareDot.server },
};

async function names(server: MailServer): Promise<string[]> {
  const { mailboxes } = await snapshot(server);
  return [...mailboxes.keys()].map((name) => name.replaceAll("\0", "/")).sort();
}

async function subscriptions(server: MailServer): Promise<string[]> {
  const { subscribed } = await snapshot(server);
  return [...subscribed].map((name) => name.replaceAll("\0", "/")).sort();
}

interface Known {
  readonly idx: bigint;
  readonly subscribed: boolean;
}

/** What the database knows, NUL shown as a slash. */
function known({ home }: { readonly home: InterimapHome }): Map<string, Known> {
  const rows = (dump(home.databaseFile).rows["mailboxes"] ?? []) as [bigint, string, bigint][];
  return new Map(rows.map(([idx, name, flag]) => [name.replaceAll("\0", "/"), { idx, subscribed: flag === 1n }]));
}

async function run({ home }: { readonly home: InterimapHome }, ...args: readonly string[]): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

describe("list-select-opts", () => {
  const all = ["INBOX", "n/o", "p", "p/c", "q", "r", "r/t", "s", "s/u"];

  /** Every option meets unsubscribed parents, levels that hold nothing, and subscriptions to nothing. */
  async function filled(
    t: TestContext,
    servers: PerSide<MailServer>,
    settings: Readonly<Record<string, string>>,
  ): Promise<TwoStores> {
    const stores = await twoStores(t, servers, { settings });
    await command(
      stores.local,
      ...["p", "p/c", "q", "r", "r/t", "n/o", "ghost"].map((name) => `CREATE ${name}`),
      ...["p/c", "r", "r/t", "n/o", "ghost"].map((name) => `SUBSCRIBE ${name}`),
      "DELETE ghost",
    );
    await command(stores.remote, "CREATE s", "CREATE s.u", "SUBSCRIBE s.u", "CREATE ghost");
    for (const name of ["p", "p/c", "q"]) await deliver(stores.local, name, ...mails("m", 1));
    return stores;
  }

  const withOne = inTurn(Object.keys(pairs));

  for (const [options, pattern, expected] of [
    ["SUBSCRIBED", "*", ["n/o", "p/c", "r", "r/t", "s/u"]],
    ["subscribed", "%", ["r"]],
    ["SUBSCRIBED REMOTE", "*", ["n/o", "p/c", "r", "r/t", "s/u"]],
    ["SUBSCRIBED RECURSIVEMATCH", "%", ["p", "r", "s"]],
    ["RECURSIVEMATCH SUBSCRIBED REMOTE", "p %", ["p", "r", "s"]],
    ["SUBSCRIBED RECURSIVEMATCH", "*", ["n/o", "p/c", "r", "r/t", "s/u"]],
    ["REMOTE", "*", [...all, "ghost"].sort()],
  ] as const) {
    for (const [which, servers] of Object.entries(pairs))
      withOne(which)(`${options}, ${pattern}${which}`, async (t) => {
        const stores = await filled(t, servers, { "list-select-opts": options, "list-mailbox": pattern });
        await run(stores);
        assert.deepEqual([...known(stores).keys()].sort(), expected);
        for (const side of sides) {
          const there = await names(stores[side]);
          for (const name of expected) assert.ok(there.includes(name), `${side} ${name}`);
        }
        assert.equal((await names(stores.remote)).includes("q"), options === "REMOTE");
        assert.equal((await names(stores.local)).includes("ghost"), options === "REMOTE");
        await (which === "" ? assertNothingToDo : assertNothingToChange)(stores);
        // What was skipped stays out, whatever happens to it.
        const before = dump(stores.home.databaseFile);
        if (options === "REMOTE") return;
        await deliver(stores.local, "q", ...mails("n", 1));
        await command(stores.remote, "RENAME ghost spectre");
        assert.equal((await run(stores)).stderr, "");
        assert.deepEqual(dump(stores.home.databaseFile), before);
      });
  }

  test("SUBSCRIBED RECURSIVEMATCH where one server calls parents nonexistent that are not", async (t) => {
    const settings = { "list-select-opts": "SUBSCRIBED RECURSIVEMATCH", "list-mailbox": "%" };
    for (const servers of [
      { local: slash, remote: cyrus },
      { local: cyrus, remote: slash },
    ]) {
      const stores = await twoStores(t, servers, { settings });
      const other = stores.local.kind === "cyrus" ? stores.remote : stores.local;
      await command(other, "CREATE p", "CREATE p/c", "SUBSCRIBE p/c");
      await deliver(other, "p", ...mails("m", 2));
      const theirs = other === stores.local ? stores.remote : stores.local;
      await command(theirs, "CREATE p", "CREATE p/c", "SUBSCRIBE p/c", "UNSUBSCRIBE INBOX");
      await run(stores);
      assert.deepEqual([...known(stores).keys()], ["p"]);
      for (const side of sides) assert.deepEqual(await contents(stores[side], "p"), ["m1", "m2"]);
      await assertNothingToDo(stores);
      await store(theirs, "1 +FLAGS (\\Seen)", "p");
      await run(stores);
      assert.deepEqual(await contents(other, "p"), ["m1 \\seen", "m2"]);
      await assertNothingToDo(stores);
    }
  });

  for (const option of ["RECURSIVEMATCH", "NONSENSE"]) {
    test(`${option} alone is refused by the server: one line that says what to check`, async (t) => {
      const stores = await twoStores(t, { local: slash, remote: dot }, { settings: { "list-select-opts": option } });
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 76, stderr);
      assert.match(stderr, /^(local|remote): the server refused LIST: BAD .*; check .*list-select-opts\n$/);
    });
  }

  for (const side of sides) {
    const test = onOne(side);
    test(`SUBSCRIBED: what is subscribed to on the ${side} side later is made on the other`, async (t) => {
      const settings = { "list-select-opts": "SUBSCRIBED" };
      const stores = await twoStores(t, { local: slash, remote: cyrus }, { settings });
      await command(stores.remote, "UNSUBSCRIBE INBOX");
      await command(stores[side], "CREATE a", "CREATE b");
      await deliver(stores[side], "a", ...mails("m", 2));
      assert.equal((await run(stores)).stderr, "");
      assert.deepEqual(await names(stores[otherSide(side)]), ["INBOX"]);
      await command(stores[side], "SUBSCRIBE a");
      await run(stores);
      assert.deepEqual(await names(stores[otherSide(side)]), ["INBOX", "a"]);
      assert.deepEqual(await contents(stores[otherSide(side)], "a"), ["m1", "m2"]);
      for (const each of sides) assert.deepEqual(await subscriptions(stores[each]), ["a"]);
      await assertNothingToDo(stores);

      await command(stores[otherSide(side)], "UNSUBSCRIBE a");
      await run(stores);
      for (const each of sides) assert.deepEqual(await subscriptions(stores[each]), []);
      await deliver(stores[side], "a", ...mails("n", 1));
      assert.equal((await run(stores)).stderr, "");
      assert.deepEqual(await contents(stores[otherSide(side)], "a"), ["m1", "m2"]);
      await command(stores[otherSide(side)], "SUBSCRIBE a");
      await run(stores);
      for (const each of sides) assert.deepEqual(await subscriptions(stores[each]), ["a"]);
      assert.deepEqual(await contents(stores[otherSide(side)], "a"), ["m1", "m2", "n1"]);
      await assertNothingToDo(stores);
    });

    test(`SUBSCRIBED: left by both sides, and subscribed to again on the ${side} side`, async (t) => {
      const settings = { "list-select-opts": "SUBSCRIBED", "list-mailbox": "%" };
      const stores = await twoStores(t, { local: slash, remote: dot }, { settings });
      for (const name of ["a", "*", "other"])
        await command(stores.local, `CREATE ${quoted(name)}`, `SUBSCRIBE ${quoted(name)}`);
      await run(stores);
      for (const each of sides) await command(stores[each], "UNSUBSCRIBE a", 'UNSUBSCRIBE "*"');
      await deliver(stores.local, "a", ...mails("m", 1));
      assert.equal((await run(stores)).stderr, "");
      assert.deepEqual(await contents(stores.remote, "a"), []);
      assert.deepEqual(
        [...known(stores)].map(([name, { subscribed }]) => [name, subscribed]),
        [
          ["*", false],
          ["a", false],
          ["other", true],
        ],
      );
      await command(stores[side], "SUBSCRIBE a", 'SUBSCRIBE "*"');
      await run(stores);
      for (const each of sides) assert.deepEqual(await subscriptions(stores[each]), ["*", "a", "other"]);
      assert.deepEqual(await contents(stores.remote, "a"), ["m1"]);
      await assertNothingToDo(stores);
    });
  }
});

describe("list-reference", () => {
  /** Everything below one side's reference, as its server has it. */
  function below(server: MailServer, reference: string) {
    return snapshot(server, server.user, { reference });
  }

  test("on both sides at once: INBOX and all neighbours stay as they are", async (t) => {
    const sections = { local: { "list-reference": "foo/" }, remote: { "list-reference": "x.y." } };
    const stores = await twoStores(t, { local: slash, remote: dot }, { sections });
    const neighbours = { local: ["foo", "foobar", "fo", "a", "y"], remote: ["x", "x.y", "x.yz", "a", "foo.a"] };
    for (const side of sides) {
      for (const name of neighbours[side]) {
        await command(stores[side], `CREATE ${name}`, `SUBSCRIBE ${name}`);
        await deliver(stores[side], name, ...mails(`${side}-${name}`, 1));
      }
      await deliver(stores[side], "INBOX", ...mails(`${side}-inbox`, 1));
    }
    const outside = async () =>
      bothSides(async (side) => {
        const { mailboxes, subscribed } = await snapshot(stores[side]);
        const isOutside = (name: string): boolean => !name.startsWith(side === "local" ? "foo\0" : "x\0y\0");
        return [[...mailboxes].filter(([name]) => isOutside(name)), [...subscribed].filter(isOutside)];
      });
    const before = await outside();
    await command(stores.local, "CREATE foo/a", "CREATE foo/a/b", "SUBSCRIBE foo/a/b", "CREATE foo/INBOX");
    await command(stores.remote, "CREATE x.y.c", "CREATE x.y.x.y.d", "SUBSCRIBE x.y.c");
    await deliver(stores.local, "foo/INBOX", ...mails("in", 2));
    await deliver(stores.remote, "x.y.x.y.d", ...mails("deep", 2));

    const assertEqual = async (expected: readonly string[]): Promise<void> => {
      const [here, there] = [await below(stores.local, "foo/"), await below(stores.remote, "x.y.")];
      assert.deepEqual(diffSnapshots(here, there), []);
      assert.deepEqual([...here.mailboxes.keys()].map((name) => name.replaceAll("\0", "/")).sort(), expected);
    };
    await run(stores);
    await assertEqual(["INBOX", "a", "a/b", "c", "x/y/d"]);
    await assertNothingToDo(stores);
    await expunge(stores.remote, "1", "x.y.INBOX");
    await deliver(stores.local, "foo/x/y/d", ...mails("more", 1));
    await run(stores, "inbox", "x/*");
    await assertEqual(["INBOX", "a", "a/b", "c", "x/y/d"]);
    await run(stores, "--rename", "a", "foo/a");
    await run(stores, "--delete", "c");
    const { status, stderr } = await runInterimap(stores.home, ["--delete", "foo"]);
    assert.match(stderr, /^Mailbox "foo" skipped: there is no such mailbox /);
    assert.equal(status, 1);
    await run(stores);
    await assertEqual(["INBOX", "foo/a", "foo/a/b", "x/y/d"]);
    await assertNothingToDo(stores);
    assert.deepEqual(await outside(), before);
  });

  test("ignore-mailbox sees names without it", async (t) => {
    const sections = { local: { "list-reference": "foo/" }, remote: { "list-reference": "x." } };
    const settings = { "ignore-mailbox": String.raw`^(?:virtual(?:\x00|$)|foo|x\x00|x[./]|y/|y\.)` };
    const stores = await twoStores(t, { local: slash, remote: dot }, { sections, settings });
    await command(
      stores.local,
      ...["a", "virtual", "virtual/v", "virtually", "y/z"].map((name) => `CREATE foo/${name}`),
    );
    await command(stores.remote, ...["b", "virtual.w", "x.z"].map((name) => `CREATE x.${name}`));
    await run(stores);
    assert.deepEqual([...known(stores).keys()].sort(), ["a", "b", "virtually", "y/z"]);
    const listed = async (side: "local" | "remote"): Promise<string[]> =>
      [...(await below(stores[side], side === "local" ? "foo/" : "x.")).mailboxes.keys()].sort();
    assert.deepEqual(await listed("local"), ["a", "b", "virtual", "virtual\0v", "virtually", "y\0z"]);
    assert.deepEqual(await listed("remote"), ["a", "b", "virtual\0w", "virtually", "x\0z", "y\0z"]);
    await assertNothingToDo(stores);

    // The command line does not ask it.
    await run(stores, "virtual/%", "virtual");
    assert.deepEqual([...known(stores).keys()].sort(), [
      "a",
      "b",
      "virtual",
      "virtual/v",
      "virtual/w",
      "virtually",
      "y/z",
    ]);
    assert.ok((await listed("remote")).includes("virtual\0v"));
    assert.ok(!(await listed("local")).includes("x\0z"));
    // Known now, and still ignored.
    await deliver(stores.local, "foo/virtual", ...mails("m", 1));
    await command(stores.remote, "DELETE x.virtual.v");
    assert.equal((await run(stores)).stderr, "");
    assert.deepEqual(await contents(stores.remote, "x\0virtual"), []);
  });
});

describe("several configurations of one local server", () => {
  interface Account extends PerSide<MailServer> {
    readonly home: InterimapHome;
    readonly reference: string;
  }

  const references = ["work/", "home/", "archive/"];
  let count = 0;

  /** Each has a remote server, a database and a part of the local server to itself. */
  async function accounts(t: TestContext): Promise<Account[]> {
    const local = asUser(slash, `several${++count}`);
    const made = references.map((reference, index) => {
      const remote =
        index === 1 ? asUser(cyrus, userNames[userNames.length - count]!) : asUser(dot, `${local.user}-${index}`);
      const home = makeHome({ local: { ...plainText(local), "list-reference": reference }, remote });
      t.after(() => home.remove());
      return { local, remote, home, reference };
    });
    for (const { remote, reference } of made) {
      for (const name of ["a", "a b", "c", "same"]) {
        await command(remote, `CREATE ${quoted(name)}`, `SUBSCRIBE ${quoted(name)}`);
        await deliver(remote, name, ...mails(`${reference}${name.replace(" ", "")}`, 5));
      }
      await deliver(remote, "INBOX", ...mails(`${reference}in`, 5));
    }
    await command(local, "CREATE mine", "SUBSCRIBE mine", "CREATE workshop");
    await deliver(local, "INBOX", ...mails("mine", 2));
    return made;
  }

  async function assertEqual({ local, remote, reference }: Account): Promise<void> {
    const here = await snapshot(local, local.user, { reference });
    assert.deepEqual(diffSnapshots(here, await snapshot(remote)), [], reference);
  }

  async function partOf({ local, reference }: Account) {
    const { mailboxes, subscribed } = await snapshot(local, local.user, { reference });
    return { mailboxes, subscribed };
  }

  async function assertOwnStays({ local }: Account): Promise<void> {
    const isOwn = (name: string): boolean => !references.some((one) => name.startsWith(one.replace("/", "\0")));
    const { mailboxes, subscribed } = await snapshot(local);
    assert.deepEqual([...mailboxes.keys()].filter(isOwn).sort(), ["INBOX", "mine", "workshop"]);
    assert.deepEqual([...subscribed].filter(isOwn), ["mine"]);
    assert.deepEqual(await contents(local), ["mine1", "mine2"]);
  }

  test("one after the other: no run touches what belongs to another", async (t) => {
    const all = await accounts(t);
    for (const account of all) {
      const others = all.filter((other) => other !== account);
      const state = () =>
        Promise.all(others.map(async (other) => [await partOf(other), dump(other.home.databaseFile)]));
      for (const other of others) await run(other);
      const before = await state();
      await deliver(account.remote, "a", ...mails("new", 2));
      await run(account);
      await assertEqual(account);
      await run(account, "--rename", "same", "other");
      await run(account, "--delete", "c");
      await command(account.local, `UNSUBSCRIBE "${account.reference}a b"`, `CREATE ${account.reference}z`);
      await run(account);
      await assertEqual(account);
      await assertNothingToDo(account);
      assert.deepEqual(await state(), before);
    }
    for (const account of all) {
      await assertEqual(account);
      await assertNothingToDo(account);
    }
    await assertOwnStays(all[0]!);
  });

  test("all at the same time, with a deletion and a renaming among them", async (t) => {
    const all = (await accounts(t)) as [Account, Account, Account];
    const [work, home, archive] = all;
    await Promise.all(all.map((account) => run(account)));
    for (const account of all) await assertEqual(account);
    for (let round = 1; round <= 3; round++) {
      for (const { local, remote, reference } of all) {
        await deliver(remote, "a", ...mails(`remote${round}-`, 10));
        await deliver(local, `${reference}a`, ...mails(`local${round}-`, 10));
        await deliver(local, `${reference}a b`, ...mails(`ab${round}-`, 10));
        await expunge(local, "1:2", `${reference}a`);
        await command(remote, `CREATE n${round}`, `SUBSCRIBE n${round}`);
      }
      const busy =
        { 1: ["--rename", "same", "other"], 2: ["--delete", "c"], 3: ["--rename", "a b", "c d"] }[round] ?? [];
      await Promise.all([run(work, ...busy), run(home), run(archive)]);
      await assertEqual(home);
      await assertEqual(archive);
      await Promise.all(all.map((account) => run(account)));
      for (const account of all) await assertEqual(account);
    }
    for (const account of all) await assertNothingToDo(account);
    assert.deepEqual(await names(work.remote), ["INBOX", "a", "c d", "n1", "n2", "n3", "other"]);
    for (const { remote } of [home, archive]) {
      assert.deepEqual(await names(remote), ["INBOX", "a", "a b", "c", "n1", "n2", "n3", "same"]);
    }
    await assertOwnStays(work);
  });
});

describe("mailboxes that the command line does not name", () => {
  const broken = ["validity", "behind", "rows", "pairs", "marked", "gone", "counts", "unknown"];

  for (const args of [["fine"], ["fine", "INBOX"], ["--repair", "fine"]]) {
    test(`are not touched, broken as they may be: ${args.join(" ")}`, async (t) => {
      const stores = await twoStores(t, { local: slash, remote: dot });
      for (const name of ["fine", ...broken]) {
        await command(stores.local, `CREATE ${name}`, `SUBSCRIBE ${name}`);
        await deliver(stores.local, name, ...mails(name, 3));
      }
      await assertConverges(stores);
      const idx = (name: string): bigint => known(stores).get(name)!.idx;
      execute(
        stores.home.databaseFile,
        `UPDATE local SET UIDVALIDITY = UIDVALIDITY + 7 WHERE idx = ${idx("validity")};
         UPDATE remote SET UIDNEXT = 1, HIGHESTMODSEQ = 1 WHERE idx = ${idx("behind")};
         DELETE FROM local WHERE idx = ${idx("rows")};
         DELETE FROM mapping WHERE idx = ${idx("pairs")};
         INSERT INTO rounds (idx, lfloor, rfloor) VALUES (${idx("marked")}, 1, 1);
         UPDATE message_counts SET local = 99, remote = 0 WHERE idx = ${idx("counts")};
         UPDATE mailboxes SET subscribed = 0 WHERE idx = ${idx("counts")};
         UPDATE mailboxes SET mailbox = CAST('elsewhere' AS BLOB) WHERE idx = ${idx("unknown")};`,
      );
      await command(stores.remote, "DELETE gone", "UNSUBSCRIBE pairs");
      for (const name of ["fine", ...broken]) await deliver(stores.local, name, ...mails("new", 1));
      const untouched = async () => {
        const fine = idx("fine");
        const { rows } = dump(stores.home.databaseFile);
        const others = Object.entries(rows).map(([table, all]) => [table, all.filter(([first]) => first !== fine)]);
        const servers = await Promise.all(sides.map((side) => snapshot(stores[side])));
        return [
          others,
          ...servers.map(({ mailboxes, subscribed }) => [
            [...mailboxes].filter(([name]) => name !== "fine"),
            subscribed,
          ]),
        ];
      };
      const before = await untouched();
      const { stderr } = await run(stores, ...args);
      for (const name of broken) assert.doesNotMatch(stderr, new RegExp(`\\b${name}\\b`), stderr);
      assert.deepEqual(await contents(stores.remote, "fine"), ["fine1", "fine2", "fine3", "new1"]);
      assert.deepEqual(await untouched(), before);
    });
  }
});
