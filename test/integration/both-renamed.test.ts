// Clients renamed on both servers before a run saw either: what fits together is done on both, what does not is left alone
// until somebody says which name it is to have.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { bothSides, type PerSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { held as heldBy } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted } from "../support/raw-imap.ts";
import { runInterimap, type SectionSettings } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, mails, type TwoStores, twoStores, userNames } from "../support/two-stores.ts";
import { becomes, startWatching } from "../support/watching.ts";

const { slash, dot, cyrus } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
});

interface Story {
  readonly before: readonly string[];
  readonly local: readonly string[];
  readonly remote: readonly string[];
  /** What each mailbox is called when everything is settled, with a server that tells of renames. */
  readonly after: Readonly<Record<string, string>>;
}

/** Both servers' renames go together. */
const agreeing: readonly Story[] = [
  { before: ["same"], local: ["same one"], remote: ["same one"], after: { one: "same" } },
  { before: ["p", "p/q"], local: ["p/q p/r"], remote: ["p p2"], after: { p2: "p", "p2/r": "p/q" } },
  { before: ["h", "h/i"], local: ["h/i j"], remote: ["h h2"], after: { h2: "h", j: "h/i" } },
  { before: ["k", "l"], local: ["k k2"], remote: ["l l2"], after: { k2: "k", l2: "l" } },
  {
    before: ["a", "b", "b/c"],
    local: ["a t", "b a", "t b"],
    remote: ["b/c b/d"],
    after: { a: "b", b: "a", "a/d": "b/c" },
  },
];

/** Somebody has to say what is meant. */
const contrary: readonly Story[] = [
  { before: ["m", "m/n"], local: ["m m-here"], remote: ["m m-there"], after: {} },
  { before: ["o", "o/p"], local: ["o/p o/here"], remote: ["o o2", "o2/p o2/there"], after: {} },
  { before: ["u", "v"], local: ["u w"], remote: ["v w"], after: {} },
  { before: ["x", "y"], local: ["x t", "y x", "t y"], remote: ["x z"], after: {} },
];

const stories = [...agreeing, ...contrary];
/** Each below a letter of its own. */
const own = (at: number, names: string): string => names.replaceAll(/\S+/g, (name) => `${"ABCDEFGHI"[at]!}${name}`);

/** In all mailboxes of a story another number: some servers make it hard to tell others apart. */
function messagesOf(at: number, name: string): string {
  const count = stories[at]!.before.indexOf(name) + 1;
  return Array.from({ length: count }, (_, message) => `${own(at, name)}${message + 1}`).join(" ");
}

async function fill({ local }: TwoStores, stories: readonly Story[]): Promise<void> {
  for (const [at, { before }] of stories.entries())
    for (const [place, name] of before.entries()) {
      const inLocal = own(at, name).replaceAll("/", local.delimiter);
      await command(local, `CREATE ${quoted(inLocal)}`);
      await deliver(local, inLocal, ...mails(own(at, name), place + 1));
    }
}

async function rename(stores: TwoStores, stories: readonly Story[]): Promise<void> {
  for (const side of sides)
    for (const [at, story] of stories.entries())
      for (const line of story[side]) {
        const [from, to] = own(at, line).replaceAll("/", stores[side].delimiter).split(" ");
        await command(stores[side], `RENAME ${quoted(from!)} ${quoted(to!)}`);
      }
}

/** What each mailbox holds: what it was called before. */
const held = (server: MailServer): Promise<Record<string, string>> => heldBy(server, (_, messages) => messages > 0);

function afterAll(stories: readonly Story[]): Record<string, string> {
  const entries = stories.flatMap(({ after }, at) =>
    Object.entries(after).map(([name, was]): [string, string] => [own(at, name), messagesOf(at, was)]),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** For each rename that does not fit: m, o and both of u and v, and x. */
const contraryLines = 5;
/** And for each that nothing took the place of, unless these are followed. */
const mereLines = 5;
const whole = stories.flatMap(({ before }, at) => before.map((name) => messagesOf(at, name))).sort();

function skipped(stderr: string): readonly string[] {
  return stderr.split("\n").filter((line) => line.includes("skipped"));
}

/** Runs, and does the first thing that each line advises, until there is nothing more to do. */
async function takeAdvice(stores: TwoStores): Promise<void> {
  for (let runs = 0; runs < 8; runs++) {
    const { status, stderr } = await runInterimap(stores.home);
    if (status === 0) return;
    assert.equal(status, 1, stderr);
    const lines = skipped(stderr);
    const done = new Set<string>();
    for (const [at, line] of lines.entries()) {
      const [, advice = ""] = /(?:one name|other one|was renamed): interimap (.*?)(?:;.*)?$/.exec(line) ?? [];
      for (const words of advice.replaceAll("NEWNAME", `new-${runs}-${at}`).split(" && interimap ")) {
        const args = words.split(" ");
        // Another line may have been about the same mailbox.
        if (done.has(args.at(-2) ?? "")) continue;
        done.add(args.at(-2) ?? "");
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 0, `${line}\n${stderr}`);
      }
    }
  }
  assert.fail("the advice leads nowhere");
}

async function renamedOnBoth(
  t: TestContext,
  servers: PerSide<MailServer>,
  settings: SectionSettings = {},
): Promise<TwoStores> {
  const stores = await twoStores(t, servers, { settings });
  await fill(stores, stories);
  assert.equal((await runInterimap(stores.home)).status, 0);
  await rename(stores, stories);
  return stores;
}

/** Resolves with what is there after a run, on which the next one changes nothing. */
async function run({ home, ...stores }: TwoStores, lines: number): Promise<PerSide<Record<string, string>>> {
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 1, stderr);
  assert.equal(skipped(stderr).length, lines, stderr);
  const seen = await bothSides((side) => held(stores[side]));
  for (const side of sides) assert.deepEqual(Object.values(seen[side]).sort(), whole, side);
  assert.deepEqual(skipped((await runInterimap(home)).stderr), skipped(stderr));
  assert.deepEqual(await bothSides((side) => held(stores[side])), seen);
  return seen;
}

