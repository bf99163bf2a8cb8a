// Names with characters that mean something to LIST, to IMAP's syntax or to a shell: everywhere they are as any other
// name, except that `*` and `%` in MAILBOX arguments are wildcards.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { shellWord } from "../../src/util/shell-word.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { giveDatabase } from "../support/give-database.ts";
import type { MailServer } from "../support/mail-server.ts";
import { encodeName } from "../support/mailbox-names.ts";
import { quoted } from "../support/raw-imap.ts";
import {
  homeEnvironment,
  interimapCommand,
  type InterimapHome,
  plainText,
  runInterimap,
  type RunResult,
  startInterimap,
} from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { startTrafficProxy } from "../support/traffic-proxy.ts";
import { inTurn } from "../support/turns.ts";
import {
  asClient,
  command,
  contents,
  deliver,
  deliverToEach,
  expunge,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertRefused } from "./refusal.ts";

const onOne = inTurn(sides);

/** What Cyrus takes too. */
const cyrusNames = ["*", "a*b", "[x]", "x]y[", "til~de", "?", "two  words", " lead", "trail ", "(p", "-d", "NIL"];

const oddNames = [
  ...cyrusNames,
  ...["%", "p%q", "!", "hey!you", "^", "ca^ret", 'quo"te', '"whole"', "back\\slash", "\\x", String.raw`\"`],
  ...["it's", "$HOME", "`id`", "semi;colon", "<a>|b", "{5}", "{5+}x", "--delete", "=x", "R&AOk-", "a&-b", "nil"],
];

const { slash, dot, cyrus } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
});

/** In modified UTF-7, NUL shown as a slash. */
async function names(server: MailServer): Promise<string[]> {
  const { mailboxes } = await snapshot(server);
  return [...mailboxes.keys()].map((name) => encodeName(name.replaceAll("\0", "/"))).sort();
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

/** Makes the mailboxes, with a message in each. */
async function fill(server: MailServer, mailboxes: readonly string[], message: string): Promise<void> {
  await command(server, ...mailboxes.flatMap((name) => [`CREATE ${quoted(name)}`, `SUBSCRIBE ${quoted(name)}`]));
  await deliverToEach(server, new Map(mailboxes.map((name) => [name, mails(message, 1)])));
}

const pairs: readonly (readonly [string, readonly string[], () => PerSide<MailServer>])[] = [
  ["Dovecots with / and .", oddNames, () => ({ local: slash, remote: dot })],
  ["Cyrus and Dovecot", cyrusNames, () => ({ local: cyrus, remote: dot })],
];

const onOnePair = inTurn(pairs.map(([pair]) => pair));

describe("odd names", () => {
  for (const [pair, all, servers] of pairs) {
    const test = onOnePair(pair);
    test(`are made on the other side, nested ones too, and changes go both ways (${pair})`, async (t) => {
      const stores = await twoStores(t, servers());
      const made = perSide((side) => {
        const { delimiter } = stores[side];
        return all
          .filter((_, index) => (index % 2 === 0) === (side === "local"))
          .flatMap((name) => [name, `${name}${delimiter}${name}`]);
      });
      for (const side of sides) await fill(stores[side], made[side], "first");
      await assertConverges(stores);
      assert.deepEqual(
        await names(stores.local),
        ["INBOX", ...all.flatMap((name) => [name, `${name}/${name}`])].sort(),
      );
      await assertNothingToDo(stores);
      for (const side of sides) {
        const other = stores[otherSide(side)];
        const there = made[side].map((name) => name.replaceAll(stores[side].delimiter, other.delimiter));
        await deliverToEach(other, new Map(there.map((name) => [name, mails("second", 1)])));
        const flagged = there.flatMap((name) => [`SELECT ${quoted(name)}`, "UID STORE 1 +FLAGS (\\Flagged)"]);
        await command(other, ...flagged);
        await expunge(stores[side], "1", made[side][0]);
      }
      await assertConverges(stores);
      await assertNothingToDo(stores);
      const { mailboxes } = await snapshot(stores.remote);
      const seen = [...mailboxes].map(([name, messages]) => [name, messages.length] as const);
      const lost = new Set(sides.map((side) => made[side][0]));
      for (const [name, count] of seen) {
        assert.equal(count, name === "INBOX" ? 0 : lost.has(name) ? 1 : 2, JSON.stringify(name));
      }
    });

    test(`are deleted and renamed by those names, and no other is (${pair})`, async (t) => {
      const stores = await twoStores(t, servers());
      const bystanders = ["axb", "pxq", "x", "xx", "z"];
      await fill(stores.local, [...all, ...bystanders], "m");
      await assertConverges(stores);
      const kept = all.filter((_, index) => index % 3 === 0);
      await run(stores, "--delete", "--", ...all.filter((name) => !kept.includes(name)));
      for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", ...kept, ...bystanders].sort());
      assert.deepEqual(known(stores), ["INBOX", ...kept, ...bystanders].sort());
      await assertNothingToDo(stores);

      const { rows } = dump(stores.home.databaseFile);
      const renamed = kept.map((_, index) => `new${kept[(index + 1) % kept.length]!}`);
      for (const [index, name] of kept.entries()) await run(stores, "--rename", "--", name, renamed[index]!);
      for (const side of sides) {
        assert.deepEqual(await names(stores[side]), ["INBOX", ...renamed, ...bystanders].sort());
      }
      assert.deepEqual(dump(stores.home.databaseFile).rows["mapping"], rows["mapping"]);
      assert.equal((await run(stores)).stderr, "");
      await assertNothingToDo(stores);
    });
  }

  test("a backslash at the end", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    const [name, other] = ["end\\", "\\"];
    for (const mailbox of [name, other]) await fill(stores.local, [mailbox], "m");
    await run(stores);
    await deliver(stores.remote, other, ...mails("n", 2));
    await run(stores);
    assert.equal((await run(stores)).stderr, "");
    const count = (server: MailServer, mailbox: string): Promise<string[]> =>
      asClient(server, async (imap) => {
        const { untagged } = await imap.run(`STATUS ${quoted(mailbox)} (MESSAGES)`);
        return untagged.map(({ line }) => /MESSAGES \d+/.exec(line)?.[0] ?? line);
      });
    assert.deepEqual(await count(stores.remote, name), ["MESSAGES 1"]);
    assert.deepEqual(await count(stores.local, other), ["MESSAGES 3"]);
    await run(stores, "--rename", other, "plain");
    await run(stores, "--delete", name);
    for (const side of sides) assert.deepEqual(await names(stores[side]), ["INBOX", "plain"]);
    await assertNothingToDo(stores);
  });
});

