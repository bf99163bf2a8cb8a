// Where passwords come from: commands, files and systemd's credentials, with the real command and a real server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { isRunning } from "../support/processes.ts";
import {
  homeEnvironment,
  interimapCommand,
  runInterimap,
  type SectionSettings,
  startInterimap,
} from "../support/run-interimap.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { becomes, eventually, startDaemon } from "../support/watching.ts";
import { assertNoSecret, assertRefused, password, passwordConfig } from "./refusal.ts";

const directory = scratchDirectory("accounts");
// Dovecot's own user reads it.
chmodSync(directory, 0o755);
const accounts = join(directory, "passwd");
writeFileSync(accounts, "");

const { server, changing } = await startAll({
  server: startDovecot({ extraConfig: passwordConfig }),
  changing: startDovecot({
    extraConfig: `${passwordConfig}\npassdb {\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%u ${accounts}\n}`,
  }),
});
const servers = { local: server, remote: server };

/** Neither section has a password, but for these lines. */
function stores(
  t: TestContext,
  remote: (directory: string) => SectionSettings,
  local: (directory: string) => SectionSettings = () => ({ password }),
): Promise<TwoStores & { readonly inHome: (name: string) => string }> {
  const directory = scratchDirectory("sources");
  const inHome = (name: string): string => join(directory, name);
  const sections = {
    local: { password: undefined, ...local(directory) },
    remote: { password: undefined, ...remote(directory) },
  };
  return twoStores(t, servers, { sections }).then((made) => ({ ...made, inHome }));
}

/** A shell script that adds a line to `asked` whenever it runs, and then does this. */
function script(directory: string, name: string, ...lines: readonly string[]): string {
  const file = join(directory, name);
  writeFileSync(file, [`echo ${name} >> ${join(directory, "asked")}`, ...lines, ""].join("\n"));
  return `sh ${file}`;
}

function asked(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

describe("a single run", { concurrency: 3 }, () => {
  test("a command is asked once, however many connections there are, and a file holds the other password", async (t) => {
    const made = await stores(
      t,
      (directory) => ({ "password-command": script(directory, "remote", `echo ${password}`, "echo login: joe") }),
      (directory) => {
        writeFileSync(join(directory, "password"), `${password}\r\n`, { mode: 0o600 });
        return { "password-file": join(directory, "password") };
      },
    );
    for (const box of ["a", "b", "c", "d"]) {
      await command(made.local, `CREATE ${box}`);
      await deliver(made.local, box, ...mails(box, 500));
    }
    const { status, stderr } = await runInterimap(made.home);
    assert.equal(status, 0, stderr);
    assert.ok(made.proxies.remote.connections > 1, "several connections");
    assert.deepEqual(asked(made.inHome("asked")), ["remote"]);
  });

  test("systemd's credential", async (t) => {
    const { home, inHome } = await stores(t, () => ({ "password-credential": "imap" }));
    mkdirSync(inHome("credentials"));
    writeFileSync(join(inHome("credentials"), "imap"), password);
    const env = { CREDENTIALS_DIRECTORY: inHome("credentials") };
    const { status, stderr } = await runInterimap(home, [], { env });
    assert.equal(status, 0, stderr);
    await assertRefused(home, {
      status: 77,
      line: /^remote: password-credential in \[remote\] \(imap\) cannot be read: /,
    });
  });

  test("a password that is refused is asked for once more", async (t) => {
    const { home, inHome } = await stores(t, (directory) => ({
      "password-command": script(
        directory,
        "remote",
        `test -e ${join(directory, "second")} && echo ${password} || echo wrong`,
        `touch ${join(directory, "second")}`,
      ),
    }));
    const { status, stderr } = await runInterimap(home);
    assert.equal(status, 0, stderr);
    assert.equal(asked(inHome("asked")).length, 2);
  });

  test("and once only: then the login is refused", async (t) => {
    const { home, inHome, proxies } = await stores(t, (directory) => ({
      "password-command": script(directory, "remote", `date +wrong-%N`),
    }));
    await assertRefused(home, { status: 77, line: /^remote: login as \w+ refused: / });
    assert.equal(asked(inHome("asked")).length, 2);
    assert.equal(proxies.remote.serverLines.filter((line) => /AUTHENTICATIONFAILED/.test(line)).length, 2);
  });

  test("a command that fails ends the run before anything is sent, with a line that says how", async (t) => {
    const { home, proxies } = await stores(t, (directory) => ({
      "password-command": script(directory, "remote", `echo ${password}`, `echo ${password} >&2`, "exit 4"),
    }));
    const line = /^remote: password-command in \[remote\] \(sh\) exited with status 4; run it by hand to see why$/;
    await assertRefused(home, { status: 77, line });
    assert.deepEqual(
      proxies.remote.clientLines.filter((one) => /LOGIN|AUTHENTICATE/.test(one)),
      [],
    );
  });

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`${signal} ends a command that waits, and the run`, async (t) => {
      const { home, inHome } = await stores(t, (directory) => ({
        "password-command": script(directory, "remote", "sleep 1000 & echo $! > $0.pid; wait"),
      }));
      const run = startInterimap(home);
      await eventually("it waits", () => existsSync(inHome("remote.pid")));
      const pid = Number(readFileSync(inHome("remote.pid"), "utf8"));
      run.child.kill(signal);
      assert.equal((await run.finished).status, code);
      await becomes(() => isRunning(pid), false);
    });
  }
});

