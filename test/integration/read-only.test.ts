// A database that cannot be written, for whichever reason: one line before any traffic, and nothing is changed anywhere.

import assert from "node:assert/strict";
import { chmodSync, copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { interimapCommand } from "../support/run-interimap.ts";
import { smallDisk } from "../support/small-disk.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { bytesOf } from "../unit/state/databases.ts";
import { assertConverges } from "./converge.ts";
import { assertRefused, type Refusal, unprivileged } from "./refusal.ts";

const { server } = await startAll({ server: startDovecot() });

const commands: readonly (readonly string[])[] = [[], ["--watch=1"], ["--notify"], ["--repair"], ["--delete", "Box"]];
const wordsFor = (path: string): readonly string[] => [`the database ${path} cannot be opened for writing; `];

/** Each command is refused without a word to a server. */
async function assertAllRefused(stores: TwoStores, refusal: Refusal): Promise<void> {
  const before = [stores.proxies.local.connections, stores.proxies.remote.connections];
  for (const args of commands) await assertRefused(stores.home, { ...refusal, args });
  assert.deepEqual([stores.proxies.local.connections, stores.proxies.remote.connections], before);
}

describe("a database that is there", () => {
  for (const { name, spoil, mend } of [
    {
      name: "the file may not be written",
      spoil: (path: string) => chmodSync(path, 0o444),
      mend: (path: string) => chmodSync(path, 0o600),
    },
    {
      name: "no file may be made beside it",
      spoil: (path: string) => chmodSync(dirname(path), 0o555),
      mend: (path: string) => chmodSync(dirname(path), 0o755),
    },
  ]) {
    test(name, async (t) => {
      const stores = await twoStores(t, { local: server, remote: server });
      const path = stores.home.databaseFile;
      await deliver(stores.local, "INBOX", ...mails("a", 3));
      await assertConverges(stores);
      await deliver(stores.local, "INBOX", ...mails("b", 1));
      const before = bytesOf(path);
      spoil(path);
      await assertAllRefused(stores, { status: 74, line: wordsFor(path), program: unprivileged() });
      assert.equal(bytesOf(path), before);
      mend(path);
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.remote), ["a1", "a2", "a3", "b1"]);
    });
  }

  test("its file system is read-only", async (t) => {
    const disk = await smallDisk(t);
    if (disk === undefined) return;
    const database = join(disk.directory, "x.db");
    const stores = await twoStores(t, { local: server, remote: server });
    await deliver(stores.local, "INBOX", ...mails("a", 3));
    await assertConverges(stores);
    copyFileSync(stores.home.databaseFile, disk.outside(database));
    stores.home.configure({
      local: stores.proxies.local.server,
      remote: stores.proxies.remote.server,
      settings: { database },
    });
    const before = bytesOf(disk.outside(database));
    disk.setReadOnly(true);
    await assertAllRefused(stores, { status: 74, line: wordsFor(database), program: disk.inside(interimapCommand()) });
    assert.equal(bytesOf(disk.outside(database)), before);
  });
});

test("a database that is to be made on a file system that is read-only", async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return;
  const program = disk.inside(interimapCommand());
  const database = join(disk.directory, "x.db");
  const stores = await twoStores(t, { local: server, remote: server }, { settings: { database } });
  disk.setReadOnly(true);
  const line = `cannot create the database ${database} (EROFS); its directory must exist and be writable`;
  await assertRefused(stores.home, { status: 73, line, program });
  const { local, remote } = stores.proxies;
  assert.deepEqual([local.connections, remote.connections], [0, 0]);
});
