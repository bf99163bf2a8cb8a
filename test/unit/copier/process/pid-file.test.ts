import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findOtherRun, type PidFile, takePidFile } from "../../../../src/copier/process/pid-file.ts";
import { isAlive, markOf } from "../../../../src/copier/process/running-process.ts";
import { scratchDirectory } from "../../../support/scratch.ts";
import { startChild } from "./children.ts";

function place(): string {
  return join(scratchDirectory("pid"), "imapsync.pid");
}

async function taken(path: string, isLock = true): Promise<PidFile> {
  const result = await takePidFile({ path, logPath: "/var/log/x.txt", isLock });
  assert.ok("file" in result, JSON.stringify(result));
  return result.file;
}

async function problemAt(path: string): Promise<string> {
  const result = await takePidFile({ path, logPath: undefined, isLock: false });
  assert.ok("problem" in result);
  return result.problem.message;
}

/** Somebody who is at work, and is not us. */
function somebody(t: TestContext): number {
  const child = spawn("sleep", ["1000"]);
  t.after(() => child.kill("SIGKILL"));
  return child.pid!;
}

test("two lines as others read them, for the owner only; gone at the end", async () => {
  const path = place();
  const file = await taken(path);
  assert.deepEqual(readFileSync(path, "utf8").split("\n").slice(0, 2), [String(process.pid), "/var/log/x.txt"]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await file.release();
  assert.equal(existsSync(path), false);
  assert.equal(existsSync(`${path}.lock`), false);
});

test("its directory is made", async () => {
  await (await taken(join(scratchDirectory("pid"), "a", "b.pid"))).release();
});

test("a lock is not given while another run is alive, and is when that was killed", async (t) => {
  const path = place();
  const child = startChild(t, path, "/its/log.txt", "lock");
  assert.equal(await child.line(), "taken");
  const other = await takePidFile({ path, logPath: undefined, isLock: true });
  assert.ok("other" in other);
  assert.equal(other.other.mark.pid, child.pid);
  assert.equal(other.other.logPath, "/its/log.txt");
  child.send("SIGKILL");
  await child.ended;
  assert.ok(existsSync(path));
  await (await taken(path)).release();
});

test("without a lock the file is the last run's, which alone removes it", async (t) => {
  const path = place();
  const child = startChild(t, path, "", "lock");
  assert.equal(await child.line(), "taken");
  const file = await taken(path, false);
  child.send("SIGTERM");
  await child.ended;
  assert.equal(parseInt(readFileSync(path, "utf8"), 10), process.pid);
  await file.release();
  assert.equal(existsSync(path), false);
});

test("of several at the same instant one wins", async (t) => {
  const path = place();
  // As somebody who was killed left it, so that all of them find it stale.
  writeFileSync(path, `${markOf(process.pid).pid}\n\nstarted 1@none\n`);
  const children = Array.from({ length: 6 }, () => startChild(t, path, "", "lock"));
  const said = await Promise.all(children.map((child) => child.line()));
  const winner = children[said.indexOf("taken")];
  assert.equal(said.filter((line) => line === "taken").length, 1, said.join("; "));
  assert.equal(said.filter((line) => line === `other ${winner?.pid} -`).length, 5, said.join("; "));
});

for (const [what, text] of [
  ["nothing", ""],
  ["garbage", "\0\xff garbage\n"],
  ["a number that no process has", "4194305\n"],
  ["zero", "0\n"],
] as const) {
  test(`${what} in a pid file is nobody's lock`, async () => {
    const path = place();
    writeFileSync(path, text);
    assert.equal(findOtherRun(path), undefined);
    await (await taken(path)).release();
  });
}

test("a process that has the number of one that is gone is not taken for it", async (t) => {
  const path = place();
  const pid = somebody(t);
  assert.ok(isAlive(markOf(pid)));
  writeFileSync(
    path,
    `${pid}\n/its/log.txt\nstarted 1@${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}\n`,
  );
  assert.equal(findOtherRun(path), undefined);
  await (await taken(path)).release();
});

test("so is it in a pid file of the original, if the process is younger than the file", (t) => {
  const path = place();
  const pid = somebody(t);
  writeFileSync(path, `${pid}\nLOG_imapsync/x.txt\n`);
  assert.equal(findOtherRun(path)?.mark.pid, pid);
  const yesterday = Date.now() / 1000 - 86_400;
  utimesSync(path, yesterday, yesterday);
  assert.equal(findOtherRun(path), undefined);
});

test("a process that has ended and was not waited for is not alive", async () => {
  // The shell waits for nobody once it is sleep, and its child ends only then.
  const child = `sh -c 'until [ "$(cat /proc/$PPID/comm)" = sleep ]; do :; done'`;
  const parent = spawn("sh", ["-c", `${child} & echo $!; exec sleep 1000`], { stdio: ["ignore", "pipe", "ignore"] });
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(said.toString());
  try {
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")))
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(isAlive({ pid, birth: undefined }), false);
  } finally {
    parent.kill("SIGKILL");
  }
});

const isRoot = process.getuid?.() === 0;

test("what another user put in its place is neither read nor changed", { skip: !isRoot }, async () => {
  const path = place();
  chmodSync(join(path, ".."), 0o1777);
  writeFileSync(path, "4711\n", { mode: 0o644 });
  chownSync(path, 4711, 4711);
  assert.match(await problemAt(path), /belongs to another user \(4711\)/);
  assert.throws(() => findOtherRun(path), /belongs to another user/);
  assert.equal(readFileSync(path, "utf8"), "4711\n");
});

test("a link to a file elsewhere leaves that as it is", async () => {
  const path = place();
  const elsewhere = join(scratchDirectory("pid"), "precious");
  writeFileSync(elsewhere, "precious", { mode: 0o600 });
  symlinkSync(elsewhere, path);
  await (await taken(path)).release();
  assert.equal(readFileSync(elsewhere, "utf8"), "precious");
});

test("a file with a second name, where others may write, is refused", async () => {
  const path = place();
  writeFileSync(path, "1\n", { mode: 0o600 });
  chmodSync(join(path, ".."), 0o1777);
  linkSync(path, `${path}.other`);
  assert.match(await problemAt(path), /has a second name/);
});

test("the problem is said where it cannot be written", async () => {
  assert.match(
    await problemAt("/proc/none/imapsync.pid"),
    /^the pid file \/proc\/none\/imapsync.pid cannot be used \(EN/,
  );
  const path = place();
  writeFileSync(`${path}.lock`, "", { mode: 0o666 });
  chmodSync(`${path}.lock`, 0o666);
  assert.match(await problemAt(path), /can be changed by others/);
});
