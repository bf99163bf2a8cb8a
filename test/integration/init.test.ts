// `interimap init`: a configuration made of options, or of answers at a terminal, and tried before it is written.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import {
  homeEnvironment,
  interimapCommand,
  type InterimapHome,
  makeHome,
  plainText,
  runInterimap,
} from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";

const { server } = await startAll({ server: startDovecot() });
let users = 0;

interface Fresh {
  readonly home: InterimapHome;
  readonly local: MailServer;
  readonly remote: MailServer;
  readonly passwordFile: string;
}

/** Without a configuration. */
function fresh(t: TestContext): Fresh {
  const [local, remote] = [asUser(server, `a${++users}`), asUser(server, `b${users}`)];
  const home = makeHome({ local: plainText(local), remote: plainText(remote) });
  t.after(() => home.remove());
  rmSync(home.configFile);
  const passwordFile = join(home.directory, "password");
  writeFileSync(passwordFile, `${server.password}\n`, { mode: 0o600 });
  return { home, local, remote, passwordFile };
}

function given(side: string, settings: Record<string, string | number>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["--set", `${side}.${name}=${value}`]);
}

function placeOf({ host, port, user }: MailServer): Record<string, string | number> {
  return { type: "imap", STARTTLS: "NO", host, port, username: user };
}

test("without a configuration, it is named as the way to one", async (t) => {
  const { home } = fresh(t);
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 78);
  assert.match(
    stderr,
    /there is no such file; expected a configuration file; make one with interimap init, or start from/,
  );
});

test("of options: each server is tried, and the file, which nobody else may read, works", async (t) => {
  const { home, local, remote, passwordFile } = fresh(t);
  const secret = { "password-file": passwordFile };
  const { status, stdout, stderr } = await runInterimap(home, [
    "init",
    ...given("remote", { ...placeOf(remote), ...secret }),
    ...given("local", { ...placeOf(local), ...secret }),
  ]);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, new RegExp(`^ {2}ok {4}logged in as ${remote.user}, by PLAIN$`, "m"));
  assert.match(stdout, new RegExp(`^ {2}ok {4}logged in as ${local.user}, by PLAIN$`, "m"));
  assert.equal(statSync(home.configFile).mode & 0o777, 0o600);
  assert.equal((await runInterimap(home)).status, 0);
});

test("what does not work ends with its exit code, and nothing is written", async (t) => {
  const { home, local, remote, passwordFile } = fresh(t);
  const secret = { "password-file": passwordFile };
  const good = given("remote", { ...placeOf(remote), ...secret });
  for (const [wrong, status] of [
    [given("local", { ...placeOf(local), port: 1, ...secret }), 69],
    [given("local", { ...placeOf(local), "password-command": "echo wrong" }), 77],
    [given("local", { ...placeOf(local), port: "x", ...secret }), 78],
  ] as const) {
    const result = await runInterimap(home, ["init", ...good, ...wrong]);
    assert.equal(result.status, status, result.stdout + result.stderr);
    assert.match(result.stdout, /^ {2}FAIL /m);
    assert.ok(!existsSync(home.configFile));
  }
});

test("what is missing, unknown or for nobody to see is refused", async (t) => {
  const { home } = fresh(t);
  for (const [args, words] of [
    [[], /init needs remote\.username, remote\.host, remote\.password-command/],
    [given("remote", { hots: "x" }), /there is no setting "hots"; did you mean host\?/],
    [given("remote", { password: "topsecret" }), /would show it to everybody on this machine/],
    [["--set", "host=x"], /--set takes local\.NAME=VALUE or remote\.NAME=VALUE, not "host"/],
    [["INBOX"], /init takes no "INBOX"/],
  ] as const) {
    const { status, stderr } = await runInterimap(home, ["init", ...args]);
    assert.equal(status, 64, stderr);
    assert.match(stderr, words);
    assert.ok(!stderr.includes("topsecret"));
  }
});

test("a file that is there stays as it is", async (t) => {
  const { home } = fresh(t);
  writeFileSync(home.configFile, "# mine\n");
  const { status, stderr } = await runInterimap(home, ["init"]);
  assert.equal(status, 73);
  assert.match(stderr, /already exists/);
  assert.equal(readFileSync(home.configFile, "utf8"), "# mine\n");
});

interface Conversation {
  readonly args: readonly string[];
  readonly answers: readonly (readonly [question: RegExp, answer: string])[];
}