for (const [settings, lines] of [
  ["YES", contraryLines],
  ["NO", contraryLines + mereLines],
] as const) {
  const follows = { "follow-renames": settings };

  test(`what does not fit together is left alone, with one line each that has the commands; these settle it (${settings})`, async (t) => {
    const stores = await renamedOnBoth(t, { local: slash, remote: dot }, follows);
    await run(stores, lines);
    await takeAdvice(stores);
    const { local, remote } = await bothSides((side) => held(stores[side]));
    assert.deepEqual(local, remote);
    assert.deepEqual(Object.values(local).sort(), whole);
    assert.equal((await runInterimap(stores.home)).stderr, "");
  });

  test(`with Cyrus, too, nothing is lost or doubled, and the same is left alone (${settings})`, async (t) => {
    await run(await renamedOnBoth(t, { local: cyrus, remote: dot }, follows), lines);
  });
}

test("so it is with INBOX: the same new name is recorded, and of two the user chooses", async (t) => {
  const stores = await twoStores(t, { local: slash, remote: dot });
  await deliver(stores.local, "INBOX", ...mails("first", 2));
  assert.equal((await runInterimap(stores.home)).status, 0);
  for (const side of sides) await command(stores[side], "RENAME INBOX old");
  await deliver(stores.remote, "INBOX", ...mails("second", 3));
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  const old = { old: "first1 first2" };
  for (const side of sides) assert.deepEqual(await held(stores[side]), { INBOX: "second1 second2 second3", ...old });

  await command(stores.local, "RENAME INBOX here");
  await command(stores.remote, "RENAME INBOX there");
  await takeAdvice(stores);
  for (const side of sides) assert.deepEqual(await held(stores[side]), { here: "second1 second2 second3", ...old });
  assert.equal((await runInterimap(stores.home)).stderr, "");
});

test("a daemon that hears of both does all that fits together, and nothing is skipped", async (t) => {
  const stores = await startWatching(t, { local: slash, remote: dot }, { prepare: (both) => fill(both, agreeing) });
  // It is to find all of them at once; stopped for too long, it would take the connections for dead, and hear of none.
  const renamed = rename(stores, agreeing);
  for (const side of sides) stores.hold(side, "server", { pattern: /^\* LIST /, action: () => renamed });
  await renamed;
  stores.daemon.kill("SIGUSR1");
  const both = (): Promise<PerSide<Record<string, string>>> => bothSides((side) => held(stores[side]));
  const after = afterAll(agreeing);
  await becomes(both, { local: after, remote: after }).catch((error: unknown) => {
    throw new Error(stores.daemon.said(/./).join("\n"), { cause: error });
  });
  await stores.daemon.waits();
  const { stderr } = await stores.daemon.stop();
  assert.doesNotMatch(stderr, /skipped/);
  assert.equal((await runInterimap(stores.home)).stderr, "");
});

test("where a server refuses a step, what made room for it has its name back, others are followed, and the next run goes on", async (t) => {
  const exchanges: readonly Story[] = [
    { before: ["a", "b"], local: ["a t", "b a", "t b"], remote: [], after: { a: "b", b: "a" } },
    { before: ["a", "b"], local: ["a t", "b a", "t b"], remote: [], after: { a: "b", b: "a" } },
  ];
  const stores = await twoStores(t, { local: slash, remote: dot });
  await fill(stores, exchanges);
  assert.equal((await runInterimap(stores.home)).status, 0);
  await rename(stores, exchanges);
  stores.hold("remote", "client", {
    pattern: / RENAME "?A[ab]"? "?A[ab]"?$/,
    always: true,
    action: (line) => ({ instead: `${line.split(" ")[0]!} RENAME nowhere refused` }),
  });
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 1, stderr);
  assert.equal(skipped(stderr).length, 1, stderr);
  const followed = { Ba: "Bb1 Bb2", Bb: "Ba1" };
  assert.deepEqual(await held(stores.local), { Aa: "Ab1 Ab2", Ab: "Aa1", ...followed });
  assert.deepEqual(await held(stores.remote), { Aa: "Aa1", Ab: "Ab1 Ab2", ...followed });

  stores.release("remote");
  assert.equal((await runInterimap(stores.home)).status, 0);
  for (const side of sides) assert.deepEqual(await held(stores[side]), { Aa: "Ab1 Ab2", Ab: "Aa1", ...followed });
  assert.equal((await runInterimap(stores.home)).stderr, "");
});
