// Watching servers that do not tell of changes by NOTIFY: with IDLE, and by asking. And what keeps --notify true when a
// server forgets to tell.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, describe, test } from "node:test";
import { type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { makeHome, runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { type Profile, startStrictFilter, type StrictFilter } from "../support/strict-filter.ts";
import {
  command,
  contents,
  deliver,
  expunge,
  mail,
  mails,
  store,
  type TwoStores,
  userNames,
} from "../support/two-stores.ts";
import { becomeIdentical, becomes, eventually, startWatching, type WatchedStores } from "../support/watching.ts";
import { assertNothingToChange, assertNothingToDo } from "./converge.ts";

const { dovecot, dot, plain, mute, cyrus, first, second } = await startAll({
  dovecot: startDovecot(),
  dot: startDovecot({ separator: "." }),
  plain: startDovecot({ withoutCapabilities: ["NOTIFY"] }),
  mute: startDovecot({ separator: ".", withoutCapabilities: ["NOTIFY", "IDLE"] }),
  cyrus: startCyrus({ users: userNames }),
  first: startDovecot(),
  second: startDovecot(),
});

const lesser = (behind: MailServer, profile: Profile): Promise<StrictFilter> =>
  startStrictFilter(behind, { profile, without: ["NOTIFY"] });
const [noqresync, nocondstore] = [await lesser(first, "noqresync"), await lesser(second, "nocondstore")];
after(() => Promise.all([noqresync.stop(), nocondstore.stop()]));

function said({ proxies }: TwoStores, side: Side, pattern: RegExp): string[] {
  return proxies[side].clientLines.filter((line) => pattern.test(line));
}

/** Until the end of the test nobody looks by himself. */
const rarely = ["--notify", "--watch=3600"];
const idles = /^\S+ IDLE$/;

async function idlesIn(stores: TwoStores, side: Side, count: number): Promise<void> {
  const granted = (): number => stores.proxies[side].serverLines.filter((line) => line.startsWith("+ idling")).length;
  await eventually(`${count} connections that idle`, () => granted() >= count);
}

async function assertDone(stores: WatchedStores, assertSilent = assertNothingToDo): Promise<void> {
  await becomeIdentical(stores);
  await stores.daemon.waits();
  await stores.daemon.stop();
  await assertSilent(stores);
}

describe("without NOTIFY", { concurrency: 3 }, () => {
  const partners: readonly (readonly [name: string, silent: Side, servers: () => PerSide<MailServer>])[] = [
    ["Cyrus as the remote side", "remote", () => ({ local: dovecot, remote: cyrus })],
    ["Cyrus as the local side", "local", () => ({ local: cyrus, remote: dovecot })],
    ["Dovecot", "remote", () => ({ local: dot, remote: plain })],
    ["mod-sequences and no QRESYNC", "remote", () => ({ local: dot, remote: noqresync.server })],
    ["mod-sequences and no QRESYNC, locally", "local", () => ({ local: noqresync.server, remote: dot })],
    ["no mod-sequences", "remote", () => ({ local: dot, remote: nocondstore.server })],
    ["no mod-sequences, locally", "local", () => ({ local: nocondstore.server, remote: dot })],
  ];
  for (const [name, silent, servers] of partners) {
    test(`${name}: one warning, IDLE in INBOX there, NOTIFY on the other side`, async (t) => {
      const stores = await startWatching(t, servers(), {
        args: rarely,
        prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 3)),
      });
      const other = silent === "local" ? "remote" : "local";
      await idlesIn(stores, silent, 1);
      const { sides: links } = await stores.daemon.waits();
      assert.deepEqual([links[silent].attention, links[other].attention], ["idle", "notify"]);
      const there = (): Promise<string[]> => contents(stores[other]);
      await deliver(stores[silent], "INBOX", mail("new"));
      await becomes(there, ["m1", "m2", "m3", "new"]);
      await store(stores[silent], "1 +FLAGS (\\Seen)");
      await becomes(there, ["m1 \\seen", "m2", "m3", "new"]);
      await expunge(stores[silent], "2");
      await becomes(there, ["m1 \\seen", "m3", "new"]);
      await command(stores[other], "CREATE box");
      await deliver(stores[other], "box", mail("in-it"));
      await eventually("created", async () => (await snapshot(stores[silent])).mailboxes.has("box"));
      await becomes(() => contents(stores[silent], "box"), ["in-it"]);
      await assertDone(stores, name.startsWith("no mod-sequences") ? assertNothingToChange : assertNothingToDo);
      const warnings = stores.daemon.said(/NOTIFY/);
      assert.equal(warnings.length, 1, stores.daemon.said(/./).join("\n"));
      assert.match(warnings[0]!, new RegExp(`^${silent}: the server does not offer NOTIFY`));
    });
  }

  test("other mailboxes are looked at from time to time", async (t) => {
    const stores = await startWatching(
      t,
      { local: dot, remote: plain },
      {
        args: ["--notify", "--watch=1"],
        prepare: async ({ local }) => {
          await command(local, "CREATE box");
          await deliver(local, "box", ...mails("m", 3));
        },
      },
    );
    await deliver(stores.remote, "box", mail("new"));
    await store(stores.remote, "1 +FLAGS (\\Seen)", "box");
    await becomes(() => contents(stores.local, "box"), ["m1 \\seen", "m2", "m3", "new"]);
    await command(stores.remote, "CREATE another");
    await eventually("created", async () => (await snapshot(stores.local)).mailboxes.has("another"));
    await assertDone(stores);
  });

  test("idle-mailboxes: several, with the local hierarchy delimiter", async (t) => {
    const stores = await startWatching(
      t,
      { local: dot, remote: plain },
      {
        args: rarely,
        settings: { "idle-mailboxes": "INBOX a.b c missing" },
        prepare: ({ local }) => command(local, "CREATE a", "CREATE a.b", "CREATE c"),
      },
    );
    await idlesIn(stores, "remote", 3);
    for (const [box, there] of [
      ["INBOX", "INBOX"],
      ["a/b", "a\0b"],
      ["c", "c"],
    ] as const) {
      await deliver(stores.remote, box, mail("new"));
      await becomes(async () => (await snapshot(stores.local)).mailboxes.get(there)?.length, 1);
    }
    assert.equal(said(stores, "remote", idles).length, 3);
    assert.deepEqual(
      said(stores, "remote", /EXAMINE/)
        .map((line) => line.replace(/^\S+ /, ""))
        .sort(),
      ["EXAMINE INBOX", "EXAMINE a/b", "EXAMINE c"],
    );
    await assertDone(stores);
    // The proxy hears of the end a moment after the program has ended.
    await becomes(() => stores.proxies.remote.open, 0);
  });

  for (const [what, settings, servers] of [
    ["an empty idle-mailboxes", { "idle-mailboxes": "" }, (): MailServer => plain],
    ["a server without IDLE", {}, (): MailServer => mute],
  ] as const) {
    test(`${what}: everything is looked at from time to time, by one connection`, async (t) => {
      const stores = await startWatching(
        t,
        { local: dot, remote: servers() },
        {
          args: ["--notify", "--watch=1"],
          settings,
        },
      );
      await deliver(stores.remote, "INBOX", mail("new"));
      await becomes(() => contents(stores.local), ["new"]);
      const { sides: links } = await stores.daemon.waits();
      assert.equal(links.remote.attention, "poll");
      assert.equal(stores.proxies.remote.connections, 1);
      assert.deepEqual(said(stores, "remote", idles), []);
      await assertDone(stores);
    });
  }

  for (const [what, pattern, skipped] of [
    ["a connection that is cut at the login", /^\S+ (?:LOGIN|AUTHENTICATE) /, 1],
    ["a refused EXAMINE", /^\S+ EXAMINE /, 0],
    ["a refused IDLE", idles, 0],
  ] as const) {
    test(`${what} is not spoken of, does no harm, and is tried again`, async (t) => {
      const stores = await startWatching(
        t,
        { local: dot, remote: plain },
        {
          args: rarely,
          beforeDaemon: (before) => {
            const pass = { pattern, action: () => undefined };
            const refuse = {
              pattern,
              action: (line: string) => (skipped > 0 ? "cut" : { instead: `${line.split(" ", 1)[0]} NONSENSE` }),
            } as const;
            // The first login is the main connection's.
            for (const trap of [...Array.from({ length: skipped }, () => pass), refuse])
              before.hold("remote", "client", trap);
          },
        },
      );
      await idlesIn(stores, "remote", 1);
      await deliver(stores.remote, "INBOX", mail("new"));
      await becomes(() => contents(stores.local), ["new"]);
      assert.equal(stores.proxies.remote.connections, 3);
      assert.equal(stores.proxies.remote.open, 2, "the one that was of no use is closed");
      await assertDone(stores);
      assert.deepEqual(stores.daemon.said(/refused|lost|failed/), []);
    });
  }

  test("both sides", async (t) => {
    const stores = await startWatching(t, { local: plain, remote: cyrus }, { args: rarely });
    for (const side of sides) await idlesIn(stores, side, 1);
    await deliver(stores.remote, "INBOX", mail("r"));
    await becomes(() => contents(stores.local), ["r"]);
    await deliver(stores.local, "INBOX", mail("l"));
    await becomes(() => contents(stores.remote), ["l", "r"]);
    await assertDone(stores);
    assert.equal(stores.daemon.said(/NOTIFY/).length, 2);
  });
});

