// The hierarchy delimiter belongs to a server, not to a name: it may differ, change between runs, or be INBOX's own.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { bothSides, otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted } from "../support/raw-imap.ts";
import { plainText, runInterimap, type RunResult } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { startTrafficProxy } from "../support/traffic-proxy.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { dump } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertRefused } from "./refusal.ts";

const onOne = inTurn(sides);

const { slash, dot } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
});

async function names(server: MailServer): Promise<string[]> {
  const { mailboxes } = await snapshot(server);
  return [...mailboxes.keys()].map((name) => name.replaceAll("\0", "/")).sort();
}

async function subscriptions(server: MailServer): Promise<string[]> {
  return [...(await snapshot(server)).subscribed].map((name) => name.replaceAll("\0", "/")).sort();
}

/** What the database knows, NUL shown as a slash. */
function known({ home }: TwoStores): string[] {
  const rows = dump(home.databaseFile).rows["mailboxes"] ?? [];
  return rows.map(([, name]) => String(name).replaceAll("\0", "/")).sort();
}

async function run({ home }: TwoStores, ...args: readonly string[]): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

/** `a/b` as the server writes it. */
function on({ delimiter }: MailServer, name: string): string {
  return name.replaceAll("/", delimiter);
}

describe("a delimiter that changes between runs", { concurrency: 2 }, () => {
  const mailboxes = ["a", "a/b", "a/b/c d", "p/q", "INBOX/k"];

  async function filled(t: TestContext): Promise<TwoStores> {
    const servers = await bothSides((side) => startDovecot({ separator: side === "local" ? "/" : "." }));
    t.after(() => Promise.all(sides.map((side) => servers[side].stop())));
    const stores = await twoStores(t, servers);
    for (const [index, name] of mailboxes.entries()) {
      const server = stores[index % 2 === 0 ? "local" : "remote"];
      const mailbox = on(server, name);
      await command(server, `CREATE ${quoted(mailbox)}`, ...(index < 3 ? [`SUBSCRIBE ${quoted(mailbox)}`] : []));
      await deliver(server, mailbox, ...mails(`${index}m`, 2));
    }
    await assertConverges(stores);
    return stores;
  }

  async function withSeparator(server: MailServer, separator: string): Promise<MailServer> {
    const file = join(server.directory, "dovecot.conf");
    const text = readFileSync(file, "utf8");
    const quotedSeparator = separator === "\\" ? String.raw`"\\"` : separator;
    writeFileSync(
      file,
      text.replace(/separator = \S+/, () => `separator = ${quotedSeparator}`),
    );
    await server.restart();
    return { ...server, delimiter: separator };
  }

  const changes: readonly Partial<PerSide<string>>[] = [
    { local: "." },
    { remote: "/" },
    { local: ".", remote: "/" },
    { local: "^", remote: "\\" },
  ];
  for (const change of changes) {
    const shown = sides.flatMap((side) => (change[side] === undefined ? [] : [`${side} ${change[side]}`])).join(", ");
    test(`the mailboxes are the same ones (${shown})`, async (t) => {
      const before = await filled(t);
      const known = dump(before.home.databaseFile);
      const stores = {
        ...before,
        ...(await bothSides(async (side) => {
          const separator = change[side];
          return separator === undefined ? before[side] : withSeparator(before[side], separator);
        })),
      };
      const all = ["INBOX", ...mailboxes].sort();
      for (const side of sides) assert.deepEqual(await names(stores[side]), all);

      assert.equal((await run(stores)).stderr, "");
      assert.deepEqual(dump(stores.home.databaseFile), known);
      await assertNothingToDo(stores);
      for (const side of sides) {
        assert.deepEqual(await names(stores[side]), all);
        assert.deepEqual(await subscriptions(stores[side]), ["a", "a/b", "a/b/c d"]);
      }

      await deliver(stores.remote, on(stores.remote, "a/b/c d"), ...mails("later", 1));
      await command(stores.local, `UNSUBSCRIBE ${quoted(on(stores.local, "a/b"))}`);
      await assertConverges(stores);
      await run(stores, "--rename", on(stores.local, "a/b"), on(stores.local, "x/y"));
      await run(stores, "--delete", on(stores.local, "p/q"));
      await assertConverges(stores);
      for (const side of sides) {
        assert.deepEqual(await names(stores[side]), ["INBOX", "INBOX/k", "a", "x/y", "x/y/c d"]);
        assert.deepEqual(await contents(stores[side], "x\0y\0c d"), ["2m1", "2m2", "later1"]);
      }
      await assertNothingToDo(stores);
    });
  }
});

