// The disk that holds the database gets full, at each moment at which something is written: one line says so, and when there
// is room again the next run ends as if nothing had been.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Side } from "../../src/model/side.ts";
import { openStore } from "../../src/state/open-store.ts";
import { originalDatabase } from "../migrations/original.ts";
import { startDovecot } from "../support/dovecot.ts";
import { interimapCommand, runInterimap, type RunResult, type SectionSettings } from "../support/run-interimap.ts";
import { type SmallDisk, smallDisk } from "../support/small-disk.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, expunge, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { type Daemon, startDaemon } from "../support/watching.ts";
import { batchSize } from "../unit/state/child.ts";
import { bytesOf, temporaryDirectory } from "../unit/state/databases.ts";

const { server } = await startAll({ server: startDovecot() });

interface OnDisk {
  readonly stores: TwoStores;
  readonly disk: SmallDisk;
  /** What a run says that meets the full disk. */
  readonly line: string;
  readonly run: (args?: readonly string[]) => Promise<RunResult>;
  readonly watch: () => Daemon;
}

/** Two stores whose database is on a small disk; undefined when there is none to be had. */
async function onDisk(t: TestContext, settings: SectionSettings = {}): Promise<OnDisk | undefined> {
  const disk = await smallDisk(t);
  if (disk === undefined) return undefined;
  const database = join(disk.directory, "x.db");
  const made = await twoStores(t, { local: server, remote: server }, { settings: { database, ...settings } });
  const stores = { ...made, home: { ...made.home, databaseFile: database } };
  const program = disk.inside(interimapCommand());
  return {
    stores,
    disk,
    line: `no space is left for the database ${database}; make room on its file system and run again: nothing that was done is lost\n`,
    run: (args = []) => runInterimap(stores.home, args, { program }),
    watch: () => startDaemon(t, stores.home, { args: ["--watch=1"], program }),
  };
}

/** As on both sides when everything has arrived: nothing lost, nothing twice. */
async function assertWhole(
  { stores, run }: Pick<OnDisk, "stores" | "run">,
  expected: readonly string[],
): Promise<void> {
  const { status, stderr } = await run();
  assert.equal(status, 0, stderr);
  assert.deepEqual(diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote)), []);
  assert.deepEqual(await contents(stores.local), expected);
  const again = await run(["--debug"]);
  assert.equal(again.status, 0);
  assert.doesNotMatch(again.stderr, /: C: \S+ (?:UID )?(?:STORE|EXPUNGE|APPEND|SELECT)\b/u);
}

/** Both sides hold a1 … a4; then each changes. */
async function prepare({ stores, run }: Pick<OnDisk, "stores" | "run">): Promise<void> {
  await deliver(stores.local, "INBOX", ...mails("a", 4));
  const { status, stderr } = await run();
  assert.equal(status, 0, stderr);
}

async function change({ local, remote }: TwoStores): Promise<void> {
  await expunge(remote, "4");
  await store(remote, "2 +FLAGS (\\Seen)");
  await deliver(local, "INBOX", ...mails("l", 3));
  await deliver(remote, "INBOX", ...mails("r", 2));
}
const changed = ["a1", "a2 \\seen", "a3", "l1", "l2", "l3", "r1", "r2"];

/** What is about to be written when this line goes out to a server. */
const moments: readonly { readonly name: string; readonly side: Side; readonly pattern: RegExp }[] = [
  { name: "the removal of rows", side: "local", pattern: /UID EXPUNGE/ },
  { name: "the interruption marker", side: "local", pattern: /UID FETCH .*RFC822\.SIZE/ },
  { name: "the first batch of copies", side: "remote", pattern: / APPEND / },
  { name: "the checkpoint", side: "remote", pattern: / STATUS INBOX / },
];

describe(
  "a run that meets a full disk says so, exits with 74, and the next one completes its work",
  { concurrency: 3 },
  () => {
    test("when the database is made", async (t) => {
      const place = await onDisk(t);
      if (place === undefined) return;
      const { stores, disk, run, line } = place;
      await deliver(stores.local, "INBOX", ...mails("a", 3));
      disk.fill();
      const { status, stdout, stderr } = await run();
      assert.deepEqual([status, stdout, stderr], [74, "", line]);
      assert.equal(stores.proxies.local.connections, 0, "before any traffic");
      disk.makeRoom();
      await assertWhole(place, ["a1", "a2", "a3"]);
    });

    for (const { name, side, pattern } of moments) {
      test(`at ${name}`, async (t) => {
        const place = await onDisk(t);
        if (place === undefined) return;
        const { stores, disk, run, line } = place;
        await prepare(place);
        await change(stores);
        stores.hold(side, "client", { pattern, action: () => disk.fill() });
        const { status, stderr } = await run(["--quiet"]);
        assert.deepEqual([status, stderr], [74, line]);
        // At its end the run before has folded the log of commits into the database, which makes room.
        disk.fill();
        const again = await run(["--quiet"]);
        assert.deepEqual([again.status, again.stderr], [74, line], "as long as it is full");
        disk.makeRoom();
        await assertWhole(place, changed);
      });

      test(`at ${name}, in a daemon`, async (t) => {
        const place = await onDisk(t);
        if (place === undefined) return;
        const { stores, disk, watch, line } = place;
        await prepare(place);
        const daemon = watch();
        await daemon.waits();
        stores.hold(side, "client", { pattern, action: () => disk.fill() });
        await change(stores);
        const { status, stderr } = await daemon.finished;
        assert.equal(status, 74);
        assert.equal(stderr.split("\n").filter((one) => `${one}\n` === line).length, 1, stderr);
        assert.doesNotMatch(stderr, /^\s+at |internal error/m);
        disk.makeRoom();
        const second = watch();
        await second.waits(2);
        await second.stop();
        await assertWhole(place, changed);
      });
    }
  },
);

