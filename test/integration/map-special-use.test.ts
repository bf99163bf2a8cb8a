// map-special-use: mailboxes that are for the same on both servers are one, and stay so.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type PerSide, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { plainText, runInterimap, type RunResult } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { becomes, startWatching } from "../support/watching.ts";
import { dump } from "../unit/state/databases.ts";
import { assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

function using(names: Readonly<Record<string, string>>): string {
  const mailboxes = Object.entries(names).map(([name, use]) => `mailbox "${name}" {\n special_use = \\${use}\n}`);
  return `namespace inbox {\n${mailboxes.join("\n")}\n}`;
}

const remoteNames = { "Sent Items": "Sent", "Deleted Items": "Trash", Drafts: "Drafts", "Misc/Archived": "Archive" };
const { english, odd, moved, bare } = await startAll({
  english: startDovecot({ extraConfig: using({ Sent: "Sent", Trash: "Trash", Drafts: "Drafts", Archive: "Archive" }) }),
  odd: startDovecot({ separator: ".", extraConfig: using(remoteNames).replace("Misc/", "Misc.") }),
  moved: startDovecot({ extraConfig: using({ Versandt: "Sent" }) }),
  bare: startDovecot({
    extraConfig: using({ Gesendet: "Sent", Alles: "All" }),
    withoutCapabilities: ["SPECIAL-USE", "LIST-EXTENDED", "LIST-STATUS"],
  }),
});
const servers = { local: english, remote: odd };
const settings = { "map-special-use": "YES" };
const sent: PerSide<string> = { local: "Sent", remote: "Sent Items" };

async function names(server: MailServer): Promise<string[]> {
  const { mailboxes } = await snapshot(server);
  return [...mailboxes.keys()].map((name) => name.replaceAll("\0", "/")).sort();
}

async function run({ home }: TwoStores, ...args: readonly string[]): Promise<RunResult> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

async function made({ local, remote }: TwoStores): Promise<void> {
  await command(local, ...["Sent", "Sent/old", "Trash", "Drafts", "Archive"].map((name) => `CREATE ${name}`));
  const there = ["Sent Items", "Deleted Items", "Drafts", "Misc.Archived"];
  await command(remote, ...there.map((name) => `CREATE "${name}"`));
  await deliver(local, "Sent", ...mails("l", 2), ...mails("both", 1));
  await deliver(local, "Sent/old", ...mails("old", 1));
  await deliver(remote, "Sent Items", ...mails("r", 2), ...mails("both", 1));
  await deliver(remote, "Misc.Archived", ...mails("a", 1));
}

for (const pattern of ["*", "INBOX Sent Sent/* Archive Drafts Trash"]) {
  test(`mailboxes of the same use are one, with list-mailbox = ${pattern}`, async (t) => {
    const stores = await twoStores(t, servers, { settings: { ...settings, "list-mailbox": pattern } });
    await made(stores);
    await run(stores);
    const all = ["both1", "l1", "l2", "r1", "r2"];
    assert.deepEqual(await contents(stores.local, "Sent"), all);
    assert.deepEqual(await contents(stores.remote, "Sent Items"), all);
    assert.deepEqual(await contents(stores.remote, "Sent Items\0old"), ["old1"]);
    assert.deepEqual(await contents(stores.local, "Archive"), ["a1"]);
    assert.deepEqual(await names(stores.local), ["Archive", "Drafts", "INBOX", "Sent", "Sent/old", "Trash"]);
    assert.ok(!(await names(stores.remote)).some((name) => ["Sent", "Trash", "Archive"].includes(name)));
    assert.deepEqual((await run(stores)).stderr, "");
    await assertNothingToDo(stores);
    await expunge(stores.remote, "1", "Sent Items");
    await deliver(stores.local, "Sent/old", ...mails("new", 1));
    await run(stores);
    assert.equal((await contents(stores.local, "Sent")).length, 4);
    assert.deepEqual(await contents(stores.remote, "Sent Items\0old"), ["new1", "old1"]);
    await run(stores, "--repair", "Sent");
    await run(stores, "--rename", "Sent/old", "Older");
    await run(stores, "--delete", "Trash");
    assert.ok((await names(stores.remote)).includes("Older"));
    assert.ok(!(await names(stores.remote)).includes("Deleted Items"));
  });
}

test("a server tells uses without being asked: they are paired, and left out", async (t) => {
  const stores = await twoStores(t, { local: english, remote: bare }, { settings });
  await command(stores.local, "CREATE Sent");
  await deliver(stores.local, "Sent", ...mails("s", 1));
  await command(stores.remote, "CREATE Gesendet", "CREATE Alles");
  await deliver(stores.remote, "Alles", ...mails("copy", 1));
  const { stderr } = await run(stores);
  assert.match(stderr, /special use: "Alles"/);
  assert.deepEqual(await contents(stores.remote, "Gesendet"), ["s1"]);
  assert.deepEqual(await names(stores.local), ["INBOX", "Sent"]);
  assert.deepEqual((await run(stores)).stderr, "");
});

describe("what was paired stays so", () => {
  async function everything({ local, remote, home }: TwoStores): Promise<unknown> {
    return [await snapshot(local), await snapshot(remote), dump(home.databaseFile)];
  }

  test("when the use moves, which is told", async (t) => {
    const stores = await twoStores(t, { local: english, remote: moved }, { settings });
    await command(stores.local, "CREATE Sent");
    await command(stores.remote, "CREATE Versandt");
    await deliver(stores.local, "Sent", ...mails("l", 1));
    await run(stores);
    assert.deepEqual(await contents(stores.remote, "Versandt"), ["l1"]);
    // Said when uses are asked for.
    stores.hold("remote", "server", {
      pattern: /^\* LIST \(.*\\Sent.*Versandt/,
      action: (line) => ({ instead: line.replace("Versandt", "Other") }),
    });
    await deliver(stores.remote, "Versandt", ...mails("r", 1));
    assert.match((await run(stores)).stderr, /\\sent is "Sent" on the local server, "Other" on the remote/);
    assert.deepEqual(await contents(stores.local, "Sent"), ["l1", "r1"]);
    await assertNothingToDo(stores);
  });

  test("what was synchronised under its own name is not paired later, and a line says so", async (t) => {
    const stores = await twoStores(t, servers);
    await made(stores);
    await run(stores);
    const { local, remote } = stores.proxies;
    const configure = (lines = {}): void => {
      stores.home.configure({ local: plainText(local.server), remote: plainText(remote.server), settings: lines });
    };
    configure(settings);
    const before = await everything(stores);
    for (let turn = 0; turn < 2; turn++) {
      const { stderr } = await run(stores);
      assert.match(stderr, /\\sent is "Sent" on the local server, "Sent Items" on the remote/);
      assert.deepEqual(await everything(stores), before);
    }
    // Forgotten, they are met for the first time.
    await run(stores, "--target=database", "--delete", "Sent", "Sent/old", "Sent Items");
    assert.equal((await runInterimap(stores.home)).status, 1);
    assert.deepEqual(await contents(stores.local, "Sent"), await contents(stores.remote, "Sent Items"));
  });

  test("switched off, neither is touched", async (t) => {
    const stores = await twoStores(t, servers, { settings });
    await made(stores);
    await run(stores);
    const before = await everything(stores);
    const { local, remote } = stores.proxies;
    const configure = (lines = {}): void => {
      stores.home.configure({ local: plainText(local.server), remote: plainText(remote.server), settings: lines });
    };
    configure();
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1);
    assert.match(stderr, /"Sent" skipped: .*map-special-use/);
    assert.deepEqual(await everything(stores), before);
    // The same by the configuration's word.
    const lines = ["Sent = Sent Items", "Trash = Deleted Items", "Archive = Misc.Archived"];
    configure({ "map-mailbox": lines.join("\nmap-mailbox = ") });
    await run(stores);
    await assertNothingToDo(stores);
  });
});

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);
  test(`news on the ${side} server go to the paired mailbox`, async (t) => {
    const stores = await startWatching(t, servers, { settings, prepare: made });
    await deliver(stores[side], sent[side], ...mails("news", 1));
    await becomes(async () => (await contents(stores[other], sent[other])).includes("news1"), true);
    await stores.daemon.stop();
  });
}
