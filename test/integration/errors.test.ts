// Every error a user can meet, provoked with the real command.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test, type TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { loadMigrations } from "../../src/state/migrations.ts";
import { shellWord } from "../../src/util/shell-word.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { listen } from "../support/inet-settings.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { populate } from "../support/mail-store.ts";
import {
  type ConfigSettings,
  interimapCommand,
  type InterimapHome,
  makeHome,
  plainText,
  runInterimap,
  type SectionSettings,
  startInterimap,
} from "../support/run-interimap.ts";
import { type Identity, makeTlsFixtures, type TlsFixtures } from "../support/tls-fixtures.ts";
import { startTrafficProxy } from "../support/traffic-proxy.ts";
import { bytesOf, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertNoSecret, assertRefused, password, passwordConfig, unprivileged, withPassword } from "./refusal.ts";

const stub: SectionSettings = { type: "imap", STARTTLS: "NO", host: "127.0.0.1", port: "1", username: "u", password };

let server: MailServer;
/** Below those that are given out: a port that was free a moment ago may belong to another test's server by now. */
const closedPort = 1;

before(async () => {
  server = withPassword(await startDovecot({ extraConfig: passwordConfig }));
});

after(() => server.stop());

function homeFor(t: TestContext, config: Partial<ConfigSettings> = {}): InterimapHome {
  const home = makeHome({ local: stub, remote: stub, ...config });
  t.after(() => home.remove());
  return home;
}

// The words of these lines are asserted in unit/cli/options.test.ts and unit/config/config.test.ts.
describe("usage", () => {
  for (const [args, about] of [
    [["--frobnicate"], "--frobnicate"],
    [["--passwrod=sw0rdf1sh"], "--passwrod"],
    [["--watch=soon"], '"soon"'],
    [["--config"], "--config"],
    [["--debug=1"], "--debug"],
    [["a\tb"], 'MAILBOX "a\\x09b"'],
  ] as const) {
    test(args.join(" "), (t) => assertRefused(homeFor(t), { status: 64, line: [about, "interimap --help"], args }));
  }
});

describe("configuration", () => {
  const [head, local, remote] = ["database = x.db\n", "[local]\nhost = a\n", "[remote]\nhost = b\n"];
  for (const [name, text, place, ...facts] of [
    ["no section", head, "", "[local]"],
    ["one section", local, "", "[remote]"],
    ["an unknown section", "[locla]", ":1", "[locla]"],
    ["a line that is none", `${head}sw0rdf1sh\n${local}${remote}`, ":2", "NAME = VALUE"],
    ["an unknown setting", `${local}usrename = u\n${remote}`, ":3", '"usrename"', '"username"'],
    ["a bad value", `${local}port = 70000\n${remote}`, ":3", "port", '"70000"', "65535"],
    ["an empty password", `${local}password =\n${remote}`, ":3", "password"],
    ["a bad proxy with a password", `${local}proxy = socks4://u:sw0rdf1sh@h\n${remote}`, ":3", "proxy", "socks5:"],
    ["a tunnel without a command", `[local]\ntype = tunnel\n${remote}`, ":1", "type=tunnel", '"command"'],
  ] as const) {
    test(name, async (t) => {
      const home = homeFor(t);
      writeFileSync(home.configFile, text);
      await assertRefused(home, { status: 78, line: [`${home.configFile}${place}: `, ...facts] });
    });
  }

  test("no file, a directory, a file nobody may read", async (t) => {
    const home = homeFor(t);
    const example = fileURLToPath(new URL("../../config.example.ini", import.meta.url));
    const advice = `; expected a configuration file; make one with interimap init, or start from ${example}, or name another file with --config`;
    const problem = (words: string, path = home.configFile): string => `${path}: ${words}${advice}`;
    chmodSync(home.configFile, 0);
    await assertRefused(home, {
      status: 78,
      line: problem("this user may not read the file"),
      program: unprivileged(),
    });
    rmSync(home.configFile);
    await assertRefused(home, { status: 78, line: problem("there is no such file") });
    mkdirSync(home.configFile);
    await assertRefused(home, { status: 78, line: problem("this is a directory") });
    const line = problem("there is no such file", join(home.directory, "config/interimap/work"));
    await assertRefused(home, { status: 78, line, args: ["--config=work"] });
  });

  test("a pipe, which nobody may ever write to; unless it comes from whoever started the program", async (t) => {
    const home = homeFor(t);
    const program = interimapCommand().map(shellWord).join(" ");
    const piped = `cat ${shellWord(home.configFile)} | ${program} --config=/dev/stdin "$@"`;
    const line = `local: cannot connect to 127.0.0.1:${closedPort}: connection refused; check host and port, and that the server is running`;
    await assertRefused(home, { status: 69, line, program: ["sh", "-c", piped, "sh"] });
    const endless = `${program} --config=/dev/stdin "$@" </dev/zero`;
    await assertRefused(home, {
      status: 78,
      line: /^\/dev\/stdin: it has more than 16 MiB; expected a configuration file; /,
      program: ["sh", "-c", endless, "sh"],
    });
    rmSync(home.configFile);
    execFileSync("mkfifo", [home.configFile]);
    await assertRefused(home, { status: 78, line: / this is a pipe; expected a configuration file; / });
  });

  test("a log file that cannot be opened", async (t) => {
    const logfile = "/nonexistent/interimap.log";
    const home = homeFor(t, { settings: { logfile } });
    await assertRefused(home, {
      status: 78,
      line: `the log file ${logfile} cannot be opened (ENOENT: no such file or directory); set logfile to a file that can be written, in a directory that exists`,
    });
  });
});

