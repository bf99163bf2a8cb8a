// Several runs for the same accounts at the same time: each message is copied once, and no run waits for another folder.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync, startImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { host1, host2 } = await startAll({ host1: startDovecot(), host2: startDovecot() });
const servers = { local: host1, remote: host2 };

const waiting = /Another imapsync \(PID \d+\) copies to folder \[A\] of host2: waiting until it has done so/;

async function filled(t: Parameters<typeof twoStores>[0], ...folders: readonly string[]): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  for (const folder of folders) {
    await command(stores.local, `CREATE ${folder}`);
    await deliver(stores.local, folder, ...mails(folder, 5));
  }
  return stores;
}

/** What a run does in the middle of another one, which is about to send its first message. */
function beforeAppend(stores: TwoStores, action: () => Promise<unknown>): void {
  stores.hold("remote", "client", { pattern: / APPEND /, action: async () => void (await action()) });
}

test("a run that comes to a folder while another one copies to it waits, and finds all of it there", async (t) => {
  const stores = await filled(t, "A");
  let second: Promise<{ code: number | undefined; lines: readonly string[] }> | undefined;
  beforeAppend(stores, async () => {
    const run = startImapsync(stores);
    second = run.finished.then(({ status, stdout }) => ({ code: status ?? undefined, lines: stdout.split("\n") }));
    await run.line(waiting);
  });
  const first = await runImapsync(stores);
  assert.equal(first.code, 0, first.lines.join("\n"));
  assert.equal(first.figure("Messages transferred"), "5");
  const { code, lines } = await second!;
  assert.equal(code, 0, lines.join("\n"));
  assert.match(lines.join("\n"), /Messages transferred +: 0/);
  assert.deepEqual(await contents(stores.remote, "A"), ["A1", "A2", "A3", "A4", "A5"]);
});

test("a run that has read a folder before another one copied to it reads it again", async (t) => {
  const stores = await filled(t, "A");
  await command(stores.remote, "CREATE A");
  let other: Awaited<ReturnType<typeof runImapsync>> | undefined;
  // The folder was empty then.
  stores.hold("remote", "server", {
    pattern: /^\* 0 EXISTS/,
    action: async () => void (other = await runImapsync(stores)),
  });
  const { code, lines, figure } = await runImapsync(stores, ["--nofoldersizes", "--nofoldersizesatend"]);
  assert.equal(other?.code, 0, other?.lines.join("\n"));
  assert.equal(other?.figure("Messages transferred"), "5");
  assert.equal(code, 0, lines.join("\n"));
  assert.equal(figure("Messages transferred"), "0");
  assert.equal(figure("Messages skipped"), "5");
  assert.doesNotMatch(lines.join("\n"), waiting);
  assert.deepEqual(await contents(stores.remote, "A"), ["A1", "A2", "A3", "A4", "A5"]);
});

test("no run waits for another folder", async (t) => {
  const stores = await filled(t, "A", "B");
  beforeAppend(stores, async () => {
    const { code, lines } = await runImapsync(stores, ["--folder", "B"]);
    assert.equal(code, 0, lines.join("\n"));
    assert.doesNotMatch(lines.join("\n"), /Another imapsync/);
  });
  assert.equal((await runImapsync(stores, ["--folder", "A"])).code, 0);
  for (const folder of ["A", "B"]) assert.equal((await contents(stores.remote, folder)).length, 5);
});

test("nor for one that was killed", async (t) => {
  const stores = await filled(t, "A");
  const killed = startImapsync(stores);
  beforeAppend(stores, () => {
    killed.child.kill("SIGKILL");
    return killed.finished;
  });
  assert.equal((await killed.finished).signal, "SIGKILL");
  const { code, lines } = await runImapsync(stores);
  assert.equal(code, 0, lines.join("\n"));
  assert.doesNotMatch(lines.join("\n"), /Another imapsync/);
  assert.deepEqual(await contents(stores.remote, "A"), ["A1", "A2", "A3", "A4", "A5"]);
});

test("a signal ends the waiting, too", async (t) => {
  const stores = await filled(t, "A");
  beforeAppend(stores, async () => {
    const run = startImapsync(stores);
    await run.line(waiting);
    run.child.kill("SIGTERM");
    assert.notEqual((await run.finished).status, 0);
  });
  assert.equal((await runImapsync(stores)).code, 0);
  assert.equal((await contents(stores.remote, "A")).length, 5);
});

test("where there is no place for such files, mail is copied all the same", async (t) => {
  const stores = await filled(t, "A");
  writeFileSync(join(stores.home.directory, `imapsync_turns_${process.getuid?.()}`), "in the way");
  const { code, lines } = await runImapsync(stores);
  assert.equal(code, 0, lines.join("\n"));
  assert.equal((await contents(stores.remote, "A")).length, 5);
});
