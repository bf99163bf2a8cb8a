// What the command prints, and where: options, levels, log file, prefixes.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { fillStore, type MailboxPlan } from "../support/mail-store.ts";
import { makeMail } from "../support/message-generator.ts";
import { seededRandom } from "../support/random.ts";
import {
  interimapCommand,
  type InterimapHome,
  makeHome,
  overTunnel,
  plainText,
  runInterimap,
  type SectionSettings,
} from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { assertNoSecret, password, passwordConfig, withPassword } from "./refusal.ts";

/** Not ASCII, so that LOGIN needs a literal. */
const longPassword = `${password}-ü`;

let slash: MailServer;
let dotted: MailServer;
/** A new user of each server for every test. */
let local: MailServer;
let remote: MailServer;
let users = 0;

before(async () => {
  const extraConfig = `${passwordConfig}
passdb {
  driver = static
  args = password=${longPassword}
}`;
  const started = await Promise.all([startDovecot({ extraConfig }), startDovecot({ extraConfig, separator: "." })]);
  [slash, dotted] = started.map(withPassword) as [MailServer, MailServer];
});

after(() => Promise.all([slash, dotted].map((server) => server.stop())));

beforeEach(() => {
  users++;
  local = asUser(slash, `user${users}`);
  remote = asUser(dotted, `user${users}`);
});

const random = seededRandom(1);

function mailbox(name: string, messages = 1): MailboxPlan {
  return { name, isSubscribed: false, messages: Array.from({ length: messages }, () => makeMail(random)) };
}

test("a reader of the standard output that has gone is no error, a full disk is", async (t) => {
  const { configFile } = homeFor(t);
  const sh = (redirection: string): Promise<{ status: number | null; stderr: string }> =>
    new Promise((resolve) => {
      const program = [...interimapCommand(), `--config=${configFile}`].map((word) => `'${word}'`).join(" ");
      const child = execFile("sh", ["-c", `{ ${program} --help; echo $? >&2; } ${redirection}`], (_, __, stderr) => {
        const lines = stderr.trimEnd().split("\n");
        resolve({ status: Number(lines.pop()), stderr: lines.join("\n") });
      });
      child.stdin?.end();
    });
  assert.deepEqual(await sh("| true"), { status: 0, stderr: "" });
  const full = await sh("> /dev/full");
  assert.equal(full.status, 74);
  assert.match(full.stderr, /^cannot write to the standard output: .*ENOSPC/);
});

test("--help and --version need no configuration and print to the standard output", async (t) => {
  const home = homeFor(t);
  const env = { XDG_CONFIG_HOME: "/nonexistent" };
  const help = await runInterimap(home, ["--help"], { env });
  assert.deepEqual({ status: help.status, stderr: help.stderr }, { status: 0, stderr: "" });
  assert.match(help.stdout, /^Usage: interimap /);
  for (const line of help.stdout.split("\n")) assert.ok(line.length <= 80, line);

  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const { status, stdout, stderr } = await runInterimap(home, ["--version"], { env });
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: `interimap ${version}\n`, stderr: "" });
});

test("a run says what it did, by side and mailbox; the next one has nothing to say", async (t) => {
  await fillStore(remote, [mailbox("INBOX", 2), mailbox("Entwürfe\0alt")]);
  const home = homeFor(t);
  const { status, stdout, stderr } = await runInterimap(home);
  assert.deepEqual({ status, stdout }, { status: 0, stdout: "" });
  assert.deepEqual(stderr.split("\n").sort(), [
    "",
    "local(Entwürfe/alt): Added 1 message, UID 1 -> 1",
    "local(Entwürfe/alt): Created mailbox",
    "local(INBOX): Added 2 messages, UID 1:2 -> 1:2",
  ]);
  assert.deepEqual(await runInterimap(home), { status: 0, signal: null, stdout: "", stderr: "" });
});

for (const option of ["--quiet", "-q"]) {
  test(`${option} leaves warnings and nothing else`, async (t) => {
    await fillStore(remote, [mailbox("INBOX", 2)]);
    const home = homeFor(t);
    chmodSync(home.configFile, 0o644);
    const { status, stderr } = await runInterimap(home, [option]);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: exposed(home) });
    assert.equal((await snapshot(local)).mailboxes.get("INBOX")?.length, 2);
  });
}