/** Resolves when the daemon has looked so often, or more often, with the time of its last look. */
function lookAt({ daemon }: WatchedStores, least: number): Promise<{ readonly looks: number; readonly at: number }> {
  return eventually(`${least} looks`, async () => {
    const status = await daemon.status();
    const looks = status?.daemon?.looks ?? 0;
    return looks >= least && { looks, at: Date.parse(status?.lastLook?.at ?? "") };
  });
}

describe("--watch", { concurrency: 3 }, () => {
  for (const args of [["--watch=1"], ["--watch", "1"]]) {
    test(`${args.join(" ")}: one LIST a side each second, and nothing else while nothing happens`, async (t) => {
      const stores = await startWatching(t, { local: dot, remote: cyrus }, { args });
      const { looks } = await stores.daemon.waits();
      for (const side of sides) stores.proxies[side].reset();
      const first = await lookAt(stores, looks + 3);
      const second = await lookAt(stores, first.looks + 2);
      const perLook = (second.at - first.at) / (second.looks - first.looks);
      assert.ok(perLook > 700, `${perLook} ms`);
      await stores.daemon.stop();
      for (const side of sides) {
        const lines = stores.proxies[side].clientLines.map((line) => line.replace(/^\S+ /, ""));
        assert.equal(lines.pop(), "LOGOUT");
        const kinds = new Set(lines);
        // The second asks for the delimiter.
        const uses = side === "remote" ? " SPECIAL-USE" : "";
        assert.deepEqual(
          [...kinds],
          [`LIST "" * RETURN (SUBSCRIBED${uses} STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))`, 'LIST "" ""'],
        );
      }
    });
  }

  test("mailboxes are left after the work, and what comes then is found by the next look", async (t) => {
    const stores = await startWatching(t, { local: dot, remote: cyrus }, { args: ["--watch=1"] });
    for (const box of ["INBOX", "box"]) {
      if (box !== "INBOX") await command(stores.local, `CREATE ${box}`);
      await deliver(stores.local, box, mail("l"));
      await becomes(async () => (await snapshot(stores.remote)).mailboxes.get(box)?.length, 1);
      await eventually("UNSELECT", () => sides.every((side) => said(stores, side, /^\S+ UNSELECT$/).length > 0));
      await deliver(stores.remote, box, mail("r"));
      await becomes(() => contents(stores.local, box), ["l", "r"]);
    }
    assert.deepEqual(
      sides.flatMap((side) => said(stores, side, /NOTIFY|IDLE|NOOP$/)).filter((line) => !line.endsWith("NOOP")),
      [],
    );
    await assertDone(stores);
  });

  for (const option of ["--watch=1", "--notify"]) {
    test(`${option} does not make a database`, async (t) => {
      const home = makeHome({ local: dovecot, remote: dot });
      t.after(() => home.remove());
      const { status, stderr } = await runInterimap(home, [option, "--config=config"]);
      assert.equal(status, 73, stderr);
      const remedy = "to create it, run once: interimap --config=config";
      assert.equal(stderr, `${home.databaseFile}: there is no database yet; ${remedy}\n`);
      assert.ok(!existsSync(home.databaseFile));
    });
  }
});

