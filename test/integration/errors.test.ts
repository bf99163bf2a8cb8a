// Every error a user can meet, provoked with the real command.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { freePorts } from "../support/daemon.ts";
import { startDovecot } from "../support/dovecot.ts";
import { listen } from "../support/inet-settings.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { populate } from "../support/mail-store.ts";
import {
  makeHome,
  overTunnel,
  plainText,
  runInterimap,
  startInterimap,
  type ConfigSettings,
  type InterimapHome,
  type SectionSettings,
} from "../support/run-interimap.ts";
import { makeTlsFixtures, type Identity, type TlsFixtures } from "../support/tls-fixtures.ts";
import { startTrafficProxy, type TrafficProxy } from "../support/traffic-proxy.ts";
import { bytesOf, dump, execute } from "../unit/store/databases.ts";
import { assertConverges, assertNothingToDo, type Pair } from "./converge.ts";
import { assertNoSecret, assertRefused, password, passwordConfig, unprivileged, withPassword } from "./refusal.ts";

const stub: SectionSettings = { type: "imap", STARTTLS: "NO", host: "127.0.0.1", port: "1", username: "u", password };

let server: MailServer;
let closedPort: number;

before(async () => {
  server = withPassword(await startDovecot({ extraConfig: passwordConfig }));
  [closedPort] = (await freePorts(1)) as [number];
});

after(() => server.stop());

function homeFor(t: TestContext, config: Partial<ConfigSettings> = {}): InterimapHome {
  const home = makeHome({ local: stub, remote: stub, ...config });
  t.after(() => home.remove());
  return home;
}

describe("usage", () => {
  for (const [args, line] of [
    [["--frobnicate"], "unknown option --frobnicate; see interimap --help"],
    [["--passwrod=sw0rdf1sh"], "unknown option --passwrod; see interimap --help"],
    [["--watch=5"], "--watch is not available in this version; see interimap --help"],
    [["--config"], "--config needs the name of a file; see interimap --help"],
    [["--debug=1"], "--debug takes no value; see interimap --help"],
    [["Entwürfe"], 'MAILBOX "Entwürfe" is not in printable ASCII; write it in modified UTF-7: Entw&APw-rfe'],
  ] as const) {
    test(args.join(" "), (t) => assertRefused(homeFor(t), { status: 64, line, args }));
  }
});