describe("MAILBOX arguments", () => {
  const plain = ["a*b", "axb", "axyb", "axb/c", "[x]", "x", "two words", 'quo"te', "back\\slash", "?", "y", "~y~"];

  async function synchronised(t: TestContext, ...args: readonly string[]): Promise<string[]> {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await command(stores.local, ...plain.filter((name) => name !== "~y~").map((name) => `CREATE ${quoted(name)}`));
    await command(stores.remote, ...["axb.there", "z", "axb"].map((name) => `CREATE ${quoted(name)}`));
    const { status, stderr } = await runInterimap(stores.home, args);
    const expectedStatus = /skipped: (?:no mailbox|there is no such mailbox)/.test(stderr) ? 1 : 0;
    assert.equal(status, expectedStatus, stderr);
    return known(stores);
  }

  for (const [args, expected] of [
    [["a*b"], ["a*b", "axb", "axyb"]],
    [["a%b"], ["a*b", "axb", "axyb"]],
    [["axb/%"], ["axb/c", "axb/there"]],
    [["axb*"], ["axb", "axb/c", "axb/there"]],
    [["t%s"], ["two words"]],
    [["*b"], ["a*b", "axb", "axyb"]],
    [["%"], ["?", "INBOX", "[x]", "a*b", "axb", "axyb", "back\\slash", 'quo"te', "two words", "x", "y", "z"]],
    [["[x]"], ["[x]"]],
    [["?"], ["?"]],
    [
      ["two words", 'quo"te', "back\\slash"],
      ["back\\slash", 'quo"te', "two words"],
    ],
    [["[xyz]", "two", '"x"', "\\x", "~", "^x", "!"], []],
  ] as const) {
    test(args.join(" "), async (t) => assert.deepEqual(await synchronised(t, ...args), expected));
  }
});