describe("database", () => {
  test("in use by another process: nothing is connected to", async (t) => {
    const gates = { local: await gate(t, server), remote: await gate(t, asUser(server, "in-use")) };
    const home = homeFor(t, { local: gates.local.server, remote: gates.remote.server });
    const logins = gates.local.hold(/ (LOGIN|AUTHENTICATE) /);
    const first = startInterimap(home);
    await logins;
    const connections = [gates.local.connections, gates.remote.connections];
    await assertRefused(home, {
      status: 75,
      line: `the database ${home.databaseFile} is in use by process ${first.child.pid}; wait until it has ended, or stop it`,
    });
    assert.deepEqual([gates.local.connections, gates.remote.connections], connections);
    gates.local.release();
    assert.equal((await first.finished).status, 0);
  });

  test("a pipe where SQLite's log belongs, whatever is asked for", async (t) => {
    const home = homeFor(t);
    await runInterimap(home);
    execFileSync("mkfifo", [`${home.databaseFile}-wal`]);
    const line = [
      `the database ${home.databaseFile} cannot be used: ${home.databaseFile}-wal is a pipe; `,
      "interimap --repair",
    ];
    for (const args of [[], ["--status"], ["--repair"]]) await assertRefused(home, { status: 74, line, args });
  });

  test("a directory that cannot be made", async (t) => {
    const home = homeFor(t, { settings: { database: "/dev/null/data/x.db" } });
    await assertRefused(home, {
      status: 73,
      line: "/dev/null/data: cannot create the directory (ENOTDIR: not a directory); make its parent writable for this user, or name another place with the database setting",
    });
  });

  test("a directory that cannot be written", async (t) => {
    const home = homeFor(t);
    chmodSync(dirname(home.databaseFile), 0o500);
    const line = `cannot create the database ${home.databaseFile} (EACCES); its directory must exist and be writable`;
    await assertRefused(home, { status: 73, line, program: unprivileged() });
  });

  test("a file that cannot be written, and a directory in its place", async (t) => {
    const home = homeFor(t);
    const line = [`the database ${home.databaseFile} cannot be opened for writing; `];
    writeFileSync(home.databaseFile, "", { mode: 0o400 });
    await assertRefused(home, { status: 74, line, program: unprivileged() });
    rmSync(home.databaseFile);
    mkdirSync(home.databaseFile);
    const foreign = `${home.databaseFile} is not a database of interimap; name another file with the database setting`;
    await assertRefused(home, { status: 74, line: foreign });
  });

  const spoiled: readonly { name: string; spoil: (path: string) => void; line: string | readonly string[] }[] = [
    {
      name: "a file of something else",
      spoil: (path) => writeFileSync(path, "Dear Santa, I wish for a database.\n".repeat(100)),
      line: "DATABASE is not a database of interimap; name another file with the database setting",
    },
    {
      name: "another program's database",
      spoil: (path) => execute(path, "DROP TABLE mapping"),
      line: "DATABASE is not a database of interimap; name another file with the database setting",
    },
    {
      name: "a newer version's database",
      spoil: (path) => execute(path, "PRAGMA user_version = 99"),
      line: `the database DATABASE has version 99, but only versions up to ${loadMigrations().length} are known; use the newer interimap that wrote it`,
    },
    {
      name: "a database cut short",
      spoil: (path) => truncateSync(path, 5000),
      line: [
        "the database DATABASE is damaged: database disk image is malformed; ",
        ": interimap --repair; or move it",
      ],
    },
    {
      name: "a database overwritten in part",
      spoil: (path) => writeFileSync(path, readFileSync(path).fill(0xa5, 4096)),
      line: [
        "the database DATABASE is damaged: database disk image is malformed; ",
        ": interimap --repair; or move it",
      ],
    },
  ];
  for (const { name, spoil, line } of spoiled) {
    test(`${name} is left as it is`, async (t) => {
      const home = homeFor(t, { local: server, remote: asUser(server, "spoiled") });
      assert.equal((await runInterimap(home)).status, 0);
      spoil(home.databaseFile);
      const before = bytesOf(home.databaseFile);
      const facts = [line].flat().map((fact) => fact.replace("DATABASE", home.databaseFile));
      await assertRefused(home, { status: 74, line: facts });
      assert.equal(bytesOf(home.databaseFile), before);
    });
  }
});