describe("--debug", () => {
  for (const auth of ["PLAIN", "LOGIN"]) {
    test(`shows the traffic, but no message and no password: ${auth}`, async (t) => {
      await fillStore(remote, [mailbox("INBOX", 2)]);
      const { status, stdout, stderr } = await runInterimap(homeFor(t, { auth }), ["--debug"]);
      assert.equal(status, 0);
      for (const side of ["local", "remote"]) {
        const login = auth === "PLAIN" ? "AUTHENTICATE PLAIN" : "LOGIN";
        assert.match(stderr, new RegExp(String.raw`^${side}: C: \S+ ${login} \[redacted\]$`, "m"));
        assert.match(stderr, new RegExp(String.raw`^${side}: S: \* OK \[CAPABILITY `, "m"));
      }
      assert.match(stderr, /^local: C: \S+ APPEND INBOX .*\{\d+\+?\}$/m);
      assertNoSecret(stdout + stderr);
      assertNoMessage(stderr);
    });
  }

  test("a password that is sent as a literal is not shown either", async (t) => {
    const home = homeFor(t, { auth: "LOGIN", password: longPassword });
    const { status, stderr } = await runInterimap(home, ["--debug"]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^remote: C: \S+ LOGIN \[redacted\]/m);
    assertNoSecret(stderr);
  });

  test("given twice, it shows passwords, but still no message", async (t) => {
    await fillStore(remote, [mailbox("INBOX", 2)]);
    const home = homeFor(t, { auth: "LOGIN" });
    const { status, stderr } = await runInterimap(home, ["--debug", "--debug"]);
    assert.equal(status, 0);
    assert.match(stderr, new RegExp(String.raw`^remote: C: \S+ LOGIN ${remote.user} ${password}$`, "m"));
    assertNoMessage(stderr);

    home.configure({ local, remote: { ...plainText(remote), auth: "PLAIN" } });
    const plain = await runInterimap(home, ["--debug", "--debug"]);
    const response = Buffer.from(`\0${remote.user}\0${password}`).toString("base64");
    assert.match(plain.stderr, new RegExp(String.raw`^remote: C: \S+ AUTHENTICATE PLAIN ${response}$`, "m"));
  });

  /** The words that every made-up message begins with. */
  function assertNoMessage(text: string): void {
    assert.doesNotMatch(text, /^.*(Subject|Message-ID|Received): /m);
  }
});

describe("MAILBOX", () => {
  test("only what is named is synchronised, with the local delimiter and modified UTF-7", async (t) => {
    await fillStore(
      remote,
      ["INBOX", "Work", "Work\x002024", "Entwürfe"].map((name) => mailbox(name)),
    );
    const home = homeFor(t);
    assert.equal((await runInterimap(home, ["Work/2024", "Entw&APw-rfe"])).status, 0);
    assert.deepEqual(await filled(local), ["Entwürfe", "Work\x002024"]);
    assert.equal((await runInterimap(home, ["Work*"])).status, 0);
    assert.deepEqual(await filled(local), ["Entwürfe", "Work", "Work\x002024"]);
  });

  test("settings have names in UTF-8 as well", async (t) => {
    await fillStore(
      remote,
      ["INBOX", "Entwürfe", "Müll", "Gesendet"].map((name) => mailbox(name)),
    );
    const home = homeFor(t);
    const settings = {
      "list-mailbox": "Entwürfe M* Ä*",
      "ignore-mailbox": "^Mü[lk]+$",
      "map-mailbox": "Ältere = Gesendet",
    };
    home.configure({ local, remote, settings });
    const { status, stderr } = await runInterimap(home);
    assert.equal(status, 0, stderr);
    assert.deepEqual(await filled(local), ["Entwürfe", "Ältere"]);
    assert.equal((await runInterimap(home, ["--delete", "Entwürfe"])).status, 0);
    assert.deepEqual(await filled(local), ["Ältere"]);
  });

  test("it goes before list-mailbox and ignore-mailbox", async (t) => {
    await fillStore(
      remote,
      ["INBOX", "Work", "Play"].map((name) => mailbox(name)),
    );
    const home = homeFor(t);
    home.configure({ local, remote, settings: { "list-mailbox": "Work Play", "ignore-mailbox": "^Play$" } });
    assert.equal((await runInterimap(home)).status, 0);
    assert.deepEqual(await filled(local), ["Work"]);
    assert.equal((await runInterimap(home, ["--", "Play"])).status, 0);
    assert.deepEqual(await filled(local), ["Play", "Work"]);
  });

  async function filled(server: MailServer): Promise<string[]> {
    const { mailboxes } = await snapshot(server);
    return [...mailboxes].flatMap(([name, messages]) => (messages.length > 0 ? [name] : [])).sort();
  }
});