describe("MAILBOX arguments as lines show them", () => {
  const shown = ["lists/dev", "Entwürfe/Ünï & co", "R&D", "Entwürfe", "left\u200eright", "back\\u200eslash"];

  async function filled(t: TestContext): Promise<TwoStores> {
    const stores = await twoStores(t, { local: dot, remote: slash });
    await fill(stores.remote, [...shown.map(encodeName), "other"], "m");
    return stores;
  }

  test("what a first run says of each mailbox names it in the next ones: with --delete, with --rename and by itself", async (t) => {
    const stores = await filled(t);
    const { stderr } = await run(stores);
    const printed = new Set([...stderr.matchAll(/^local\((.*)\): Created mailbox$/gm)].map(([, name = ""]) => name));
    const asPrinted = (name: string): string => name.replace("\u200e", String.raw`\u200e`);
    assert.deepEqual([...printed].sort(), [...shown, "other"].map(asPrinted).sort());
    for (const original of shown) {
      const name = asPrinted(original);
      await deliver(stores.remote, encodeName(original), ...mails("later", 1));
      const later = await run(stores, name);
      assert.ok(later.stderr.includes(`local(${name}): Added 1 message, `), later.stderr);
    }
    for (const [index, name] of shown.slice(0, 3).entries()) await run(stores, "--rename", name, `neü ${index}`);
    await run(stores, "--delete", ...shown.slice(3).map(asPrinted));
    const renamed = ["INBOX", "other", ...[0, 1, 2].map((index) => `ne&APw- ${index}`)].sort();
    for (const side of sides) assert.deepEqual(await names(stores[side]), renamed);
    assert.deepEqual(known(stores), renamed);
    await assertNothingToDo(stores);
  });

  for (const argument of ["lists.dev", "Entw&APw-rfe", "Entw&APw-rfe/%", "Entwürfe.*", "Ent*/*co"]) {
    test(`${argument} is understood, too`, async (t) => {
      const stores = await filled(t);
      const result = await run(stores, argument);
      assert.match(result.stderr, /Created mailbox/);
    });
  }

  test("a name that may mean two mailboxes is refused before anything is done", async (t) => {
    const stores = await twoStores(t, { local: dot, remote: slash });
    await fill(stores.remote, ["Entw&APw-rfe", "Entw&-APw-rfe"], "m");
    const line = ['MAILBOX "Entw&APw-rfe" may mean "Entw&APw-rfe" or "Entw&-APw-rfe"; '];
    for (const args of [["Entw&APw-rfe"], ["--delete", "Entw&APw-rfe"], ["--rename", "Entw&APw-rfe", "x"]])
      await assertRefused(stores.home, { status: 64, line, args });
    await run(stores, "Entwürfe");
    assert.deepEqual(await names(stores.local), ["Entw&APw-rfe", "INBOX"]);
    await run(stores, "--delete", "Entw&-APw-rfe");
    assert.deepEqual(await names(stores.remote), ["Entw&APw-rfe", "INBOX"]);
  });
});

