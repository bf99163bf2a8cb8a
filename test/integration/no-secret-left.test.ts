// What a user's runs leave behind is looked through for the passwords, in every form: what they print and log, their files, what
// /proc shows of them and of the commands that they start, and what others hear of them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { acceptTokensOf } from "../support/dovecot-oauth.ts";
import { startOAuthIssuer } from "../support/oauth-issuer.ts";
import { familyOf, isRunning, shownOf } from "../support/processes.ts";
import { interimapCommand, runInterimap, type RunOptions } from "../support/run-interimap.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { formsIn, formsOf, type SecretForms } from "../support/secret-forms.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, mail, type TwoStores, twoStores } from "../support/two-stores.ts";
import { eventually, startDaemon } from "../support/watching.ts";
import { receiveNotifications } from "../unit/service/notify-receiver.ts";

/** In the configuration. Neither is part of anything else, and their base64 forms have + and /. */
const ours = "q~Local>>>>Pw?7";
/** From a command. */
const theirs = 'q~Remote>>>>Pw?9"\\';

const forms: SecretForms = new Map([...formsOf("the local password", ours), ...formsOf("the remote one", theirs)]);

const accepting = (password: string): string =>
  `auth_mechanisms = plain login\nauth_failure_delay = 0\npassdb {\n  driver = static\n  args = password={PLAIN.HEX}${Buffer.from(password).toString("hex")}\n}`;
const issuer = await startOAuthIssuer();
after(() => issuer.stop());
const { local, remote, tokens } = await startAll({
  tokens: startDovecot({ extraConfig: acceptTokensOf(issuer) }),
  local: startDovecot({ extraConfig: accepting(ours) }),
  remote: startDovecot({ extraConfig: accepting(theirs) }),
});

interface Found {
  readonly where: string;
  readonly forms: readonly string[];
}

/** All that there is to look through; what the user wrote down is not looked at. */
class Evidence {
  readonly #forms: SecretForms;
  readonly #found: Found[] = [];
  #looked = 0;

  constructor(looksFor: SecretForms = forms) {
    this.#forms = looksFor;
  }