describe("reaching a server", () => {
  const unreachable: readonly { name: string; settings: () => SectionSettings; line: string | RegExp }[] = [
    {
      name: "nobody listens",
      settings: () => ({ port: String(closedPort) }),
      line: /^remote: cannot connect to 127\.0\.0\.1:\d+: connection refused; check host and port, and that the server is running$/,
    },
    {
      name: "unknown host name",
      settings: () => ({ host: "does-not-exist.invalid" }),
      // where there is no network, that is what the name server's silence means
      line: /^remote: cannot connect to does-not-exist\.invalid:1: (name not found; check the spelling of the host name|the name server does not answer; check the network connection)$/,
    },
    {
      name: "unreachable proxy",
      settings: () => ({ proxy: `socks5h://u:${password}@127.0.0.1:${closedPort}` }),
      line: /^remote: cannot connect to the SOCKS proxy 127\.0\.0\.1:\d+: connection refused; check host and port, and that the server is running$/,
    },
    {
      name: "tunnel command missing",
      settings: () => ({ type: "tunnel", command: `/nonexistent/imap --password=${password}` }),
      line: "remote: the tunnel command /nonexistent/imap cannot be started: not found; check the command setting",
    },
    {
      name: "tunnel command that ends at once",
      settings: () => ({ type: "tunnel", command: "/bin/true" }),
      line: "remote: the tunnel command /bin/true exited with status 0; run it by hand: it must speak IMAP on its standard input and output",
    },
  ];
  for (const { name, settings, line } of unreachable) {
    test(name, async (t) => {
      const home = homeFor(t, { local: server, remote: { ...stub, ...settings() } });
      await assertRefused(home, { status: 69, line });
    });
  }

  test("a tunnel command that fails: its own words come before the line", async (t) => {
    const command = "sh -c 'echo no such luck >&2; exit 3'";
    const home = homeFor(t, { local: server, remote: { type: "tunnel", command } });
    const { status, stderr } = await runInterimap(home);
    assert.equal(status, 69);
    const line =
      "remote: the tunnel command sh exited with status 3; run it by hand: it must speak IMAP on its standard input and output";
    assert.equal(stderr, `no such luck\n${line}\n`);

    home.configure({ local: server, remote: { type: "tunnel", command, "null-stderr": "YES" } });
    await assertRefused(home, { status: 69, line });
  });

  const greetings: readonly { name: string; greeting: string; status: 69 | 76; line: string }[] = [
    {
      name: "BYE",
      greeting: "* BYE [UNAVAILABLE] come back on Monday\r\n",
      status: 69,
      line: "remote: the server refused the connection: [UNAVAILABLE] come back on Monday; try again later",
    },
    {
      name: "no greeting",
      greeting: "",
      status: 69,
      line: "remote: the server closed the connection without a greeting; check host and port; the server may be busy or restarting",
    },
    {
      name: "another protocol",
      greeting: "SSH-2.0-OpenSSH_9.2p1\r\n",
      status: 76,
      line: 'remote: no IMAP server answers: the server sent a line that cannot be understood: "SSH-2.0-OpenSSH_9.2p1"; check host and port',
    },
    {
      name: "binary noise",
      greeting: "\x80\x00\x1b[2J\r\n",
      status: 76,
      line: String.raw`remote: no IMAP server answers: the server sent a line that cannot be understood: "\x80\x00\x1b[2J"; check host and port`,
    },
  ];
  for (const { name, greeting, status, line } of greetings) {
    test(`greeted with ${name}`, async (t) => {
      const port = await startTalker(t, (socket) => socket.end(greeting, "latin1"));
      const home = homeFor(t, { local: server, remote: { ...stub, port: String(port) } });
      await assertRefused(home, { status, line });
    });
  }

  test("nonsense in the middle of the work", async (t) => {
    const remote = await startImapTalker(t, {
      LIST: ['* LIST (\\HasNoChildren "/" INBOX'],
    });
    const home = homeFor(t, { local: server, remote });
    await assertRefused(home, {
      status: 76,
      line: /^remote: the server's hierarchy delimiter cannot be read: "\* LIST \(/,
    });
  });

  for (const slow of ["local", "remote"] as const) {
    test(`the other side is not waited for when the ${slow} server is slow to greet`, async (t) => {
      const port = await startTalker(t, () => undefined);
      const failing = slow === "local" ? "remote" : "local";
      const home = homeFor(t, {
        [slow]: { ...stub, port: String(port) },
        [failing]: { ...stub, port: String(closedPort) },
      });
      await assertRefused(home, {
        status: 69,
        line: new RegExp(`^${failing}: cannot connect to .*: connection refused;`),
      });
    });
  }

  test("tunnel commands do not outlive a run that fails or is ended", async (t) => {
    const home = homeFor(t);
    const tunnel = stuckTunnel(home);
    const port = await startTalker(t, async (socket) => {
      await eventually("it", () => tunnel.pid() !== undefined);
      socket.end("* BYE full\r\n");
    });
    home.configure({ local: tunnel.settings, remote: { ...stub, port: String(port) } });
    await assertRefused(home, { status: 69, line: "remote: the server refused the connection: full; try again later" });
    await eventually("it", () => !isRunning(tunnel.pid()));

    rmSync(tunnel.pidFile);
    home.configure({ local: tunnel.settings, remote: tunnel.settings });
    const run = startInterimap(home);
    await eventually("it", () => tunnel.pid() !== undefined);
    run.child.kill("SIGTERM");
    assert.equal((await run.finished).status, 143);
    await eventually("it", () => !isRunning(tunnel.pid()));
  });
});