describe("logfile", () => {
  const timestamp = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

  test("takes all lines, with the time, for this user only; runs add to it", async (t) => {
    await fillStore(remote, [mailbox("INBOX", 2)]);
    const home = homeFor(t);
    const logfile = join(home.directory, "log");
    home.configure({ local, remote, settings: { logfile } });
    const umask = process.umask(0);
    const { status, stderr } = await runInterimap(home).finally(() => process.umask(umask));
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    const first = new RegExp(`^${timestamp} local\\(INBOX\\): Added 2 messages, UID 1:2 -> 1:2\n$`);
    assert.match(readFileSync(logfile, "utf8"), first);
    assert.equal(statSync(logfile).mode & 0o777, 0o600);

    await fillStore(remote, [mailbox("INBOX")]);
    await runInterimap(home);
    assert.equal(readFileSync(logfile, "utf8").trimEnd().split("\n").length, 2);
  });

  test("--quiet counts for it too, --debug all the same", async (t) => {
    await fillStore(remote, [mailbox("INBOX", 2)]);
    const home = homeFor(t);
    const logfile = join(home.directory, "log");
    home.configure({ local, remote, settings: { logfile } });
    assert.equal((await runInterimap(home, ["--quiet"])).stderr, "");
    assert.equal(readFileSync(logfile, "utf8"), "");
    await fillStore(remote, [mailbox("INBOX")]);
    assert.equal((await runInterimap(home, ["--quiet", "--debug"])).stderr, "");
    const logged = readFileSync(logfile, "utf8");
    assert.match(logged, / local: C: \S+ APPEND INBOX /);
    assert.doesNotMatch(logged, /Added/);
  });

  test("warnings and errors are said on the error output too", async (t) => {
    const home = homeFor(t);
    const logfile = join(home.directory, "log");
    home.configure({ local, remote: { ...plainText(remote), password: "wrong" }, settings: { logfile } });
    chmodSync(home.configFile, 0o604);
    const { status, stderr } = await runInterimap(home);
    const refusal = `remote: login as ${remote.user} refused: [AUTHENTICATIONFAILED] Authentication failed; check username and password\n`;
    assert.deepEqual({ status, stderr }, { status: 77, stderr: exposed(home) + refusal });
    const logged = readFileSync(logfile, "utf8");
    assert.equal(logged.replace(new RegExp(`^${timestamp} `, "gm"), ""), stderr);
  });

  test("--debug goes there", async (t) => {
    const home = homeFor(t);
    const logfile = join(home.directory, "log");
    home.configure({ local, remote, settings: { logfile } });
    assert.equal((await runInterimap(home, ["--debug"])).stderr, "");
    assert.match(readFileSync(logfile, "utf8"), new RegExp(`^${timestamp} remote: C: \\S+ LOGOUT$`, "m"));
    assertNoSecret(readFileSync(logfile, "utf8"));
  });
});

for (const { format, line, failure } of [
  { format: "%?m?%m@%n> &%?n?%n> &!! ??", line: "Entwürfe/alt@local> ", failure: "remote> " },
  { format: "100%% %n|%m|\\&\\?\\\\ ->", line: "100% local|Entwürfe/alt|&?\\ ->", failure: "100% remote||&?\\ ->" },
  { format: "", line: "", failure: "" },
]) {
  test(`log-prefix = ${format}`, async (t) => {
    await fillStore(remote, [mailbox("Entwürfe\0alt")]);
    const home = homeFor(t);
    const settings = { "log-prefix": format };
    home.configure({ local, remote, settings });
    const { stderr } = await runInterimap(home);
    assert.equal(stderr, `${line}Created mailbox\n${line}Added 1 message, UID 1 -> 1\n`);
    home.configure({ local, remote: { ...plainText(remote), password: "wrong" }, settings });
    assert.ok((await runInterimap(home)).stderr.startsWith(`${failure}login as `));
  });
}

test("without XDG variables all is below the home directory, and what is made there is for this user only", async (t) => {
  await fillStore(remote, [mailbox("INBOX", 2)]);
  const home = homeFor(t);
  home.configure({ local, remote, settings: { database: undefined } });
  const directory = join(home.directory, "alice");
  mkdirSync(join(directory, ".config/interimap"), { recursive: true });
  copyFileSync(home.configFile, join(directory, ".config/interimap/config"));
  const program = ["env", "-u", "XDG_CONFIG_HOME", "-u", "XDG_DATA_HOME", `HOME=${directory}`, ...interimapCommand()];
  rmSync(home.configFile);
  const umask = process.umask(0);
  const { status, stderr } = await runInterimap(home, [], { program }).finally(() => process.umask(umask));
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^local\(INBOX\): Added 2 messages/m);
  const data = ".local/share/interimap";
  const paths = [".local", ".local/share", data, `${data}/${remote.user}@127.0.0.1,${String(remote.port)}.db`];
  assert.deepEqual(
    paths.map((path) => statSync(join(directory, path)).mode & 0o777),
    [0o700, 0o700, 0o700, 0o600],
  );
});

describe("a configuration file that others can read", () => {
  test("is warned about when it holds a password", async (t) => {
    const home = homeFor(t);
    for (const mode of [0o640, 0o604, 0o644]) {
      chmodSync(home.configFile, mode);
      const { status, stderr } = await runInterimap(home);
      assert.deepEqual({ status, stderr }, { status: 0, stderr: exposed(home) });
    }
    chmodSync(home.configFile, 0o600);
    assert.equal((await runInterimap(home)).stderr, "");
  });

  test("is nobody's business when it holds none", async (t) => {
    const home = homeFor(t);
    home.configure({ local: overTunnel(local), remote: overTunnel(remote) });
    chmodSync(home.configFile, 0o644);
    assert.deepEqual(await runInterimap(home), { status: 0, signal: null, stdout: "", stderr: "" });
  });
});

function homeFor(t: TestContext, settings: SectionSettings = {}): InterimapHome {
  const home = makeHome({
    local: { ...plainText(local), ...settings },
    remote: { ...plainText(remote), ...settings },
  });
  t.after(() => home.remove());
  return home;
}

function exposed({ configFile }: InterimapHome): string {
  return `${configFile}: holds a password that other users can read; run: chmod 600 ${configFile}\n`;
}
