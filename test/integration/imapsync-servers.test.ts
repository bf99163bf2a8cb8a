// The copier between servers of every kind, with names, flags and dates; run again, and run strictly.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { isCyrusInstalled, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted } from "../support/raw-imap.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, expunge, mail, store, twoStores, userNames } from "../support/two-stores.ts";

const hasAll = isCyrusInstalled() && isCourierInstalled();
const skip = !hasAll && "Cyrus or Courier is not installed";

const servers = hasAll
  ? await startAll({
      dovecot: startDovecot(),
      // Nothing but what RFC 3501 asks for.
      bare: startDovecot({ capabilities: ["IMAP4rev1"], separator: ".", prefix: "INBOX." }),
      cyrus: startCyrus({ users: userNames, separator: ".", altNamespace: false }),
      courier: startCourier(),
    })
  : undefined;

type Name = keyof NonNullable<typeof servers>;

const pairs: readonly (readonly [Name, Name])[] = [
  ["dovecot", "cyrus"],
  ["cyrus", "dovecot"],
  ["dovecot", "courier"],
  ["courier", "dovecot"],
  ["dovecot", "bare"],
  ["bare", "dovecot"],
  ["cyrus", "courier"],
  ["courier", "cyrus"],
  ["bare", "bare"],
];

function named({ prefix, delimiter }: MailServer, ...levels: readonly string[]): string {
  return prefix + levels.join(delimiter);
}

/** Courier ends the last line of a message where it has no end. */
const alike = { withFinalLineEnd: true };

async function fill(server: MailServer): Promise<void> {
  const folders = [named(server, "A"), named(server, "A", "B b"), named(server, "&AOk-t&AOk-")];
  await command(server, ...folders.map((folder) => `CREATE ${quoted(folder)}`), `SUBSCRIBE ${quoted(folders[1]!)}`);
  await deliver(server, "INBOX", mail("m1", { flags: ["\\Seen", "work"] }), mail("m2"), mail("m3"), mail("m3"));
  await deliver(server, folders[1]!, mail("b1", { internalDate: "15-Jul-2019 23:59:58 +0530" }));
  await deliver(server, folders[2]!, mail("e1", { flags: ["\\Flagged", "\\Answered"] }));
}

async function play(t: TestContext, [from, to]: readonly [Name, Name]): Promise<void> {
  const stores = await twoStores(t, { local: servers![from], remote: servers![to] });
  const run = async (...args: readonly string[]) => {
    // Of an account that has INBOX only, nobody can guess it.
    const prefix = to === "bare" ? ["--prefix2", "INBOX."] : [];
    const result = await runImapsync(stores, ["--syncduplicates", ...prefix, ...args]);
    assert.equal(result.code, 0, result.lines.join("\n"));
    return result.figure("Messages transferred");
  };
  const assertAlike = async (): Promise<void> => {
    const [local, remote] = await Promise.all([
      snapshot(stores.local, stores.local.user, alike),
      snapshot(stores.remote, stores.remote.user, alike),
    ]);
    assert.deepEqual(remote.mailboxes, local.mailboxes);
    for (const name of local.subscribed) if (name !== "INBOX") assert.ok(remote.subscribed.has(name), name);
  };
  await fill(stores.local);
  assert.equal(await run(), "6");
  await assertAlike();
  assert.equal(await run(), "0");
  await store(stores.local, "1 FLAGS (\\Answered)");
  if (stores.local.isBare !== true) await expunge(stores.local, "2");
  await deliver(stores.local, "INBOX", mail("m5"));
  await deliver(stores.remote, "INBOX", mail("own"));
  assert.equal(await run("--delete2", "--delete2folders"), "1");
  await assertAlike();
}

for (const pair of pairs)
  test(`from ${pair[0]} to ${pair[1]}`, { skip }, async (t) => {
    await play(t, pair);
  });