describe("what a server lacks or refuses", () => {
  test("no IMAP4rev1", async (t) => {
    const other = await startDovecot({ withoutCapabilities: ["IMAP4rev1"], extraConfig: passwordConfig });
    t.after(() => other.stop());
    const home = homeFor(t, { local: server, remote: withPassword(other) });
    await assertRefused(home, {
      status: 69,
      line: "remote: the server offers neither IMAP4rev1 nor IMAP4rev2; interimap cannot work with this server",
    });
  });

  for (const auth of ["PLAIN", "LOGIN"]) {
    test(`a wrong password over ${auth}`, async (t) => {
      const wrong = { ...plainText(server), auth, password: `${password}!` };
      const home = homeFor(t, { local: wrong, remote: asUser(server, "v") });
      await assertRefused(home, {
        status: 77,
        line: "local: login as u refused: [AUTHENTICATIONFAILED] Authentication failed; check username and password",
      });
      const { status, stderr } = await runInterimap(home, ["--debug"]);
      assert.equal(status, 77);
      assert.match(stderr, new RegExp(`^local: C: \\S+ ${auth === "LOGIN" ? "LOGIN" : "AUTHENTICATE PLAIN"} `, "m"));
      assertNoSecret(stderr);
    });
  }

  test("a password in quotes, which belong to it: the line says so, and does not show it", async (t) => {
    for (const mark of ['"', "'"]) {
      const quoted = { ...plainText(server), password: `${mark}${password}${mark}` };
      const home = homeFor(t, { local: quoted, remote: asUser(server, "v") });
      const line =
        /^local: login as u refused: \[AUTHENTICATIONFAILED\] .*; the quotes around the password .*remove them$/;
      await assertRefused(home, { status: 77, line });
    }
  });

  test("no password in the configuration", async (t) => {
    const home = homeFor(t, { local: { ...plainText(server), password: undefined }, remote: server });
    await assertRefused(home, {
      status: 77,
      line: "local: the server wants a login, but no password is configured; set password in section [local]",
    });
  });

  test("no mechanism in common", async (t) => {
    const port = await startTalker(t, (socket) => socket.write("* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n"));
    const home = homeFor(t, { local: server, remote: { ...stub, port: String(port), auth: "PLAIN" } });
    await assertRefused(home, {
      status: 77,
      line: "remote: the server offers none of the configured ways to log in (PLAIN); many servers offer a login only under TLS: see STARTTLS",
    });
  });

  test("STARTTLS is not offered", async (t) => {
    const home = homeFor(t, { local: { ...plainText(server), STARTTLS: "YES" }, remote: server });
    await assertRefused(home, {
      status: 76,
      line: "local: the server does not offer STARTTLS; use type = imaps, or STARTTLS = NO if this network is trusted",
    });
  });

  for (const [answer, status, line] of [
    ["NO [UNAVAILABLE] Backend down", 75, "the server refused LIST: NO [UNAVAILABLE] Backend down; try again later"],
    [
      "NO [NOPERM] Not you",
      76,
      "the server refused LIST: NO [NOPERM] Not you; check list-mailbox, list-reference and list-select-opts",
    ],
  ] as const) {
    test(`LIST is answered with ${answer}`, async (t) => {
      const remote = await startImapTalker(t, {}, { LIST: answer });
      const home = homeFor(t, { local: server, remote });
      await assertRefused(home, { status, line: `remote: ${line}` });
    });
  }

  for (const flat of ["local", "remote"] as const) {
    test(`the ${flat} server has a flat name space`, async (t) => {
      const hierarchical = flat === "local" ? "remote" : "local";
      const talker = await startImapTalker(t, { LIST: ['* LIST (\\Noselect) NIL ""', "* LIST () NIL INBOX"] });
      const home = homeFor(t, { [flat]: talker, [hierarchical]: server });
      await assertRefused(home, {
        status: 65,
        line: `the ${flat} server has a flat mailbox name space, the ${hierarchical} server a hierarchical one; choose list-reference so that both have a hierarchy, or neither`,
      });
    });
  }
});