/** Answers each question as it comes. Returns what the terminal showed, and how it ended. */
function answered(
  t: TestContext,
  { home, args, answers }: Pick<Fresh, "home"> & Conversation,
): Promise<{ readonly shown: string; readonly status: number | null }> {
  const words = [...interimapCommand(), ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qefc", `exec ${words}`, "/dev/null"], {
    env: { PATH: process.env["PATH"], SHELL: "/bin/sh", TERM: "xterm", ...homeEnvironment(home) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  let shown = "";
  let seen = 0;
  const left = [...answers];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    const [next] = left;
    if (next === undefined || !next[0].test(shown.slice(seen))) return;
    seen = shown.length;
    left.shift();
    child.stdin.write(isControl(next[1]) ? next[1] : `${next[1]}\r`);
  });
  return new Promise((resolve) => {
    child.once("close", (status) => {
      resolve({ shown, status });
    });
  });
}

test("at a terminal: a wrong password is asked for once more, and never shown", async (t) => {
  const stores = fresh(t);
  const { home, local, remote } = stores;
  const place = given("remote", placeOf(remote)).filter(
    (_, i, all) => !/username/.test(all[i % 2 === 0 ? i + 1 : i] ?? ""),
  );
  const localPlace = given("local", { ...placeOf(local), "password-file": stores.passwordFile });
  const { shown, status } = await answered(t, {
    home,
    args: ["init", ...place, ...localPlace],
    answers: [
      [/Login.*: /, remote.user],
      [/Password.*: /, "not-this-one"],
      [/FAIL[^]*Answer again.*: /, ""],
      [/Login.*\[.*\]: /, ""],
      [/Password.*: /, server.password],
    ],
  });
  assert.equal(status, 0, shown);
  assert.ok(!shown.includes("not-this-one"), shown);
  assert.match(shown, /Written: /);
  assert.equal((await runInterimap(home)).status, 0);
});

test("at a terminal: a server of this machine without TLS, on a port of its own, is reached", async (t) => {
  const { home, local, remote, passwordFile } = fresh(t);
  const { shown, status } = await answered(t, {
    home,
    args: ["init", ...given("local", { ...placeOf(local), "password-file": passwordFile })],
    answers: [
      [/Login.*: /, remote.user],
      [/Server.*: /, `${remote.host}:${remote.port}`],
      [/Password.*: /, server.password],
      [/does not speak TLS[^]*Try STARTTLS on this port.*: /, ""],
      [/does not offer STARTTLS[^]*Go on without encryption.*: /, ""],
    ],
  });
  assert.equal(status, 0, shown);
  assert.doesNotMatch(shown, /Warning/);
  assert.equal((await runInterimap(home)).status, 0);
});

/** Ctrl-C and the like: they need no Enter. */
function isControl(answer: string): boolean {
  return answer === ctrlC || answer === ctrlD;
}

const offer = /there is no such file[^]*Start interimap init now \(y\/N\): /;
const ctrlC = "\x03";
const ctrlD = "\x04";

for (const { answer, status } of [
  { answer: "", status: 78 },
  { answer: "n", status: 78 },
  { answer: ctrlC, status: 130 },
  { answer: ctrlD, status: 64 },
])
  test(`at a terminal without a configuration, init is offered; after ${JSON.stringify(answer)} nothing is made`, async (t) => {
    const { home } = fresh(t);
    const { shown, status: actual } = await answered(t, { home, args: [], answers: [[offer, answer]] });
    assert.equal(actual, status, shown);
    assert.doesNotMatch(shown, /This creates|internal error/);
    assert.ok(!existsSync(home.configFile));
  });

test("the offer taken, init asks for both accounts; Ctrl-C at a question ends it, and nothing is made", async (t) => {
  const { home } = fresh(t);
  const answers = [[offer, "y"] as const, [/Login.*: /, ctrlC] as const];
  const { shown, status } = await answered(t, { home, args: ["check"], answers });
  assert.match(shown, /This creates [^]*The remote account/);
  assert.equal(status, 130, shown);
  assert.match(shown, /interrupted; nothing was written/);
  assert.ok(!existsSync(home.configFile));
});

test("nothing is offered with --quiet, to programs, or where another configuration may be meant", async (t) => {
  const { home } = fresh(t);
  for (const args of [["--quiet"], ["--json"], ["--health"]]) {
    const { shown } = await answered(t, { home, args, answers: [] });
    assert.doesNotMatch(shown, /Start interimap init/);
  }
  writeFileSync(home.configFile, "[local]\n[remote]\n", { mode: 0o600 });
  const { shown, status } = await answered(t, { home, args: ["--config=other"], answers: [] });
  assert.equal(status, 78, shown);
  assert.doesNotMatch(shown, /Start interimap init/);
});
