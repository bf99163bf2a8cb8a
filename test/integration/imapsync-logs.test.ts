// Where the output of the copier goes: the log file, and a reader that leaves.

import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync, startImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { dovecot, other } = await startAll({ dovecot: startDovecot(), other: startDovecot() });

async function stored(t: TestContext, count = 3, octets = 10): Promise<TwoStores> {
  const stores = await twoStores(t, { local: dovecot, remote: other });
  await deliver(stores.local, "INBOX", ...mails("m", count, { body: "x".repeat(octets) }));
  return stores;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `m${i + 1}`).sort();
}

test("the log has all that is said, is nobody else's, and is called like the users", async (t) => {
  const stores = await stored(t);
  const { code, lines } = await runImapsync(stores, ["--log"]);
  assert.equal(code, 0);
  const directory = join(stores.home.directory, "LOG_imapsync");
  const [name, ...others] = readdirSync(directory);
  assert.deepEqual(others, []);
  assert.match(name!, new RegExp(`^\\d{4}(_\\d\\d){5}_\\d{3}_${stores.local.user}_${stores.remote.user}\\.txt$`));
  assert.equal(readFileSync(join(directory, name!), "utf8"), lines.join("\n"));
  assert.equal(statSync(join(directory, name!)).mode & 0o777, 0o600);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
});

test("--logdir and --logfile say where it is; --nolog, that there is none", async (t) => {
  const stores = await stored(t);
  const at = (name: string): string => join(stores.home.directory, name);
  await runImapsync(stores, ["--log", "--justlogin", "--logdir", "a/b", "--logfile", "c.txt"]);
  assert.match(readFileSync(at("a/b/c.txt"), "utf8"), /^Exiting with return value 0 /m);
  await runImapsync(stores, ["--log", "--justlogin", "--logfile", at("d.txt")]);
  assert.match(readFileSync(at("d.txt"), "utf8"), /^Exiting with return value 0 /m);
  await runImapsync(stores, ["--nolog", "--justlogin"]);
  assert.equal(existsSync(at("LOG_imapsync")), false);
});

test("a place for the log that cannot be had ends the run before anything is copied, if it was named", async (t) => {
  const stores = await stored(t);
  const { home } = stores;
  symlinkSync("/dev/null", join(home.directory, "LOG_imapsync"));
  const { code, lines } = await runImapsync(stores, ["--log", "--justlogin"]);
  assert.equal(code, 0);
  assert.match(lines.join("\n"), /the run goes on without a log file$/m);
  writeFileSync(join(home.directory, "open.txt"), "");
  chmodSync(join(home.directory, "open.txt"), 0o666);
  for (const args of [
    ["--logdir", "/proc/none"],
    ["--logfile", join(home.directory, "open.txt")],
  ]) {
    const refused = await runImapsync(stores, ["--log", ...args]);
    assert.equal(refused.code, 73);
    assert.match(refused.stderr, /^the log file \S+ .*; .*\n$/);
  }
  assert.deepEqual(await contents(stores.remote), []);
});

test("a reader that closes the pipe does not end the run", async (t) => {
  const stores = await stored(t, 200);
  const run = startImapsync(stores, ["--log", "--logfile", "log.txt"]);
  await run.line(/./);
  run.child.stdout!.destroy();
  const { status } = await run.finished;
  assert.equal(status, 0);
  assert.deepEqual(await contents(stores.remote), names(200));
  const log = readFileSync(join(stores.home.directory, "LOG_imapsync", "log.txt"), "utf8");
  assert.match(log, /^msg INBOX\/200 .* copied to INBOX/m);
});