test("flags that no number tells are looked at from time to time, or when a signal asks for it", async (t) => {
  const stores = await startWatching(
    t,
    { local: dot, remote: nocondstore.server },
    {
      args: ["--watch=1"],
      settings: { "flag-check-interval": "3600" },
      prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 2)),
    },
  );
  await store(stores.remote, "1 +FLAGS (\\Seen)");
  await deliver(stores.remote, "INBOX", mail("new"));
  // A mailbox with something new is looked at as a whole.
  await becomes(() => contents(stores.local), ["m1 \\seen", "m2", "new"]);
  const { looks } = await stores.daemon.waits();
  await store(stores.remote, "2 +FLAGS (\\Seen)");
  stores.proxies.remote.reset();
  await stores.daemon.waits(looks + 2);
  assert.deepEqual(said(stores, "remote", /^\S+ SELECT /), []);
  stores.daemon.kill("SIGUSR1");
  await becomes(() => contents(stores.local), ["m1 \\seen", "m2 \\seen", "new"]);
  await assertDone(stores, assertNothingToChange);
});

describe("what is watched", { concurrency: 3 }, () => {
  for (const [what, args, settings] of [
    ["MAILBOX arguments", ["--notify", "a*", "INBOX"], {}],
    ["MAILBOX arguments", ["--watch=1", "a*", "INBOX"], {}],
    ["ignore-mailbox", ["--notify"], { "ignore-mailbox": "^b" }],
    ["ignore-mailbox", ["--watch=1"], { "ignore-mailbox": "^b" }],
  ] as const) {
    test(`${what} with ${args[0]}: other mailboxes stay as they are`, async (t) => {
      const stores = await startWatching(
        t,
        { local: dovecot, remote: dot },
        {
          args,
          settings,
          prepare: ({ local, remote }) =>
            Promise.all([local, remote].map((server) => command(server, "CREATE a1", "CREATE b1"))).then(
              () => undefined,
            ),
        },
      );
      await deliver(stores.local, "b1", mail("out-of-it"));
      await command(stores.remote, "CREATE b2", "SUBSCRIBE b1");
      await command(stores.remote, "CREATE a2");
      await deliver(stores.remote, "a2", mail("two"));
      await deliver(stores.local, "a1", mail("one"));
      await becomes(() => contents(stores.remote, "a1"), ["one"]);
      await becomes(() => contents(stores.local, "a2"), ["two"]);
      const { looks } = await stores.daemon.waits();
      stores.daemon.kill("SIGUSR1");
      await stores.daemon.waits(looks + 1);
      await stores.daemon.stop();
      assert.deepEqual(await contents(stores.remote, "b1"), []);
      const { mailboxes, subscribed } = await snapshot(stores.local);
      assert.deepEqual([...mailboxes.keys()].sort(), ["INBOX", "a1", "a2", "b1"]);
      assert.deepEqual([...subscribed], []);
    });
  }

  test("list-reference with --notify: all below it, at once, and nothing else", async (t) => {
    const reference = { "list-reference": "sub/" };
    const stores = await startWatching(
      t,
      { local: dovecot, remote: dot },
      {
        sections: { local: reference },
        prepare: ({ local }) => command(local, "CREATE sub/a", "CREATE outside"),
      },
    );
    assert.match(said(stores, "local", /NOTIFY/)[0]!, / NOTIFY SET \(SELECTED .*\(SUBTREE sub /);
    await deliver(stores.local, "outside", mail("no"));
    await command(stores.local, "CREATE sub/b", "CREATE elsewhere");
    await deliver(stores.local, "sub/a", mail("yes"));
    await becomes(() => contents(stores.remote, "a"), ["yes"]);
    await eventually("created", async () => (await snapshot(stores.remote)).mailboxes.has("b"));
    await deliver(stores.remote, "b", mail("back"));
    await becomes(() => contents(stores.local, "sub\0b"), ["back"]);
    await stores.daemon.waits();
    await stores.daemon.stop();
    assert.deepEqual([...(await snapshot(stores.remote)).mailboxes.keys()].sort(), ["INBOX", "a", "b"]);
    assert.deepEqual([...(await snapshot(stores.local)).mailboxes.keys()].sort(), [
      ...["INBOX", "elsewhere", "outside", "sub\0INBOX", "sub\0a", "sub\0b"],
    ]);
    assert.deepEqual(stores.daemon.said(/error|skipped/i), []);
  });
});

test("what a server told, and got lost, is found after the full-check-interval", async (t) => {
  const stores = await startWatching(
    t,
    { local: dovecot, remote: dot },
    {
      settings: { "full-check-interval": "2" },
      prepare: async ({ local }) => {
        await command(local, "CREATE box");
      },
    },
  );
  let isSwallowed = false;
  stores.hold("remote", "server", {
    pattern: /^\* STATUS box \(MESSAGES 1 /,
    action: () => {
      isSwallowed = true;
      return { instead: "* OK nothing" };
    },
  });
  await deliver(stores.remote, "box", mail("new"));
  await becomes(() => contents(stores.local, "box"), ["new"]);
  assert.ok(isSwallowed);
  await assertDone(stores);
});