describe("on a terminal", () => {
  /** Asks as programs do that ask for a password, and shows what it got only on its output. */
  const question = (name: string): string[] => [
    `exec 3<>/dev/tty`,
    `stty -echo <&3`,
    `printf 'Password for ${name}: ' >&3`,
    `read -r answer <&3`,
    `stty echo <&3`,
    `echo "$answer"`,
  ];

  test("commands ask one after the other, and again when the server refuses", async (t) => {
    const made = await stores(
      t,
      (directory) => ({ "password-command": script(directory, "remote", ...question("remote")) }),
      (directory) => ({ "password-command": script(directory, "local", ...question("local")) }),
    );
    const terminal = onTerminal(t, made);
    const [first] = await terminal.asks(1);
    terminal.answer(password);
    const [, second] = await terminal.asks(2);
    assert.deepEqual(new Set([first, second]), new Set(["local", "remote"]));
    terminal.answer("wrong");
    const [, , third] = await terminal.asks(3);
    assert.equal(third, second);
    terminal.answer(password);
    assert.equal(await terminal.status, 0, terminal.shown());
    assertNoSecret(terminal.shown());
  });

  test("Ctrl-C at the question ends the run", async (t) => {
    const made = await stores(t, (directory) => ({
      "password-command": script(directory, "remote", ...question("remote")),
    }));
    const terminal = onTerminal(t, made);
    await terminal.asks(1);
    terminal.press("\x03");
    assert.equal(await terminal.status, 130, terminal.shown());
    assert.doesNotMatch(terminal.shown(), /password-command|refused/);
  });
});

describe("a daemon", { concurrency: 2 }, () => {
  test("asks once for all connections, takes up a new password, and asks anew after SIGHUP", async (t) => {
    const directory = scratchDirectory("sources");
    const stored = join(directory, "stored");
    const sections = {
      remote: { password: undefined, "password-command": script(directory, "remote", `cat ${stored}`) },
    };
    const made = await twoStores(t, { local: server, remote: changing }, { sections });
    const change = (to: string): void => {
      writeFileSync(accounts, `${made.remote.user}:{PLAIN}${to}\n`);
      writeFileSync(stored, `${to}\n`);
    };
    const count = (): number => asked(join(directory, "asked")).length;
    change("former-secret");
    assert.equal((await runInterimap(made.home)).status, 0);
    assert.equal(count(), 1);

    const daemon = startDaemon(t, made.home, { args: ["--watch=1"] });
    await daemon.waits();
    assert.equal(count(), 2);
    for (const times of [1, 2]) {
      const { connections } = made.proxies.remote;
      made.proxies.remote.cutAll();
      await eventually(`connection ${String(times)} after a loss`, () => made.proxies.remote.connections > connections);
      const { looks } = await daemon.waits();
      await daemon.waits(looks + 1);
    }
    assert.equal(count(), 2, "kept in memory");

    change("latter-secret");
    const refusals = (): number =>
      made.proxies.remote.serverLines.filter((line) => /AUTHENTICATIONFAILED/.test(line)).length;
    made.proxies.remote.cutAll();
    await eventually("the former one is refused", () => refusals() === 1);
    await eventually("it was asked again", () => count() === 3);
    const { looks } = await daemon.waits();
    await daemon.waits(looks + 1);
    assert.deepEqual([refusals(), count()], [1, 3]);

    daemon.kill("SIGHUP");
    await daemon.says(/Read the configuration again/, 1);
    await eventually("it was asked anew", () => count() === 4);
    await daemon.waits();
    const { stderr } = await daemon.stop();
    assert.doesNotMatch(stderr, /-secret/);
  });

  test("has no terminal for the command, and shows none of its error output", async (t) => {
    const made = await stores(t, (directory) => ({
      "password-command": script(
        directory,
        "remote",
        `(: </dev/tty) 2>/dev/null && exit 9`,
        `echo ${password} >&2`,
        "cat",
        `echo ${password}`,
      ),
    }));
    assert.equal((await runInterimap(made.home)).status, 0);
    const terminal = onTerminal(t, made, ["--watch", "--debug"]);
    await eventually(`it is logged in:\n${terminal.shown()}`, () =>
      /remote: S: .* OK .*Logged in/.test(terminal.shown()),
    );
    terminal.press("\x03");
    assert.equal(await terminal.status, 0, terminal.shown());
    assertNoSecret(terminal.shown());
  });
});

interface Terminal {
  /** Resolves with the sides that passwords were asked for, so far, when there are so many. */
  asks(count: number): Promise<readonly string[]>;
  answer(text: string): void;
  press(keys: string): void;
  readonly shown: () => string;
  readonly status: Promise<number | null>;
}

/** Runs the command on a terminal of its own, which script(1) makes. */
function onTerminal(t: TestContext, { home }: Pick<TwoStores, "home">, args: readonly string[] = []): Terminal {
  const words = [...interimapCommand(), ...args].map((word) => `'${word}'`).join(" ");
  // A shell that went on would be interrupted as well.
  const child = spawn("script", ["-qefc", `exec ${words}`, "/dev/null"], {
    cwd: home.directory,
    env: { ...process.env, ...homeEnvironment(home) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const questions = (): string[] => [...shown.matchAll(/Password for (\w+): /g)].map(([, name = ""]) => name);
  return {
    asks: (count) => eventually(`${String(count)} questions`, () => questions().length >= count && questions()),
    answer: (text) => child.stdin.write(`${text}\r`),
    press: (keys) => child.stdin.write(keys),
    shown: () => shown,
    status: new Promise((resolve) => child.once("close", resolve)),
  };
}