describe("a MAILBOX argument that matches nothing", () => {
  const known = "interimap --status lists the known names";

  for (const [args, line] of [
    [["INBX"], `Mailbox "INBX" skipped: there is no such mailbox on either server or in the database; ${known}`],
    [
      ["--repair", "a/b"],
      `Mailbox "a/b" skipped: there is no such mailbox on either server or in the database; ${known}`,
    ],
    [["x*", "box"], `Mailbox "x*" skipped: no mailbox has such a name on either server or in the database; ${known}`],
    [
      ["status"],
      'Mailbox "status" skipped: there is no such mailbox on either server or in the database; the command is --status',
    ],
    [
      ["--delete", "nosuch"],
      `Mailbox "nosuch" skipped: there is no such mailbox on either server or in the database; ${known}`,
    ],
    [
      ["--target=remote,database", "--delete", "here"],
      `Mailbox "here" skipped: there is no such mailbox on the remote server or in the database; ${known}`,
    ],
    [
      ["--rename", "nosuch", "x"],
      `Mailbox "nosuch" skipped: there is no such mailbox on either server or in the database; ${known}`,
    ],
    [
      ["--target=remote", "--rename", "here", "x"],
      `Mailbox "here" skipped: there is no such mailbox on the remote server; ${known}`,
    ],
    [
      ["top"],
      'Mailbox "top" skipped: it is not a mailbox, only a level above others; to synchronise those, add the hierarchy delimiter and *',
    ],
  ] as const) {
    test(`${args.join(" ")}: a line, and exit 1; what matches is done`, async (t) => {
      const stores = await twoStores(t, { local: slash, remote: dot });
      await command(stores.remote, "CREATE box", "CREATE top.below");
      await command(stores.local, "CREATE here");
      const { status, stderr } = await runInterimap(stores.home, args);
      assert.equal(status, 1, stderr);
      assert.deepEqual(
        stderr.split("\n").filter((each) => each.includes("skipped")),
        [line],
      );
      assert.deepEqual((await names(stores.local)).includes("box"), (args as readonly string[]).includes("box"));
    });
  }

  test("one that only the database knows is said to be gone, with the command that forgets it", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await fill(stores.local, ["box", "box/b c"], "m");
    await run(stores);
    for (const side of sides)
      await command(stores[side], `DELETE ${quoted(`box${stores[side].delimiter}b c`)}`, "DELETE box");
    for (const args of [["box"], ["--repair", "box"]]) {
      const { status, stderr } = await runInterimap(stores.home, args);
      assert.equal(status, 1, stderr);
      const line =
        'Mailbox "box" skipped: it is no longer on either server, only in the database; to forget it: interimap --target=database --delete box';
      assert.ok(stderr.split("\n").includes(line), stderr);
    }
    for (const name of ["box", "box/b c"]) await run(stores, "--target=database", "--delete", name);
    await assertNothingToDo(stores);
  });

  test("a daemon says so once, goes on, and synchronises it when it is there", async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    await run(stores);
    const daemon = startInterimap(stores.home, ["--watch=1", "later"]);
    await daemon.line(/^Mailbox "later" skipped: there is no such mailbox/);
    await fill(stores.remote, ["later"], "m");
    await daemon.line(/^local\(later\): Added 1 message/);
    daemon.child.kill("SIGTERM");
    const { status, stderr } = await daemon.finished;
    assert.equal(status, 0, stderr);
    assert.equal(stderr.split("skipped").length, 2, stderr);
  });
});