describe("TLS", () => {
  let fixtures: TlsFixtures;

  before(() => {
    fixtures = makeTlsFixtures();
  });
  interface Case {
    readonly name: string;
    readonly identity: () => Identity;
    readonly settings?: () => SectionSettings;
    readonly line: readonly string[];
  }
  const trust =
    "); name its authority in SSL_CAfile, or trust this very key by setting SSL_fingerprint=sha256$SEEN and SSL_verify=NO";
  const cases: readonly Case[] = [
    {
      name: "a self-signed certificate",
      identity: () => fixtures.selfSigned,
      line: ["local: 127.0.0.1:PORT: the server's certificate is self-signed (", trust],
    },
    {
      name: "an unknown authority",
      identity: () => fixtures.trusted,
      settings: () => ({ SSL_CAfile: undefined }),
      line: ["local: 127.0.0.1:PORT: the server's certificate comes from an authority that is not trusted", trust],
    },
    {
      name: "another server's certificate",
      identity: () => fixtures.otherName,
      line: [
        "local: 127.0.0.1:PORT: the server's certificate is for mail.example.org, not for 127.0.0.1 (",
        "key: sha256$SEEN); set host to a name the certificate has",
      ],
    },
    {
      name: "an expired certificate",
      identity: () => fixtures.expired,
      line: [
        "local: 127.0.0.1:PORT: the server's certificate expired on EXPIRY UTC (",
        "); check this machine's clock, which says ",
        "; if the server is right, trust this very key by setting SSL_fingerprint=sha256$SEEN and SSL_verify=NO",
      ],
    },
    {
      name: "another key than the pinned one",
      identity: () => fixtures.trusted,
      settings: () => ({ SSL_fingerprint: `sha256$${"0".repeat(64)}` }),
      line: [
        `local: 127.0.0.1:PORT: the server's key sha256$SEEN is not in SSL_fingerprint, which has sha256$${"0".repeat(64)} (`,
        "); if the server has a new key, set SSL_fingerprint=sha256$SEEN; else somebody else may be answering",
      ],
    },
  ];
  for (const { name, identity, settings, line } of cases) {
    test(name, async (t) => {
      const { key, cert, sha256 } = identity();
      const listener = createTlsServer({ key, cert }, (socket) => socket.on("error", () => undefined));
      const port = await listen(listener);
      t.after(() => listener.close());
      const section = { ...stub, type: "imaps", port: String(port), SSL_CAfile: fixtures.caFile, ...settings?.() };
      const expiry = new Date(new X509Certificate(cert).validTo).toISOString().slice(0, 19).replace("T", " ");
      await assertRefused(homeFor(t, { local: section, remote: server }), {
        status: 76,
        line: line.map((fact) =>
          fact.replace("PORT", String(port)).replaceAll("SEEN", sha256).replace("EXPIRY", expiry),
        ),
      });
    });
  }

  test("a port without TLS", async (t) => {
    const home = homeFor(t, { local: { ...plainText(server), type: "imaps", STARTTLS: undefined }, remote: server });
    await assertRefused(home, {
      status: 76,
      line: `local: 127.0.0.1:${server.port}: the server does not speak TLS on this port; check the port, or set type=imap to use STARTTLS`,
    });
  });

  test("a file of certificates that is missing", async (t) => {
    const section = { ...plainText(server), STARTTLS: undefined, type: "imaps", SSL_CAfile: "/nonexistent/ca.pem" };
    await assertRefused(homeFor(t, { local: section, remote: server }), {
      status: 78,
      line: /^local: SSL_CAfile: cannot read \/nonexistent\/ca\.pem: .*no such file.*; check the path in SSL_CAfile$/,
    });
  });
});

