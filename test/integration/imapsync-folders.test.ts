// The copier on real servers: which folders are copied, where to, and which are deleted.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted, RawImap } from "../support/raw-imap.ts";
import { type ImapsyncResult, runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { asClient, mail, type TwoStores, twoStores } from "../support/two-stores.ts";

function special(uses: Readonly<Record<string, string>>): string {
  const boxes = Object.entries(uses).map(([name, use]) => `  mailbox "${name}" {\n    special_use = ${use}\n  }`);
  return `namespace inbox {\n${boxes.join("\n")}\n}`;
}

const { slash, other, dot, french, english } = await startAll({
  slash: startDovecot(),
  other: startDovecot(),
  dot: startDovecot({ separator: ".", prefix: "INBOX." }),
  french: startDovecot({ extraConfig: special({ Envoi: "\\Sent", Poubelle: "\\Trash" }) }),
  english: startDovecot({ extraConfig: special({ Sent: "\\Sent", Trash: "\\Trash", Junk: "\\Junk" }) }),
});

/** Messages by folder, names on the wire. */
type Account = Readonly<Record<string, readonly string[]>>;

const five: Account = { INBOX: ["i"], A: ["a"], "A/B": ["b"], "A/B/C": ["c"], AB: ["ab"], Z: ["z"] };

async function fill(server: MailServer, account: Account): Promise<void> {
  await asClient(server, async (imap) => {
    for (const [folder, names] of Object.entries(account)) {
      if (folder !== "INBOX") await imap.run(`CREATE ${quoted(folder)}`);
      for (const name of names) await imap.append(folder, [mail(name)]);
    }
  });
}

async function held(server: MailServer): Promise<Account> {
  const imap = await RawImap.login(server);
  try {
    const account: Record<string, readonly string[]> = {};
    for (const { name, attributes } of await imap.list()) {
      if (attributes.includes("\\noselect")) continue;
      await imap.run(`EXAMINE ${quoted(name)}`);
      const { untagged } = await imap.run("UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])");
      const texts = untagged.flatMap(({ literals }) => literals.map((literal) => literal.toString("latin1")));
      account[name] = texts.map((text) => /Subject: (.*)/.exec(text)![1]!).toSorted();
    }
    return account;
  } finally {
    await imap.close();
  }
}

interface Scene {
  readonly servers?: { readonly local: MailServer; readonly remote: MailServer };
  readonly local?: Account;
  readonly remote?: Account;
  readonly args: readonly string[];
  readonly code?: number;
}

interface Played extends ImapsyncResult {
  readonly stores: TwoStores;
  readonly account1: Account;
  readonly account2: Account;
}

async function play(t: TestContext, { servers, local = five, remote = {}, args, code = 0 }: Scene): Promise<Played> {
  const stores = await twoStores(t, servers ?? { local: slash, remote: other });
  await fill(stores.local, local);
  await fill(stores.remote, remote);
  const result = await runImapsync(stores, args);
  assert.equal(result.code, code, result.lines.join("\n") + result.stderr);
  return { ...result, stores, account1: await held(stores.local), account2: await held(stores.remote) };
}

/** What is on host2 afterwards; INBOX is always there. */
const selections: readonly (readonly [args: string, expected: Account])[] = [
  ["--folder A --folder Z", { INBOX: [], A: ["a"], Z: ["z"] }],
  ["--folderrec A/B --folder nowhere", { A: [], "A/B": ["b"], "A/B/C": ["c"], INBOX: [] }],
  ["--include ^A --exclude C$", { A: ["a"], "A/B": ["b"], AB: ["ab"], INBOX: [] }],
  ["--folder Z --include B/C", { A: [], "A/B": [], "A/B/C": ["c"], INBOX: [], Z: ["z"] }],
  ["--subfolder1 A", { B: ["b"], "B/C": ["c"], INBOX: ["a"] }],
  ["--subfolder1 A --subfolder2 A", { A: ["a"], "A/B": ["b"], "A/B/C": ["c"], INBOX: [] }],
  ["--subfolder2 Old --folder INBOX --folder A", { INBOX: [], Old: [], "Old/A": ["a"], "Old/INBOX": ["i"] }],
  ["--f1f2 A=New/Place --f1f2 Z=INBOX --exclude ^A.", { INBOX: ["i", "z"], New: [], "New/Place": ["a"] }],
  ["--regextrans2 s,^A,X, --exclude ^A. --f1f2 Z=A", { A: ["z"], INBOX: ["i"], X: ["a"] }],
];

for (const [args, expected] of selections)
  test(args, async (t) => {
    const { account2 } = await play(t, { args: args.split(" ") });
    assert.deepEqual(account2, expected);
  });

test("an expression that never finds one of its words is as in Perl, and told", async (t) => {
  const args = ["--regextrans2", "s{Sent|Sent Messages}{Sent}"];
  const { account2, lines } = await play(t, { local: { "Sent Messages": ["s"] }, args });
  assert.deepEqual(account2, { INBOX: [], "Sent Messages": ["s"] });
  assert.ok(lines.some((line) => line.includes('never finds "Sent Messages"')));
});

test("the order is that of the names, but for the first and the last", async (t) => {
  const { lines } = await play(t, { args: ["--folderfirst", "Z", "--folderlast", "A", "--exclude", "/"] });
  const order = lines.flatMap((line) => /^Folder +\d\/4 \[(.*?)\]/.exec(line)?.[1] ?? []);
  assert.deepEqual(order, ["Z", "AB", "INBOX", "A"]);
});

test("--subfolder1 that does not exist ends the run with 21, and nothing is copied", async (t) => {
  const { account2, lines } = await play(t, { args: ["--subfolder1", "nowhere"], code: 21 });
  assert.deepEqual(account2, { INBOX: [] });
  assert.match(lines.join("\n"), /^Exiting with return value 21 \(EXIT_SUBFOLDER1_NO_EXISTS: /m);
});

test("a folder that host2 refuses to create is an error, and the others are copied", async (t) => {
  const { account2 } = await play(t, { args: ["--f1f2", `Z=${"z".repeat(300)}`, "--exclude", "^A"], code: 116 });
  assert.deepEqual(account2, { INBOX: ["i"] });
});

test("names with characters that mean something elsewhere, and a level without messages", async (t) => {
  const local = {
    ...{ 'a"b': ["1"], "a\\b": ["2"], "a*b": ["3"], "a%b": ["4"], "R&-D": ["5"], "trail ": ["6"], " lead": ["7"] },
    ...{ "&AOk-t&AOk-": ["8"], "x/y/z": ["9"], "INBOX/child": ["10"], "p(q){3}": ["11"] },
  };
  const { account1, account2 } = await play(t, { local, args: [] });
  assert.deepEqual(account2, { ...account1, x: [], "x/y": [] });
});

test("separators and prefixes are translated, there and back", async (t) => {
  const local = { ...five, "with.dot": ["w"] };
  const { account2 } = await play(t, { servers: { local: slash, remote: dot }, local, args: [] });
  const expected = { INBOX: ["i"], "INBOX.A": ["a"], "INBOX.A.B": ["b"], "INBOX.A.B.C": ["c"], "INBOX.AB": ["ab"] };
  assert.deepEqual(account2, { ...expected, "INBOX.Z": ["z"], "INBOX.with_dot": ["w"] });
  const back = await play(t, {
    servers: { local: dot, remote: other },
    local: { INBOX: ["i"], "INBOX.A": ["a"], "INBOX.A.B": ["b"] },
    args: [],
  });
  assert.deepEqual(back.account2, { A: ["a"], "A/B": ["b"], INBOX: ["i"] });
});

test("--automap pairs folders by what both servers say", async (t) => {
  const { account2 } = await play(t, {
    servers: { local: french, remote: english },
    local: { Envoi: ["s"], Poubelle: ["t"], Work: ["w"] },
    remote: { Sent: [], Trash: [] },
    args: ["--automap"],
  });
  assert.deepEqual(account2, { INBOX: [], Sent: ["s"], Trash: ["t"], Work: ["w"] });
});

test("--automap goes by the name where a server says nothing", async (t) => {
  const { account2 } = await play(t, {
    servers: { local: slash, remote: english },
    local: { "Gesendete Objekte": ["s"], Papierkorb: ["t"], Work: ["w"] },
    remote: { Sent: [], Trash: [] },
    args: ["--automap"],
  });
  assert.deepEqual(account2, { INBOX: [], Sent: ["s"], Trash: ["t"], Work: ["w"] });
});

test("--justautomap lists the pairs, and changes nothing", async (t) => {
  const { account2, lines } = await play(t, {
    servers: { local: french, remote: english },
    local: { Envoi: ["s"] },
    remote: { Sent: [] },
    args: ["--justautomap"],
  });
  assert.ok(lines.some((line) => /^\[Envoi\] +-> \[Sent\]$/.test(line)));
  assert.deepEqual(account2, { INBOX: [], Sent: [] });
});

test("--justfolderlists lists what is there, and changes nothing", async (t) => {
  const { account2, lines } = await play(t, { local: { "&AOk-t&AOk-": ["e"] }, args: ["--justfolderlists"] });
  assert.ok(lines.includes("[&AOk-t&AOk-] = [été]"));
  assert.deepEqual(account2, { INBOX: [] });
});

test("INBOX in another spelling is the same folder, with its subscription", async (t) => {
  const stores = await twoStores(t, { local: slash, remote: other });
  await fill(stores.local, { INBOX: ["i"] });
  await asClient(stores.local, (imap) => imap.run("SUBSCRIBE INBOX"));
  const { code, lines } = await runImapsync(stores, ["--folder", "Inbox"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual(await held(stores.remote), { INBOX: ["i"] });
  const { untagged } = await asClient(stores.remote, (imap) => imap.run('LSUB "" "*"'));
  assert.match(untagged.map(({ line }) => line).join("\n"), /INBOX/);
});

test("--justfolders creates, and copies nothing", async (t) => {
  const { account2, lines } = await play(t, { args: ["--justfolders"] });
  assert.deepEqual(account2, { INBOX: [], A: [], "A/B": [], "A/B/C": [], AB: [], Z: [] });
  assert.ok(!lines.some((line) => line.startsWith("The sync ")));
});

test("--nomixfolders takes one of those that differ in case", async (t) => {
  const local = { SENT: ["1"], Sent: ["2"], sent: ["3"] };
  const { account2, lines } = await play(t, { local, remote: { Sent: [] }, args: ["--nomixfolders"] });
  assert.deepEqual(account2, { INBOX: [], Sent: ["2"] });
  for (const folder of ["SENT", "sent"])
    assert.ok(lines.some((line) => line.includes(`folder [${folder}] is left out with its 1 message: `)));
});

test("--delete2folders deletes what host1 has not, children first, and nothing that has a use", async (t) => {
  const { account2 } = await play(t, {
    servers: { local: slash, remote: english },
    local: { A: ["a"] },
    remote: { Gone: ["g"], "Gone/Sub": ["g"], Trash: ["t"], A: [] },
    args: ["--delete2folders"],
  });
  assert.deepEqual(account2, { A: ["a"], INBOX: [], Trash: ["t"] });
});

test("--delete2foldersonly, --delete2foldersbutnot and --subfolder2 say where", async (t) => {
  const remote = { Old1: ["x"], Old2: ["y"], New: ["z"] };
  const only = await play(t, { local: {}, remote, args: ["--delete2foldersonly", "/^Old/"] });
  assert.deepEqual(only.account2, { INBOX: [], New: ["z"] });
  const butNot = await play(t, { local: {}, remote, args: ["--delete2foldersbutnot", "m{^old}i"] });
  assert.deepEqual(butNot.account2, { INBOX: [], Old1: ["x"], Old2: ["y"] });
  const inside = await play(t, {
    local: { A: ["a"] },
    remote: { "Backup/Gone": ["g"], Other: ["o"] },
    args: ["--delete2folders", "--subfolder2", "Backup"],
  });
  assert.deepEqual(inside.account2, {
    ...{ INBOX: [], Backup: [], "Backup/A": ["a"], "Backup/INBOX": [], Other: ["o"] },
  });
});

test("--delete1emptyfolders deletes what is empty, and keeps what is not", async (t) => {
  const { account1 } = await play(t, {
    local: { INBOX: [], "A/B": ["b"], Empty: [], "Empty/too": [] },
    args: ["--delete1emptyfolders", "--folderrec", "Empty", "--folder", "A/B"],
  });
  assert.deepEqual(account1, { "A/B": ["b"], INBOX: [] });
});