describe("the command to run when a mailbox disappeared", () => {
  const shellNames = [
    "*",
    "%",
    'quo"te',
    "back\\slash",
    "it's",
    "-d",
    "hey!you",
    " lead",
    "`id`",
    "$HOME",
    "a;b",
    "R&AOk-",
  ];

  /** The suggestions are for a shell, which finds the program under its name. */
  async function inShell(home: InterimapHome, line: string): Promise<void> {
    const bin = join(home.directory, "bin");
    mkdirSync(bin, { recursive: true });
    const words = interimapCommand().map((word) => `'${word}'`);
    writeFileSync(join(bin, "interimap"), `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
    const env = { ...process.env, ...homeEnvironment(home), PATH: `${bin}:${process.env["PATH"]}` };
    await promisify(execFile)("bash", ["-c", line], { env, cwd: home.directory });
  }

  function suggestions({ stderr }: RunResult): { readonly toDelete: string; readonly toRename: string }[] {
    return [...stderr.matchAll(/to delete it everywhere: (.*); if it was renamed: (.*)$/gm)].map(
      ([, toDelete = "", toRename = ""]) => ({ toDelete, toRename }),
    );
  }

  for (const side of sides) {
    const test = onOne(side);
    test(`deletes that one only (${side})`, async (t) => {
      const stores = await twoStores(t, { local: slash, remote: dot });
      const bystanders = ["axb", "pxq", "x", "z"];
      await fill(stores.local, [...shellNames, ...bystanders], "m");
      await assertConverges(stores);
      await command(stores[side], ...shellNames.map((name) => `DELETE ${quoted(name)}`));
      const result = await runInterimap(stores.home);
      assert.equal(result.status, 1);
      const commands = suggestions(result);
      assert.equal(commands.length, shellNames.length, result.stderr);
      for (const { toDelete } of commands) await inShell(stores.home, toDelete);
      for (const each of sides) assert.deepEqual(await names(stores[each]), ["INBOX", ...bystanders].sort());
      assert.deepEqual(known(stores), ["INBOX", ...bystanders].sort());
      await assertNothingToDo(stores);
    });

    test(`renames that one only (${side})`, async (t) => {
      // The new names are not to be copied as mailboxes of their own first.
      const stores = await twoStores(t, { local: slash, remote: dot }, { settings: { "ignore-mailbox": "^n" } });
      const { delimiter } = stores[side];
      await fill(stores.local, [...shellNames, "x", "z"], "m");
      await assertConverges(stores);
      for (const [index, name] of shellNames.entries()) {
        const [from, to] = [quoted(name), `n${delimiter}${index}`];
        await command(stores[side], `RENAME ${from} ${to}`, `SUBSCRIBE ${to}`, `UNSUBSCRIBE ${from}`);
      }
      const result = await runInterimap(stores.home);
      const commands = suggestions(result);
      assert.equal(commands.length, shellNames.length, result.stderr);
      for (const { toRename } of commands) {
        const index = shellNames.findIndex((name) => toRename.includes(` ${shellWord(name)} NEWNAME`));
        assert.notEqual(index, -1, toRename);
        await inShell(stores.home, toRename.replace("NEWNAME", `n${stores.local.delimiter}${index}`));
      }
      const expected = ["INBOX", ...shellNames.map((_, index) => `n/${index}`), "x", "z"].sort();
      for (const each of sides) assert.deepEqual(await names(stores[each]), expected);
      assert.deepEqual(known(stores), expected);
      stores.home.configure(stores);
      giveDatabase(stores.home.databaseFile, stores);
      assert.equal((await run(stores)).stderr, "");
      await assertNothingToDo(stores);
    });
  }
});

describe("INBOX in another case", () => {
  /** The remote server spells it so wherever it names it. */
  async function spelt(t: TestContext): Promise<TwoStores> {
    const stores = await twoStores(t, { local: slash, remote: dot });
    const proxy = await startTrafficProxy(stores.remote, {
      onServerLine: (line) =>
        /^\* (LIST|STATUS) /.test(line) ? { instead: line.replace(/\bINBOX\b(?!\.)/, "InBoX") } : undefined,
    });
    t.after(() => proxy.stop());
    stores.home.configure({ local: plainText(stores.local), remote: plainText(proxy.server) });
    return stores;
  }

  test("as the server lists it: the same mailbox, synchronised both ways, below it too", async (t) => {
    const stores = await spelt(t);
    await deliver(stores.local, "INBOX", ...mails("here", 2));
    await deliver(stores.remote, "INBOX", ...mails("there", 2));
    await command(stores.remote, "CREATE INBOX.k");
    await assertConverges(stores);
    assert.deepEqual(await names(stores.local), ["INBOX", "INBOX/k"]);
    assert.deepEqual(known(stores), ["INBOX", "INBOX/k"]);
    await store(stores.remote, "1 +FLAGS (\\Seen)");
    await command(stores.local, "SUBSCRIBE INBOX");
    await assertConverges(stores);
    await assertNothingToDo(stores);
    for (const argument of ["inbox", "INBOX", "iNbOx"]) {
      await deliver(stores.local, "INBOX", ...mails(argument, 1));
      await run(stores, argument);
    }
    assert.equal((await contents(stores.remote)).length, 7);
    assert.deepEqual(known(stores), ["INBOX", "INBOX/k"]);
  });

  test("is never deleted, nothing is renamed to it, and it can be renamed", async (t) => {
    const stores = await spelt(t);
    await deliver(stores.local, "INBOX", ...mails("m", 2));
    await command(stores.local, "CREATE a");
    await assertConverges(stores);
    const before = dump(stores.home.databaseFile);
    for (const name of ["InBoX", "inbox"]) {
      const deletion = { status: 64, line: /^INBOX cannot be deleted; see/, args: ["--delete", "a", name] } as const;
      await assertRefused(stores.home, deletion);
      const renaming = { status: 64, line: /^nothing can be renamed to INBOX/, args: ["--rename", "a", name] } as const;
      await assertRefused(stores.home, renaming);
    }
    assert.deepEqual(dump(stores.home.databaseFile), before);
    await run(stores, "--rename", "iNBOX", "old");
    await assertConverges(stores);
    assert.deepEqual(known(stores), ["INBOX", "a", "old"]);
    for (const side of sides) {
      assert.deepEqual(await contents(stores[side]), []);
      assert.deepEqual(await contents(stores[side], "old"), ["m1", "m2"]);
    }
    await assertNothingToDo(stores);
  });
});

describe("INBOX in another case as the first level", () => {
  /** One server spells it so wherever it names it, what is below it included. */
  async function spelt(t: TestContext, side: Side, rule: (line: string) => string): Promise<TwoStores> {
    const stores = await twoStores(t, { local: slash, remote: dot });
    const proxy = await startTrafficProxy(stores[side], {
      onServerLine: (line) => (/^\* (LIST|STATUS) /.test(line) ? { instead: rule(line) } : undefined),
    });
    t.after(() => proxy.stop());
    const servers = perSide((each) => plainText(each === side ? proxy.server : stores[each]));
    stores.home.configure(servers);
    return stores;
  }

  for (const side of sides)
    onOne(side)(
      `as the ${side} server lists it: paired, whoever has it first, renamed, deleted, and deeper levels keep their case`,
      async (t) => {
        const stores = await spelt(t, side, (line) => line.replace(/\bINBOX\b/, "iNbOx"));
        const { delimiter } = stores[side];
        const there = stores[otherSide(side)].delimiter;
        await command(stores[side], `CREATE INBOX${delimiter}x`, `SUBSCRIBE INBOX${delimiter}x`);
        await deliver(stores[side], `INBOX${delimiter}x`, ...mails("x", 2));
        await command(stores[otherSide(side)], `CREATE INBOX${there}X`, `CREATE INBOX${there}y${there}k`);
        await deliver(stores[otherSide(side)], `INBOX${there}X`, ...mails("X", 2));
        await run(stores);
        assert.deepEqual(known(stores).sort(), ["INBOX", "INBOX/X", "INBOX/x", "INBOX/y/k"]);
        for (const each of sides) {
          assert.deepEqual(await contents(stores[each], "INBOX\0x"), ["x1", "x2"]);
          assert.deepEqual(await contents(stores[each], "INBOX\0X"), ["X1", "X2"]);
        }
        await assertConverges(stores);
        assert.deepEqual((await run(stores)).stderr, "");
        await run(stores, "--rename", "INBOX/x", "INBOX/moved");
        await run(stores, "--delete", "INBOX/X");
        for (const each of sides) {
          assert.deepEqual(await names(stores[each]), ["INBOX", "INBOX/moved", "INBOX/y/k"]);
          assert.deepEqual(await contents(stores[each], "INBOX\0moved"), ["x1", "x2"]);
        }
        assert.deepEqual((await run(stores)).stderr, "");
      },
    );

  test("recorded under the other spelling before: it goes on, and nothing is copied again", async (t) => {
    const stores = await spelt(t, "remote", (line) => line.replace(/\bINBOX\b/, "Inbox"));
    await command(stores.local, "CREATE INBOX/x");
    await deliver(stores.local, "INBOX/x", ...mails("x", 2));
    await run(stores);
    const before = dump(stores.home.databaseFile).rows["mapping"];
    execute(
      stores.home.databaseFile,
      "UPDATE mailboxes SET mailbox = CAST('Inbox' || x'00' || 'x' AS BLOB) WHERE idx = 2",
    );
    assert.deepEqual((await run(stores)).stderr, "");
    assert.deepEqual(known(stores), ["INBOX", "INBOX/x"]);
    assert.deepEqual(dump(stores.home.databaseFile).rows["mapping"], before);
  });

  test("two mailboxes on one server are not taken for one: both are skipped, with a line", async (t) => {
    const stores = await spelt(t, "remote", (line) => line.replace(/\btwin\b/, "Inbox"));
    await command(stores.remote, "CREATE INBOX.x", "CREATE twin.x", "CREATE box");
    await deliver(stores.remote, "INBOX.x", ...mails("one", 2));
    await deliver(stores.remote, "twin.x", ...mails("two", 2));
    await command(stores.local, "CREATE INBOX/x");
    for (let runs = 0; runs < 2; runs++) {
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^remote\(INBOX\/x\): Mailbox skipped: "INBOX\/x" and "Inbox\/x" are two mailboxes/m);
      assert.equal(stderr.split("skipped").length, 2, stderr);
    }
    assert.deepEqual(await contents(stores.local, "INBOX\0x"), []);
    assert.ok((await names(stores.local)).includes("box"));
  });
});