describe("INBOX's own delimiter", { concurrency: 3 }, () => {
  /** One side lists INBOX with another delimiter than its other mailboxes. */
  async function withInboxDelimiter(t: TestContext, side: Side, delimiter: string): Promise<TwoStores> {
    const stores = await twoStores(t, { local: slash, remote: dot });
    const proxy = await startTrafficProxy(stores[side], {
      onServerLine: (line) =>
        / INBOX$/.test(line) ? { instead: line.replace(/^(\* LIST \([^)]*\)) "[./]"/, `$1 ${delimiter}`) } : undefined,
    });
    t.after(() => proxy.stop());
    stores.home.configure({
      local: plainText(stores.local),
      remote: plainText(stores.remote),
      [side]: plainText(proxy.server),
    });
    return stores;
  }

  for (const side of sides) {
    const test = onOne(side);
    for (const delimiter of ["NIL", side === "local" ? '"."' : '"/"']) {
      test(`is ignored (${side} ${delimiter})`, async (t) => {
        const stores = await withInboxDelimiter(t, side, delimiter);
        const other = stores[side === "local" ? "remote" : "local"];
        // First with nothing but INBOX there, then among others, and below it.
        await command(other, `CREATE ${on(other, "a/b")}`, `SUBSCRIBE ${on(other, "a/b")}`);
        await assertConverges(stores);
        await command(stores[side], `CREATE ${on(stores[side], "c/d")}`, `CREATE ${on(stores[side], "INBOX/k")}`);
        await assertConverges(stores);
        for (const each of sides) assert.deepEqual(await names(stores[each]), ["INBOX", "INBOX/k", "a/b", "c/d"]);
        assert.deepEqual(known(stores), ["INBOX", "INBOX/k", "a/b", "c/d"]);
        await assertNothingToDo(stores);
        // Asked for alone, and with names where the delimiter counts.
        await deliver(other, on(other, "a/b"), ...mails("m", 1));
        await run(stores, "INBOX");
        await run(stores, "a/b");
        assert.deepEqual(await contents(stores[side], "a\0b"), ["m1"]);
        await run(stores, "--rename", "a/b", "INBOX/k/l");
        await run(stores, "--delete", "c/d");
        for (const each of sides) assert.deepEqual(await names(stores[each]), ["INBOX", "INBOX/k", "INBOX/k/l"]);
        await assertNothingToDo(stores);
      });
    }
  }
});

for (const side of sides) {
  const test = onOne(side);
  for (const delimiter of ["NIL", '""']) {
    test(`a mailbox that is listed with the delimiter ${delimiter} is one among the others (${side})`, async (t) => {
      const stores = await twoStores(t, { local: slash, remote: dot });
      await command(stores.local, "CREATE box", "CREATE a/b");
      await deliver(stores.local, "box", ...mails("m", 2));
      stores.hold(side, "server", {
        always: true,
        pattern: / box$/,
        action: (line) => ({ instead: line.replace(/^(\* LIST \([^)]*\)) "[./]"/, `$1 ${delimiter}`) }),
      });
      await run(stores, "box");
      await assertConverges(stores);
      await deliver(stores.remote, "box", ...mails("n", 1));
      await assertConverges(stores);
      assert.deepEqual(known(stores), ["INBOX", "a/b", "box"]);
      await assertNothingToDo(stores);
    });
  }
}

for (const side of sides) {
  const test = onOne(side);
  test(`a mailbox that is listed with another delimiter is skipped, and no other (${side})`, async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await command(stores.local, "CREATE box", "CREATE a/b");
    await assertConverges(stores);
    for (const [box, message] of [
      ["box", "m"],
      ["INBOX", "i"],
      [on(stores[side], "a/b"), "b"],
    ] as const)
      await deliver(stores[side], box, mail(message));
    stores.hold(side, "server", {
      always: true,
      pattern: / box$/,
      action: (line) => ({ instead: line.replace(/^(\* LIST \([^)]*\)) "[./]"/, '$1 "x"') }),
    });
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.match(stderr, new RegExp(String.raw`^${side}\(box\): Mailbox skipped: .*\* LIST \(.*\) "x" box`, "m"));
    const other = stores[otherSide(side)];
    assert.deepEqual(await contents(other, "INBOX"), ["i"]);
    assert.deepEqual(await contents(other, "a\0b"), ["b"]);
    assert.deepEqual(await contents(other, "box"), []);
    stores.release(side);
    await assertConverges(stores);
    assert.deepEqual(await contents(other, "box"), ["m"]);
    await assertNothingToDo(stores);
  });
}

