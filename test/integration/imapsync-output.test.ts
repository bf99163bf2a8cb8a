// The output of the copier, from its process: for people at terminals, for programs, and for the files it writes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { accountArguments, imapsyncCommand, runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { deliver, mail, mails, twoStores } from "../support/two-stores.ts";

const { dovecot, other, small } = await startAll({
  dovecot: startDovecot(),
  other: startDovecot(),
  small: startDovecot({ quota: "100K" }),
});
const servers = { local: dovecot, remote: other };

type Line = Readonly<Record<string, unknown>>;

function parsed(text: string): Line[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

test("with --json, all of the standard output is JSON, and --report has a line for each message", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m1"), mail("big", { body: "x".repeat(9000) }));
  const report = join(stores.home.directory, "report");
  const { lines, code } = await runImapsync(stores, ["--json", "--report", report, "--maxsize", "5000"]);
  const all = parsed(lines.join("\n"));
  const last = all.at(-1)!;
  assert.deepEqual(
    [code, last["type"], last["exitName"], last["copied"], last["skipped"]],
    [0, "report", "EX_OK", 1, 2],
  );
  assert.deepEqual(last["folders"], [
    {
      ...{ folder1: "INBOX", folder2: "INBOX", inSource: 3, copied: 1, present: 0, duplicates: 1, toCopy: 0 },
      ...{ filtered: { "too-large": 1 }, failed: {}, notReached: 0 },
    },
  ]);
  assert.deepEqual(
    parsed(readFileSync(report, "utf8"))
      .map(({ uid1, outcome }) => [uid1, outcome])
      .toSorted(([a], [b]) => Number(a) - Number(b)),
    [
      [1, "copied"],
      [2, "duplicate"],
      [3, "too-large"],
    ],
  );
  assert.equal(statSync(report).mode & 0o777, 0o600);
});

test("a report that cannot be written ends the run before anything is copied", async (t) => {
  const stores = await twoStores(t, servers);
  const { code, figure } = await runImapsync(stores, ["--report", "/proc/no/such/place"]);
  assert.deepEqual([code, figure("Messages transferred")], [73, undefined]);
});

test("the first lines say how the program was called, without passwords", async (t) => {
  const stores = await twoStores(t, servers);
  const { lines } = await runImapsync(stores, ["--dry", "--regextrans2", "s/a b/c/"]);
  assert.match(lines[0]!, /^Here is imapsync \S+ on host /);
  const called = lines.find((line) => line.startsWith("imapsync --host1 127.0.0.1 "))!;
  assert.match(called, / --password1 MASKED .* --password2 MASKED --nolog --dry --regextrans2 's\/a b\/c\/'$/);
});

test("a line accounts for each folder", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  await deliver(stores.remote, "INBOX", mail("m2"));
  const { lines } = await runImapsync(stores);
  assert.ok(
    lines.includes("[INBOX]: 3 in source = 2 copied + 1 already there + 0 duplicate + 0 filtered + 0 failed"),
    lines.join("\n"),
  );
});

test("little room on host2 is a warning, and what does not fit is an error of its own class", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: small });
  await deliver(stores.local, "INBOX", ...mails("m", 2, { body: "x".repeat(47_000) }));
  const first = await runImapsync(stores);
  assert.equal(first.code, 0);
  await deliver(stores.local, "INBOX", mail("more", { body: "x".repeat(47_000) }));
  const second = await runImapsync(stores);
  assert.equal(second.code, 113);
  assert.ok(second.lines.some((line) => /^Host2: warning: Quota current storage is .* full, .* left$/.test(line)));
  assert.ok(second.lines.includes("The most frequent error is ERR_OVERQUOTA."));
});

/** On a terminal of its own, which script(1) makes. */
async function onTerminal(args: readonly string[], directory: string): Promise<string> {
  const words = [...imapsyncCommand(), ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  const child = spawn("script", ["-qec", words.join(" "), "/dev/null"], {
    cwd: directory,
    env: { PATH: process.env["PATH"], TMPDIR: directory, TERM: "xterm" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(child, "close");
  return text;
}

const hasNoTerminals = !existsSync("/usr/bin/script") && "there is no script(1)";

test(
  "on a terminal one line shows the progress, and the log file has a line for each message",
  { skip: hasNoTerminals },
  async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", ...mails("m", 20));
    const { directory } = stores.home;
    const text = await onTerminal([...accountArguments(stores), "--logdir", "log"], directory);
    assert.match(text, /(?:^|\x1b\[K)\d+% \d+\/20 messages, \d+ copied/m);
    assert.match(text, /^Exiting with return value 0 /m);
    assert.doesNotMatch(text, /^msg INBOX/m);
    const [log] = readdirSync(join(directory, "log"));
    const lines = readFileSync(join(directory, "log", log!), "utf8").split("\n");
    assert.equal(lines.filter((line) => /^msg INBOX\/\d+ \{\d+\} +copied to INBOX\/\d+ {2}\d/.test(line)).length, 20);
    assert.ok(!lines.some((line) => line.includes("\x1b")));
  },
);

test("--noprogress has the lines on a terminal, too", { skip: hasNoTerminals }, async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"));
  const text = await onTerminal([...accountArguments(stores), "--nolog", "--noprogress"], stores.home.directory);
  assert.match(text, /^msg INBOX\/1 \{\d+\} +copied to INBOX\/1 {2}\d/m);
  assert.doesNotMatch(text, /\x1b/);
});