test("full when the log of commits is folded into the database: nothing is wrong, and the next run does it", async (t) => {
  const place = await onDisk(t);
  if (place === undefined) return;
  const { stores, disk } = place;
  const [database, log] = ["x.db", "x.db-wal"].map((name) => disk.outside(join(disk.directory, name)));
  await prepare(place);
  // Enough to make the database grow, which has free pages from the beginning.
  const many = mails("m", 2_000);
  await deliver(stores.local, "INBOX", ...many);
  const before = statSync(database!).size;
  const daemon = place.watch();
  await daemon.waits();
  disk.fill();
  const { status, stderr } = await daemon.stop();
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /no space/);
  assert.ok(statSync(log!).size > 0);
  disk.makeRoom();
  await assertWhole(place, ["a1", "a2", "a3", "a4", ...many.map((_, i) => `m${i + 1}`)].sort());
  assert.ok(statSync(database!).size > before);
  assert.equal(existsSync(log!), false);
});

test("written until nothing fits any more, folding in between: what was committed is there", async (t) => {
  const disk = await smallDisk(t, { megabytes: 16 });
  if (disk === undefined) return;
  const path = join(disk.directory, "x.db");
  const script = fileURLToPath(new URL("../unit/state/child.ts", import.meta.url));
  const [program, ...words] = disk.inside([
    process.execPath,
    "--import",
    import.meta.resolve("tsx"),
    script,
    "write",
    path,
  ]);
  const child = spawn(program!, words, { stdio: ["pipe", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let [printed, complaint] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  await once(child, "close");
  assert.match(complaint, /DATABASE_READ/);
  const batches = printed.split("\n").length - 1;
  assert.ok(statSync(disk.outside(path)).size > 1_000_000, "it was folded before");
  const copy = join(temporaryDirectory(t), "x.db");
  for (const name of ["", "-wal"])
    if (existsSync(disk.outside(path + name))) copyFileSync(disk.outside(path + name), copy + name);
  const store = openStore({ path: copy });
  try {
    store.check();
    assert.equal(store.mappings.countAll(), batches * batchSize);
  } finally {
    store.close();
  }
});

test("a database of an older version that cannot be copied before its upgrade stays as it is", async (t) => {
  const place = await onDisk(t);
  if (place === undefined) return;
  const { stores, disk, run, line } = place;
  const database = disk.outside(stores.home.databaseFile);
  copyFileSync(originalDatabase(t, 1), database);
  const before = bytesOf(database);
  disk.fill();
  const { status, stderr } = await run();
  assert.deepEqual([status, stderr], [74, line]);
  assert.equal(bytesOf(database), before);
  assert.deepEqual(readdirSync(disk.outside(disk.directory)).sort(), ["ballast", "x.db"]);
});

test("no more may be written to a file: said with the system's reason, and the next run completes the work", async (t) => {
  const stores = await twoStores(t, { local: server, remote: server });
  const { home } = stores;
  const place = { stores, run: (args: readonly string[] = []) => runInterimap(home, args) };
  await prepare(place);
  await change(stores);
  const program = ["prlimit", "--fsize=8192", "--", ...interimapCommand()];
  const { status, stderr } = await runInterimap(home, ["--quiet"], { program });
  assert.equal(status, 74);
  assert.match(stderr, /^the database [^\n]* \(SQLITE_IOERR_WRITE\); [^\n]*\bquota\b[^\n]*\n$/);
  assert.ok(stderr.startsWith(`the database ${home.databaseFile} `), stderr);
  await assertWhole(place, changed);
});

describe("what is written for others may meet a full disk without harm", () => {
  test("the log file and the metrics file", async (t) => {
    const disk = await smallDisk(t);
    if (disk === undefined) return;
    const [logfile, metrics] = ["log", "metrics"].map((name) => join(disk.directory, name)) as [string, string];
    const settings = { logfile, "metrics-file": metrics };
    const stores = await twoStores(t, { local: server, remote: server }, { settings });
    const program = disk.inside(interimapCommand());
    await deliver(stores.local, "INBOX", ...mails("a", 3));
    disk.fill();
    const { status, stderr } = await runInterimap(stores.home, [], { program });
    assert.equal(status, 0, stderr);
    const full = "ENOSPC: no space left on device, write";
    assert.deepEqual(stderr.trimEnd().split("\n"), [
      `cannot write to the log file ${logfile}: ${full}`,
      `the metrics file ${metrics} cannot be written (${full})`,
    ]);
    assert.deepEqual(await contents(stores.remote), ["a1", "a2", "a3"]);
    disk.makeRoom();
    await deliver(stores.local, "INBOX", ...mails("b", 1));
    const next = await runInterimap(stores.home, [], { program });
    assert.deepEqual([next.status, next.stderr], [0, ""]);
    assert.match(readFileSync(disk.outside(logfile), "utf8"), /^\S+ remote\(INBOX\): Added 1 message/m);
    assert.match(readFileSync(disk.outside(metrics), "utf8"), /^interimap_/m);
  });

  test("the error output", async (t) => {
    const stores = await twoStores(t, { local: server, remote: server });
    await deliver(stores.local, "INBOX", ...mails("a", 3));
    const program = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh", ...interimapCommand()];
    const { status } = await runInterimap(stores.home, ["--debug"], { program });
    assert.equal(status, 0);
    assert.deepEqual(await contents(stores.remote), ["a1", "a2", "a3"]);
  });
});