describe("in the middle of the work", () => {
  test("a connection that is cut: the next run goes on", async (t) => {
    const [local, remote] = [asUser(server, "cut"), asUser(server, "cut-too")];
    await populate(local, { messages: 40, mailboxes: 4 });
    let isCut = false;
    const proxy = await startTrafficProxy(remote, {
      onServerLine: (line) => {
        if (isCut || !line.includes("[APPENDUID")) return undefined;
        isCut = true;
        return "cut";
      },
    });
    t.after(() => proxy.stop());
    const home = homeFor(t, { local, remote: proxy.server });
    await assertRefused(home, {
      status: 75,
      // The end may be met while we write.
      line: /^remote: connection lost(?:: write \w+)?; run again: what was done is recorded$/,
      args: ["--quiet"],
    });
    assert.ok(isCut);
    const pair = { home, local, remote };
    await assertConverges(pair);
    await assertNothingToDo(pair);
  });

  test("SIGTERM: the next run goes on", async (t) => {
    const [local, remote] = [asUser(server, "ended"), asUser(server, "ended-too")];
    await populate(remote, { messages: 40, mailboxes: 4 });
    const target = await gate(t, local);
    const home = homeFor(t, { local: target.server, remote });
    const copying = target.hold(/ APPEND /);
    const run = startInterimap(home, ["--quiet"]);
    await copying;
    run.child.kill("SIGTERM");
    const { status, stderr } = await run.finished;
    assert.deepEqual({ status, stderr }, { status: 143, stderr: "" });
    target.release();
    const pair = { home, local, remote };
    await assertConverges(pair);
    await assertNothingToDo(pair);
  });

  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)
    for (const args of [[], ["--repair"], ["--delete", "x"], ["--rename", "x", "y"]])
      test(`${signal} while a server has not greeted yet: ${code}, with ${args[0] ?? "no option"}`, async (t) => {
        let connected = (): void => undefined;
        const connection = new Promise<void>((resolve) => (connected = resolve));
        const port = await startTalker(t, () => connected());
        const run = startInterimap(homeFor(t, { local: server, remote: { ...stub, port: String(port) } }), args);
        await connection;
        run.child.kill(signal);
        const { status, stderr } = await run.finished;
        assert.equal(status, code);
        assert.deepEqual(stderr.split("\n").slice(-3, -1), [
          "Stopping after the work in hand; a second signal stops at once",
          "interrupted; what was done so far is recorded",
        ]);
      });
});