describe("configuration", () => {
  const [head, local, remote] = ["database = x.db\n", "[local]\nhost = a\n", "[remote]\nhost = b\n"];
  for (const [name, text, line] of [
    ["no section", head, "CONFIG: there is no [local] section; expected both [local] and [remote]"],
    ["one section", local, "CONFIG: there is no [remote] section; expected both [local] and [remote]"],
    ["an unknown section", "[locla]", "CONFIG:1: unknown section [locla]; expected [local] or [remote]"],
    [
      "a line that is none",
      `${head}sw0rdf1sh\n`,
      "CONFIG:2: this is no setting, section or comment; expected NAME = VALUE, [SECTION] or # COMMENT",
    ],
    ["an unknown setting", `${local}usrename = u\n`, 'CONFIG:3: unknown setting "usrename"; did you mean "username"?'],
    [
      "a setting in the wrong section",
      `${local}database = x\n`,
      'CONFIG:3: "database" does not belong in [local]; expected it above the first section',
    ],
    [
      "a setting given twice",
      `${local}host = c\n`,
      'CONFIG:3: "host" is set a second time; expected only line 2 to set it',
    ],
    ["a bad value", `${local}port = 70000\n`, /^CONFIG:3: port: bad value "70000"; expected .*65535/],
    [
      "an empty password",
      `${local}password =\n`,
      "CONFIG:3: password: bad value; expected a password, or no such line",
    ],
    [
      "a bad proxy with a password",
      `${local}proxy = socks4://u:sw0rdf1sh@h\n`,
      /^CONFIG:3: proxy: bad value; expected socks5:/,
    ],
    [
      "a tunnel without a command",
      `[local]\ntype = tunnel\n${remote}`,
      /^CONFIG:1: type=tunnel without a command; expected/,
    ],
  ] as const) {
    test(name, async (t) => {
      const home = homeFor(t);
      writeFileSync(home.configFile, text);
      await assertRefused(home, { status: 78, line: inFile(home, line) });
    });
  }

  test("no file, a directory, a file nobody may read", async (t) => {
    const home = homeFor(t);
    const advice = "; expected a configuration file; start from config.example.ini, or name another file with --config";
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

  test("a log file that cannot be opened", async (t) => {
    const logfile = "/nonexistent/interimap.log";
    const home = homeFor(t, { settings: { logfile } });
    await assertRefused(home, {
      status: 78,
      line: `the log file ${logfile} cannot be opened (ENOENT: no such file or directory); set logfile to a file that can be written, in a directory that exists`,
    });
  });

  function inFile(home: InterimapHome, line: string | RegExp): string | RegExp {
    if (typeof line === "string") return line.replace("CONFIG", home.configFile);
    return new RegExp(line.source.replace("CONFIG", home.configFile));
  }
});

describe("database", () => {
  test("a second process at the same time", async (t) => {
    const pair = await proxied(t);
    pair.local.hold(/^\S+ (LOGIN|AUTHENTICATE)/);
    const first = startInterimap(pair.home);
    await pair.local.held();
    const connections = [pair.local.proxy.connections, pair.remote.proxy.connections];
    await assertRefused(pair.home, {
      status: 75,
      line: `the database ${pair.home.databaseFile} is in use by process ${first.child.pid}; wait until that has ended, or stop it`,
    });
    assert.deepEqual([pair.local.proxy.connections, pair.remote.proxy.connections], connections);
    pair.local.release();
    assert.equal((await first.finished).status, 0);
  });

  test("its directory cannot be made", async (t) => {
    const home = homeFor(t, { settings: { database: "/dev/null/data/x.db" } });
    await assertRefused(home, {
      status: 73,
      line: "/dev/null/data: cannot create the directory (ENOTDIR: not a directory); make its parent writable for this user, or name another place with the database setting",
    });
  });

  test("its directory cannot be written", async (t) => {
    const home = homeFor(t);
    chmodSync(join(home.databaseFile, ".."), 0o500);
    await assertRefused(home, { status: 73, line: /x/, program: unprivileged() });
  });

  test("it cannot be written", async (t) => {
    const home = homeFor(t);
    writeFileSync(home.databaseFile, "", { mode: 0o400 });
    await assertRefused(home, { status: 74, line: /x/, program: unprivileged() });
  });
  test("it is a directory", async (t) => {
    const home = homeFor(t);
    mkdirSync(home.databaseFile);
    await assertRefused(home, { status: 74, line: /x/, program: unprivileged() });
  });

  for (const [name, spoil, line] of [
    ["another file", (path: string) => writeFileSync(path, "a letter to Santa, not a database\n".repeat(100)), /x/],
    ["another program's database", (path: string) => execute(path, "CREATE TABLE songs (title TEXT)"), /x/],
    ["written by a newer version", (path: string) => execute(path, "PRAGMA user_version = 99"), /x/],
    ["damaged", damage, /x/],
    ["cut short", (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 5000)), /x/],
  ] as const) {
    test(name, async (t) => {
      const home = homeFor(t, { remote: { ...stub, port: String(closedPort) } });
      if (name !== "another program's database") await assertRefused(home, { status: 69, line: /connection refused/ });
      spoil(home.databaseFile);
      const before = bytesOf(home.databaseFile);
      await assertRefused(home, { status: 74, line });
      assert.equal(bytesOf(home.databaseFile), before);
    });
  }

  /** Scratches out the middle: the first page still names the tables. */
  function damage(path: string): void {
    const octets = readFileSync(path);
    writeFileSync(path, octets.fill(0xa5, 4096, octets.length));
  }
});

describe("connecting", () => {
  for (const [name, settings, line] of [
    ["nobody listens", () => ({ port: String(closedPort) }), /x/],
    ["unknown host name", () => ({ host: "does-not-exist.invalid" }), /x/],
    ["tunnel command missing", () => ({ type: "tunnel", command: "/nonexistent/imap" }), /x/],
    ["tunnel command fails", () => ({ type: "tunnel", command: "sh -c 'echo no such luck >&2; exit 3'" }), /x/],
    ["tunnel command ends at once", () => ({ type: "tunnel", command: "/bin/true" }), /x/],
  ] as const) {
    test(name, async (t) => {
      const home = homeFor(t, { local: server, remote: { ...stub, ...settings() } });
      await assertRefused(home, { status: 69, line });
    });
  }

  for (const [name, greeting, status] of [
    ["BYE", "* BYE come back on Monday\r\n", 69],
    ["closed at once", "", 69],
    ["SSH", "SSH-2.0-OpenSSH_9.2p1\r\n", 76],
    ["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", 76],
    ["binary", "\x80\x00\x01\x02\r\n", 76],
  ] as const) {
    test(name, async (t) => {
      const port = await talker(t, greeting);
      const home = homeFor(t, { local: server, remote: { ...stub, port: String(port) } });
      await assertRefused(home, { status, line: /x/ });
    });
  }
});

async function talker(t: TestContext, greeting: string): Promise<number> {
  const listener = createServer((socket) => socket.on("error", () => {}).end(greeting, "latin1"));
  const port = await listen(listener);
  t.after(() => listener.close());
  return port;
}

interface Gate {
  readonly proxy: TrafficProxy;
  hold(line: RegExp): void;
  held(): Promise<void>;
  release(): void;
}
async function gate(t: TestContext, behind: MailServer): Promise<Gate> {
  let wanted: RegExp | undefined;
  let reached = (): void => {};
  let open = (): void => {};
  const held = new Promise<void>((resolve) => (reached = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  const proxy = await startTrafficProxy(behind, {
    onClientLine: (line) => {
      if (wanted === undefined || !wanted.test(line)) return;
      reached();
      return opened;
    },
  });
  t.after(() => proxy.stop());
  return { proxy, hold: (line) => (wanted = line), held: () => held, release: open };
}
async function proxied(t: TestContext) {
  const local = await gate(t, server);
  const remote = await gate(t, asUser(server, "v"));
  return { local, remote, home: homeFor(t, { local: local.proxy.server, remote: remote.proxy.server }) };
}