describe("patterns", { concurrency: 3 }, () => {
  async function patterned(t: TestContext, listMailbox: string, servers: PerSide<MailServer>): Promise<TwoStores> {
    const stores = await twoStores(t, servers, { settings: { "list-mailbox": listMailbox } });
    for (const name of ["foo", "foo/bar", "foo/bar/baz", "foobar", "x"]) {
      await command(stores.local, `CREATE ${on(stores.local, name)}`);
    }
    for (const name of ["foo/there", "foo/there/deep", "other/bar", "there"]) {
      await command(stores.remote, `CREATE ${on(stores.remote, name)}`);
    }
    return stores;
  }

  for (const [pattern, expected] of [
    ["%", ["INBOX", "foo", "foobar", "there", "x"]],
    ["foo/%", ["foo/bar", "foo/there"]],
    [String.raw`"foo\x00%"`, ["foo/bar", "foo/there"]],
    [String.raw`"foo\0%"`, ["foo/bar", "foo/there"]],
    [String.raw`"foo\0*"`, ["foo/bar", "foo/bar/baz", "foo/there", "foo/there/deep"]],
    ["*bar", ["foo/bar", "foobar", "other/bar"]],
    ["%bar", ["foobar"]],
    ["%/bar", ["foo/bar", "other/bar"]],
    [`foo/bar "x" there`, ["foo/bar", "there", "x"]],
    ["f*r*", ["foo/bar", "foo/bar/baz", "foo/there", "foo/there/deep", "foobar"]],
  ] as const) {
    test(`list-mailbox = ${pattern}`, async (t) => {
      const stores = await patterned(t, pattern, { local: slash, remote: dot });
      await run(stores);
      assert.deepEqual(known(stores), expected);
      await assertNothingToDo(stores);
    });
  }

  test("the local delimiter in list-mailbox is translated, be it a dot or a slash", async (t) => {
    const stores = await patterned(t, "foo.%", { local: dot, remote: slash });
    await run(stores);
    assert.deepEqual(known(stores), ["foo/bar", "foo/there"]);
    await assertNothingToDo(stores);
  });

  for (const given of ["MAILBOX", "list-mailbox"]) {
    test(`the remote delimiter in ${given} is a character as any other: nothing is made of it`, async (t) => {
      const settings = given === "MAILBOX" ? {} : { "list-mailbox": "foo.bar foo.*" };
      const args = given === "MAILBOX" ? ["foo.bar", "foo.*"] : [];
      const stores = await twoStores(t, { local: slash, remote: dot }, { settings });
      await command(stores.remote, "CREATE foo.bar", "CREATE foo.there");
      const { status: nothing } = await runInterimap(stores.home, args);
      assert.equal(nothing, given === "MAILBOX" ? 1 : 0, "a name that matches nothing is said");
      assert.deepEqual(await names(stores.local), ["INBOX"]);
      assert.deepEqual(known(stores), []);

      await command(stores.local, "CREATE foo.bar");
      const { status, stderr } = await runInterimap(stores.home, args);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^remote\(foo\.bar\): Mailbox skipped: .*"\." is the server's hierarchy delimiter/);
      assert.deepEqual(await names(stores.local), ["INBOX", "foo.bar"]);
      assert.deepEqual(await names(stores.remote), ["INBOX", "foo/bar", "foo/there"]);
    });
  }

  for (const [pattern, problem] of [
    ['""', "a quoted name is empty"],
    ['INBOX "a', "a quoted name is not closed"],
    ['"a""b"', "a quoted name and another run together"],
    ['a"b"', "a quoted name and another run together"],
    [String.raw`foo\x00bar`, "a backslash has no meaning outside double quotes"],
  ] as const) {
    test(`list-mailbox = ${pattern} is refused before anything is connected to`, async (t) => {
      const stores = await twoStores(t, { local: slash, remote: dot }, { settings: { "list-mailbox": pattern } });
      await assertRefused(stores.home, {
        status: 78,
        line: new RegExp(`/config:2: list-mailbox: .*${problem}; expected `),
      });
      for (const side of sides) assert.equal(stores.proxies[side].connections, 0);
    });
  }
});