/** Does with each connection as it is told. Returns its port. */
async function startTalker(t: TestContext, talk: (socket: Socket) => unknown): Promise<number> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).resume();
    void talk(socket);
  });
  const port = await listen(listener);
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  return port;
}

/** Says yes to everything, with these lines before it for a command of this name. */
async function startImapTalker(
  t: TestContext,
  answers: Readonly<Record<string, readonly string[]>>,
  refusals: Readonly<Record<string, string>> = {},
): Promise<SectionSettings> {
  const capabilities = "IMAP4rev1 ENABLE CONDSTORE QRESYNC LIST-EXTENDED LIST-STATUS UIDPLUS AUTH=PLAIN SASL-IR";
  const known: typeof answers = { ENABLE: ["* ENABLED QRESYNC"], ...answers };
  const port = await startTalker(t, (socket) => {
    socket.write(`* OK [CAPABILITY ${capabilities}] hello\r\n`);
    const lines = createInterface(socket).on("error", () => undefined);
    lines.on("line", (line) => {
      const [tag, verb = ""] = line.split(" ");
      for (const answer of known[verb] ?? []) socket.write(`${answer}\r\n`);
      socket.write(`${tag} ${refusals[verb] ?? `OK [CAPABILITY ${capabilities}] done`}\r\n`);
    });
  });
  return { ...stub, compress: "NO", port: String(port) };
}

interface Gate {
  /** The server as seen through the gate. */
  readonly server: MailServer;
  readonly connections: number;
  /** Lets no such line of the client pass until the release; resolves when the first one arrives. */
  hold(line: RegExp): Promise<void>;
  release(): void;
}

async function gate(t: TestContext, behind: MailServer): Promise<Gate> {
  let held: RegExp | undefined;
  let arrived = (): void => undefined;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const proxy = await startTrafficProxy(behind, {
    onClientLine: (line) => {
      if (held?.test(line) !== true) return undefined;
      arrived();
      return released;
    },
  });
  t.after(() => proxy.stop());
  return {
    server: proxy.server,
    get connections() {
      return proxy.connections;
    },
    hold: (line) => {
      held = line;
      return new Promise((resolve) => (arrived = resolve));
    },
    release,
  };
}

interface StuckTunnel {
  readonly settings: SectionSettings;
  readonly pidFile: string;
  pid(): number | undefined;
}

/** A command that says nothing and does not end when its input does. */
function stuckTunnel(home: InterimapHome): StuckTunnel {
  const pidFile = join(home.directory, "tunnel.pid");
  return {
    settings: { type: "tunnel", command: `echo $$ >${pidFile}; exec sleep 600` },
    pidFile,
    pid: () => {
      const text = existsSync(pidFile) ? readFileSync(pidFile, "utf8") : "";
      return text.endsWith("\n") ? Number(text) : undefined;
    },
  };
}

/** A zombie, which somebody else has yet to bury, does not count. */
function isRunning(pid: number | undefined): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