  look(where: string, contents: Buffer | string): void {
    if (contents.length === 0) return;
    this.#looked++;
    const found = formsIn(this.#forms, contents);
    if (found.length > 0) this.#found.push({ where, forms: found });
  }

  /** Every file below, those for the time of a run included. */
  lookBelow(directory: string, { except }: { readonly except: readonly string[] }): void {
    for (const name of readdirSync(directory, { recursive: true }) as string[]) {
      const path = join(directory, name);
      if (except.includes(path) || statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
      this.look(path, readFileSync(path));
    }
  }

  lookAtFamily(pid: number): readonly number[] {
    const family = familyOf(pid);
    for (const one of family) this.look(`process ${String(one)}`, shownOf(one));
    return family;
  }

  get found(): readonly Found[] {
    return this.#found;
  }

  /** Asserts that so many things, at least, were looked at and none has a secret. */
  assertNone(atLeast: number): void {
    assert.deepEqual(this.#found, []);
    assert.ok(this.#looked >= atLeast, `${String(this.#looked)} things were looked at`);
  }
}

interface Scene extends TwoStores {
  readonly evidence: Evidence;
  /** Where commands write down what they were given. */
  readonly given: string;
  readonly run: (args?: readonly string[], options?: RunOptions) => Promise<number | null>;
  /** Looks at the files that there are now. */
  readonly lookAtFiles: () => void;
}

/** `auth`: how both sides log in. */
async function scene(t: TestContext, auth: string, settings: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const given = scratchDirectory("given");
  const program = join(given, "print-password");
  // Its own environment and command line, and those of whoever started it.
  const lines = [
    `cat /proc/$$/environ /proc/$$/cmdline /proc/$PPID/environ /proc/$PPID/cmdline > ${given}/seen-$$`,
    `cat ${given}/stored`,
  ];
  writeFileSync(program, lines.join("\n"));
  writeFileSync(join(given, "stored"), `${theirs}\n`);
  const sections = {
    local: { password: ours, auth },
    remote: { password: undefined, "password-command": `sh ${program}`, auth },
  };
  const made = await twoStores(
    t,
    { local, remote },
    { sections, settings: { logfile: "log", "metrics-file": "metrics", ...settings } },
  );
  await deliver(made.local, "INBOX", mail("a"));
  await deliver(made.remote, "INBOX", mail("b"));
  const evidence = new Evidence();
  const lookAtFiles = (): void => {
    evidence.lookBelow(made.home.directory, { except: [made.home.configFile] });
    evidence.lookBelow(given, { except: [join(given, "stored")] });
  };
  const run: Scene["run"] = async (args = [], options = {}) => {
    const { status, stdout, stderr } = await runInterimap(made.home, args, options);
    evidence.look(`the output of ${args.join(" ")}`, stdout);
    evidence.look(`the error output of ${args.join(" ")}`, stderr);
    lookAtFiles();
    return status;
  };
  return { ...made, evidence, given, run, lookAtFiles };
}

describe("no password is left anywhere", { concurrency: 2 }, () => {
  for (const auth of ["PLAIN", "LOGIN"]) {
    for (const format of ["text", "json"]) {
      test(`by runs that log in with ${auth} and log as ${format}`, async (t) => {
        const { run, evidence, local: one } = await scene(t, auth, { "log-format": format });
        assert.equal(await run(["--debug"]), 0, "a first run");
        assert.equal(await run(["--debug"]), 0, "nothing to do");
        await command(one, "CREATE box");
        assert.equal(await run(), 0, "without --debug");
        assert.equal(await run(["--repair", "--debug"]), 0);
        assert.equal(await run(["--status"]), 0);
        assert.equal(await run(["--status", "--json"]), 0);
        if (format === "json") assert.equal(await run(["--debug", "--debug"]), 0, "JSON never shows any");
        evidence.assertNone(30);
      });
    }
  }

  for (const auth of ["XOAUTH2", "OAUTHBEARER"]) {
    test(`by runs that log in with ${auth}, and a token that a command prints`, async (t) => {
      const { home, local: one, remote: other } = await twoStores(t, { local, remote: tokens });
      // Dovecot knows its users by the claim `email`.
      const [token, stale] = await Promise.all([
        issuer.accessToken({ email: other.user }),
        issuer.accessToken({ email: other.user, exp: 1 }),
      ]);
      const evidence = new Evidence(new Map([...formsOf("the token", token), ...formsOf("the stale one", stale)]));
      const stored = join(scratchDirectory("token"), "stored");
      const side = { type: "imap", STARTTLS: "NO", host: "127.0.0.1", compress: "NO" };
      home.configure({
        local: { ...side, port: String(one.port), username: one.user, password: ours },
        remote: { ...side, port: String(other.port), username: other.user, auth, "token-command": `cat ${stored}` },
        settings: { logfile: "log" },
      });
      for (const [contents, expected] of [
        [token, 0],
        [token, 0],
        [stale, 77],
        [`${stale.slice(0, 40)}\n${token}`, 77],
      ] as const) {
        writeFileSync(stored, contents);
        const { status, stdout, stderr } = await runInterimap(home, ["--debug"]);
        assert.equal(status, expected, stderr);
        evidence.look("what it prints", stdout + stderr);
        evidence.lookBelow(home.directory, { except: [] });
      }
      evidence.assertNone(6);
    });
  }

  test("by a daemon, its processes and what it tells others", async (t) => {
    const { run, evidence, home, proxies, lookAtFiles } = await scene(t, "PLAIN");
    assert.equal(await run(), 0);
    const socket = join(home.directory, "notify");
    const receiver = await receiveNotifications(t, socket);
    const hear = async (): Promise<void> => {
      for (;;) evidence.look("a notification", await receiver.next());
    };
    hear().catch(() => undefined);
    const daemon = startDaemon(t, home, { args: ["--watch=1", "--debug"], env: { NOTIFY_SOCKET: socket } });
    const look = async (): Promise<void> => {
      evidence.lookAtFamily(daemon.child.pid!);
      lookAtFiles();
      evidence.look("the status", JSON.stringify(await daemon.status()));
    };
    await daemon.waits();
    await look();
    for (const name of ["--status", "--status --json"]) {
      const { status, stdout, stderr } = await runInterimap(home, name.split(" "));
      assert.equal(status, 0, stderr);
      evidence.look(name, stdout + stderr);
    }
    daemon.kill("SIGUSR2");
    proxies.local.cutAll();
    proxies.remote.cutAll();
    const { looks } = await daemon.waits(2);
    await daemon.waits(looks + 1);
    daemon.kill("SIGHUP");
    const log = join(home.directory, "log");
    await eventually("a new start", () => /Read the configuration again/.test(readFileSync(log, "utf8")));
    await daemon.waits();
    await look();
    const { stdout, stderr } = await daemon.stop();
    evidence.look("its output", stdout + stderr);
    lookAtFiles();
    evidence.assertNone(20);
  });

  test("in the environment of a tunnel, also of one that is started after the other side's login", async (t) => {
    const { run, home, given, evidence, proxies, lookAtFiles } = await scene(t, "PLAIN");
    const tunnel = join(given, "tunnel");
    const { user } = proxies.local.server;
    writeFileSync(
      tunnel,
      `cat /proc/$$/environ /proc/$PPID/cmdline > ${given}/tunnel-$$\nexec ${local.tunnelCommand(user)}\n`,
    );
    const { server } = proxies.remote;
    home.configure({
      local: { type: "tunnel", command: `sh ${tunnel}`, "null-stderr": "YES" },
      remote: {
        ...{ type: "imap", STARTTLS: "NO", host: server.host, port: String(server.port), username: server.user },
        "password-command": `sh ${join(given, "print-password")}`,
      },
    });
    assert.equal(await run(), 0);
    const tunnels = (): number => readdirSync(given).filter((name) => /^tunnel-/.test(name)).length;
    const daemon = startDaemon(t, home, { args: ["--watch=1"] });
    await daemon.waits();
    const family = evidence.lookAtFamily(daemon.child.pid!);
    assert.ok(family.length > 1, "the tunnel runs");
    const before = tunnels();
    for (const pid of family) if (pid !== daemon.child.pid && isRunning(pid)) process.kill(pid, "SIGKILL");
    await eventually("another tunnel", () => tunnels() > before);
    const { looks } = await daemon.waits();
    await daemon.waits(looks + 1);
    evidence.lookAtFamily(daemon.child.pid!);
    evidence.look("its output", (await daemon.stop()).stderr);
    lookAtFiles();
    evidence.assertNone(8);
  });

  for (const [what, words] of [
    ["as it is", (secret: string) => `you said ${secret}`],
    ["as PLAIN sends it", (secret: string) => Buffer.from(`\0joe\0${secret}`).toString("base64")],
    ["in hexadecimal", (secret: string) => Buffer.from(secret).toString("hex")],
  ] as const) {
    test(`by a server that says it in its refusal, ${what}`, async (t) => {
      const made = await scene(t, "PLAIN");
      const { run, evidence } = made;
      for (const [side, secret] of [
        ["local", ours],
        ["remote", theirs],
      ] as const) {
        const refuse = (line: string) => ({ instead: `${line.split(" ", 1)[0]} NO ${words(secret)}\r\n` });
        made.hold(side, "server", { pattern: /^\S+ OK .*(?:Logged in|authenticated)/i, always: true, action: refuse });
      }
      assert.equal(await run(["--debug"]), 77);
      evidence.assertNone(4);
    });
  }

  test("by commands that fail, and by mistakes in the configuration", async (t) => {
    const { run, evidence, home, given } = await scene(t, "PLAIN");
    const program = join(given, "print-password");
    const failing = `${readFileSync(program, "utf8")}\ncat ${given}/stored >&2\n`;
    for (const [status, end] of [
      [77, "exit 3"],
      [77, "kill -9 $$"],
      [77, `for i in 1 2 3 4 5 6 7 8 9; do cat ${given}/stored ${given}/stored ${given}/stored; done; exec yes`],
    ] as const) {
      writeFileSync(program, `${failing}${end}\n`);
      assert.equal(await run(["--debug"]), status);
    }
    const text = readFileSync(home.configFile, "utf8");
    for (const wrong of [
      text.replace(/^password = /m, "password-command = cat x\npassword = "),
      text.replace(/^password = /m, "pasword = "),
      text.replace(/^password = /m, "proxy = socks5://u:"),
      text.replace(/^password = /m, ""),
      text.replace(/^password = .*$/m, `proxy = socks5://u:${ours}@127.0.0.1:1`),
    ]) {
      assert.notEqual(wrong, text);
      writeFileSync(home.configFile, wrong);
      assert.notEqual(await run(["--debug"]), 0);
    }
    evidence.assertNone(15);
  });

  for (const format of ["text", "json"]) {
    test(`by a defect of the program, with a log as ${format}`, async (t) => {
      const { run, evidence, home } = await scene(t, "LOGIN", { "log-format": format });
      const hook = join(home.directory, "hook.cjs");
      // Whoever fails to send something may quote it.
      writeFileSync(
        hook,
        `const { Socket } = require("node:net");
        for (const name of ["_writeGeneric"]) {
          const write = Socket.prototype[name];
          Socket.prototype[name] = function (writev, data, ...rest) {
            const text = writev ? Buffer.concat(data.map(({ chunk }) => Buffer.from(chunk))) : Buffer.from(data);
            if (/LOGIN .*Remote/.test(text)) {
              const cause = new Error(text.toString() + " " + text.toString("base64"));
              setImmediate(() => { throw new TypeError("cannot write " + text + text.toString("hex"), { cause }); });
            }
            return write.call(this, writev, data, ...rest);
          };
        }`,
      );
      const [node = "", ...program] = interimapCommand();
      assert.equal(await run(["--debug"], { program: [node, "--require", hook, ...program] }), 70);
      const log = readFileSync(join(home.directory, "log"), "utf8");
      assert.match(log, /internal error: cannot write .*\[redacted\]/);
      evidence.assertNone(3);
    });
  }
});

test("whoever looks would find them: in a log that shows them on purpose, in files, and in processes", async (t) => {
  const found = async (auth: string): Promise<string> => {
    const { run, evidence, given } = await scene(t, auth);
    assert.equal(await run(["--debug", "--debug"]), 0);
    evidence.lookBelow(given, { except: [] });
    return JSON.stringify(evidence.found);
  };
  const [plain, login] = [await found("PLAIN"), await found("LOGIN")];
  assert.match(plain, /log".*the local password in base64, \d.*the remote one in base64, \d/);
  assert.match(login, /log".*the local password as it is.*the remote one, quoted/);
  assert.match(login, /stored".*the remote one as it is/);

  const env = { LEAK: Buffer.from(`user:${theirs}`).toString("base64url") };
  const evidence = new Evidence();
  const { home } = await twoStores(t, { local, remote }, { sections: { local: { password: ours } } });
  const daemon = startDaemon(t, home, { args: ["--watch=1"], env });
  evidence.lookAtFamily(daemon.child.pid!);
  daemon.child.kill("SIGKILL");
  assert.match(JSON.stringify(evidence.found), /process \d+.*the remote one in base64url/);
});
