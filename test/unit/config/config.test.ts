import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { type Config, loadConfig } from "../../../src/config/config.ts";
import { type Setting, type SettingName, settings } from "../../../src/config/settings.ts";
import { formatLogPrefix } from "../../../src/log/log-prefix.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { defaultLimits } from "../../../src/model/server-limits.ts";
import { authMechanisms, type ServerSettings } from "../../../src/model/server-settings.ts";
import { errorLine } from "../../support/error-line.ts";

const home = mkdtempSync(join(tmpdir(), "interimap-config-"));
after(() => rmSync(home, { recursive: true }));

const directory = join(home, ".config", "interimap");
const file = join(directory, "config");
mkdirSync(directory, { recursive: true });

function load(text: string | Buffer, mode = 0o600): Config {
  rmSync(file, { force: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return loadConfig({ env: {}, home });
}

/** The error's message, without the file's name. */
function complaint(text: string | Buffer): string {
  const error = failure(() => load(text));
  assert.equal(error.code, "CONFIG_INVALID");
  assert.equal(error.exitCode, 78);
  assert.ok(error.message.startsWith(file));
  assert.doesNotMatch(error.message, /[\r\n]/);
  return error.message.slice(file.length);
}

function failure(work: () => unknown): InterimapError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof InterimapError, String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

const minimal = "[local]\n[remote]\n";

const defaultAuth = authMechanisms.filter((name) => name !== "CRAM-MD5");

test("a secret comes from where the section says, or else what stands above the sections", () => {
  const text = "password-command = pass show a\n[local]\npassword-file = ~/p\n[remote]\n";
  const { local, remote } = load(text).servers;
  assert.deepEqual([local.password, local.token], [{ from: "file", path: join(home, "p") }, undefined]);
  assert.deepEqual([remote.password, remote.token], [{ from: "command", command: "pass show a" }, undefined]);
  const other = load("[local]\ntoken-command = oama access a\n[remote]\npassword-credential = imap\n").servers;
  assert.deepEqual(
    [other.local.password, other.local.token],
    [undefined, { from: "command", command: "oama access a" }],
  );
  const { password } = other.remote;
  assert.deepEqual(password, { from: "credential", name: "imap", directory: undefined });
});

test("a file with two bare sections has all defaults", () => {
  const config = load(minimal);
  const tls = {
    minVersion: undefined,
    maxVersion: undefined,
    versions: undefined,
    cipherList: undefined,
    cipherSuites: undefined,
    fingerprints: [],
    verify: true,
    caFile: undefined,
    caPath: undefined,
    hostname: undefined,
    ownCertificate: undefined,
  };
  const transport = {
    type: "imaps",
    host: "localhost",
    isIpLiteral: false,
    port: 993,
    proxy: undefined,
    startTls: true,
    tls,
  };
  const nobody = { username: undefined, authzid: undefined, password: undefined, token: undefined };
  const server = {
    ...{ transport, auth: defaultAuth, ...nobody },
    ...{ connections: 3, listReference: "", limits: defaultLimits },
  };
  const { logPrefix, ...rest } = config;
  assert.deepEqual(rest, {
    file,
    database: join(home, ".local/share/interimap/localhost.db"),
    otherwise: undefined,
    listMailbox: ["*"],
    listSelectOpts: [],
    ignoreMailbox: undefined,
    mapSpecialUse: false,
    followRenames: true,
    followDeletions: undefined,
    trashMailbox: undefined,
    skipSpecialUse: ["\\all", "\\flagged", "\\important"],
    mapMailbox: [],
    logfile: undefined,
    logFormat: "text",
    matchExisting: true,
    maxDelete: { share: 0.5 },
    idleMailboxes: ["INBOX"],
    fullCheckSeconds: 3600,
    flagCheckSeconds: 300,
    keepAliveSeconds: undefined,
    metricsFile: undefined,
    statusSocket: join(home, ".local/share/interimap/localhost.db.sock"),
    servers: { local: { ...server, compress: false }, remote: { ...server, compress: true } },
    warnings: [],
  });
  assert.equal(formatLogPrefix(logPrefix, { component: "remote", mailbox: "INBOX" }), "remote(INBOX): ");
});

test("a setting goes by its former name, too", () => {
  const servers = "[local]\ntype = tunnel\ncommand = imap\n[remote]\nhost = localhost\nusername = u\npassword = p\n";
  const { fullCheckSeconds, warnings } = load(`look-interval = 60\n${servers}`);
  assert.deepEqual({ fullCheckSeconds, warnings }, { fullCheckSeconds: 60, warnings: [] });
  const twice = load(`look-interval = 60\nfull-check-interval = 90\n${servers}`);
  assert.equal(twice.fullCheckSeconds, 90);
  assert.match(twice.warnings[0] ?? "", /:1: "full-check-interval" has no effect here: line 2 sets it again/);
});

test("every setting reaches its place", () => {
  const digest = "ab".repeat(32);
  const config = load(`
    database = /db
    list-mailbox = INBOX "a b"
    list-select-opts = subscribed
    ignore-mailbox = ^x
    skip-special-use = \\All
    map-special-use = yes
    follow-renames = no
    follow-deletions = EMPTY
    trash-mailbox = Gone
    map-mailbox = a = b
    map-mailbox = "c\\x00d" = e f
    logfile = log
    log-prefix = >
    match-existing = NO
    max-delete = 10
    idle-mailboxes = inbox "a b"
    full-check-interval = 60
    flag-check-interval = 30
    keep-alive-interval = 45
    metrics-file = metrics
    [local]
    type = tunnel
    command = imap
    null-stderr = YES
    compress = YES
    connect-timeout = 1
    greeting-timeout = 2
    silence-timeout = 3
    max-line = 1 MiB
    max-literal = 2 MiB
    max-response = 3 MiB
    max-mailboxes = 4
    list-reference = perso/
    [remote]
    type = imap
    host = [::1]
    port = 1143
    proxy = socks5h://u:p@proxy
    STARTTLS = NO
    auth = plain LOGIN
    username = me
    authzid = you
    password = a#b;c"d\\e = f
    compress = NO
    SSL_protocols = TLSv1.2
    SSL_protocol_min = TLSv1.2
    SSL_protocol_max = TLSv1.3
    SSL_cipherlist = HIGH
    SSL_ciphersuites = TLS_AES_128_GCM_SHA256
    SSL_fingerprint = ${digest}
    SSL_verify = NO
    SSL_CAfile = ca.pem
    SSL_CApath = /certs
    SSL_hostname =
    SSL_cert = my.pem
    SSL_key = my.key
  `);
  assert.deepEqual(config, {
    file,
    database: "/db",
    otherwise: undefined,
    listMailbox: ["INBOX", "a b"],
    listSelectOpts: ["SUBSCRIBED"],
    ignoreMailbox: /^x/,
    mapSpecialUse: true,
    followRenames: false,
    followDeletions: { which: "EMPTY", trash: "Gone" },
    trashMailbox: "Gone",
    skipSpecialUse: ["\\all"],
    mapMailbox: [
      { local: "a", remote: "b" },
      { local: "c\0d", remote: "e f" },
    ],
    logfile: "log",
    logPrefix: [{ kind: "text", text: ">" }],
    logFormat: "text",
    matchExisting: false,
    maxDelete: { messages: 10 },
    idleMailboxes: ["INBOX", "a b"],
    fullCheckSeconds: 60,
    flagCheckSeconds: 30,
    keepAliveSeconds: 45,
    metricsFile: "metrics",
    statusSocket: "/db.sock",
    servers: {
      local: {
        transport: { type: "tunnel", command: "imap", nullStderr: true },
        auth: defaultAuth,
        username: undefined,
        authzid: undefined,
        password: undefined,
        token: undefined,
        compress: true,
        limits: {
          ...{ connectMs: 1_000, greetingMs: 2_000, silenceMs: 3_000 },
          ...{ line: 1 << 20, literal: 2 << 20, response: 3 << 20, mailboxes: 4 },
        },
        connections: 3,
        listReference: "perso/",
      },
      remote: {
        transport: {
          type: "imap",
          host: "::1",
          isIpLiteral: true,
          port: 1143,
          proxy: { protocol: "socks5h", host: "proxy", port: 1080, username: "u", password: "p" },
          startTls: false,
          tls: {
            minVersion: "TLSv1.2",
            maxVersion: "TLSv1.3",
            versions: undefined,
            cipherList: "HIGH",
            cipherSuites: "TLS_AES_128_GCM_SHA256",
            fingerprints: [{ algorithm: "sha256", digest }],
            verify: false,
            caFile: "ca.pem",
            caPath: "/certs",
            hostname: "",
            ownCertificate: { certFile: "my.pem", keyFile: "my.key" },
          },
        },
        auth: ["PLAIN", "LOGIN"],
        username: "me",
        authzid: "you",
        password: { from: "text", text: 'a#b;c"d\\e = f' },
        token: undefined,
        compress: false,
        limits: defaultLimits,
        connections: 3,
        listReference: "",
      },
    },
    warnings: [],
  });
});

test("type=imap means port 143", () => {
  const { local } = load("[local]\ntype=imap\n[remote]\n").servers;
  assert.equal(local.transport.type !== "tunnel" && local.transport.port, 143);
});

test("a section may be continued after another", () => {
  const config = load("[local]\nusername=l\n[remote]\nusername=r\n[local]\npassword=p\n");
  assert.equal(config.servers.local.username, "l");
  assert.deepEqual(config.servers.local.password, { from: "text", text: "p" });
  assert.equal(config.servers.remote.password, undefined);
});

test("server settings above the first section hold for both, unless a section has its own", () => {
  const shared = "type=imap\nusername=u\npassword=p\ncompress=NO\nlist-reference=x/\n";
  const { local, remote } = load(`${shared}[local]\nhost=l\n[remote]\nhost=r\nusername=r\nlist-reference=\n`).servers;
  const facts = ({ transport, username, password, compress, listReference }: ServerSettings) => ({
    host: transport.type === "tunnel" ? "" : transport.host,
    port: transport.type === "tunnel" ? 0 : transport.port,
    ...{ username, password, compress, listReference },
  });
  const rest = { port: 143, password: { from: "text", text: "p" }, compress: false };
  assert.deepEqual(facts(local), { host: "l", username: "u", listReference: "x/", ...rest });
  assert.deepEqual(facts(remote), { host: "r", username: "r", listReference: "", ...rest });
});

test("[_] is what stands above the first section", () => {
  const config = load("[local]\n[_]\nlist-mailbox=a\nusername=u\n[remote]\n");
  assert.deepEqual(config.listMailbox, ["a"]);
  assert.equal(config.servers.local.username, "u");
  assert.deepEqual(config.warnings, []);
});

test("of lines that set the same thing in a section, the last one counts, the others may hold anything", () => {
  const config = load("[local]\nport=x\nusername=a\n[remote]\nport=1\n[local]\nport=2\nusername=b\n");
  const { local, remote } = config.servers;
  assert.deepEqual(
    [local, remote].map(({ transport }) => transport.type !== "tunnel" && transport.port),
    [2, 1],
  );
  assert.equal(local.username, "b");
  assert.deepEqual(config.warnings, [
    `${file}:2: "port" has no effect here: line 7 sets it again`,
    `${file}:3: "username" has no effect here: line 8 sets it again`,
  ]);
});

test("settings of the run that stand in a server's section have no effect", () => {
  const config = load("list-mailbox=a\n[local]\nlist-mailbox=b\nlogfile=\n[remote]\n");
  assert.deepEqual([config.listMailbox, config.logfile], [["a"], undefined]);
  assert.deepEqual(config.warnings, [
    `${file}:3: "list-mailbox" has no effect in [local]: it belongs above the first section`,
    `${file}:4: "logfile" has no effect in [local]: it belongs above the first section`,
  ]);
});

test("sections of other names are not looked into", () => {
  const config = load(`${minimal}[Local]\nusername=u\nmy own = x\n["a b"]\nhost=x\nhost=y\n`);
  assert.equal(config.servers.local.username, undefined);
  assert.deepEqual(config.warnings, [
    `${file}:3: the section [Local] is neither [local] nor [remote] and is ignored`,
    `${file}:6: the section ["a b"] is neither [local] nor [remote] and is ignored`,
  ]);
});

test("SSL_protocols has no effect beside its successors", () => {
  for (const [lines, versions] of [
    ["", ["TLSv1.2"]],
    ["SSL_protocol_min=TLSv1.3", undefined],
    ["SSL_protocol_max=TLSv1.3", undefined],
  ] as const) {
    const { transport } = load(`[local]\nSSL_protocols=TLSv1.2\n${lines}\n[remote]\n`).servers.local;
    assert.deepEqual(transport.type !== "tunnel" && transport.tls.versions, versions, lines);
  }
});

test("OAuth 2: what goes together, and where tokens are kept", () => {
  const text = "oauth-client-id=c\n[local]\n[remote]\nhost=h\nusername=u\noauth-provider=google\n";
  const { servers } = load(`${text}oauth-client-secret=s`);
  assert.ok(!("oauth" in servers.local));
  const data = join(home, ".local/share/interimap");
  assert.deepEqual(servers.remote.oauth, {
    ...{ provider: "google", tenant: "common", clientId: "c", clientSecret: "s", scope: undefined, flow: "browser" },
    tokens: { file: join(data, "u@h.db.remote-token") },
  });
  const keptIn = (more: string): unknown =>
    load(`${more.startsWith("database") ? `${more}\n${text}` : text + more}`).servers.remote.oauth?.tokens;
  assert.deepEqual(keptIn("oauth-token-file=x"), { file: join(data, "x") });
  assert.deepEqual(keptIn("oauth-token-file=/x/y"), { file: "/x/y" });
  assert.deepEqual(keptIn("database=/d/b"), { file: "/d/b.remote-token" });
  assert.deepEqual(keptIn("token-store-command=pass x"), { command: "pass x" });
  const noClient = complaint("[local]\n[remote]\noauth-provider=microsoft\n");
  assert.match(noClient, /^:3: oauth-provider without a client; expected the setting "oauth-client-id"/);
  assert.match(
    complaint(`${text}oauth-flow=device\n`),
    /^:7: oauth-flow: Google does not let devices read mail; expected browser/,
  );
  const [exposed = ""] = load(`${text}oauth-client-secret=s`, 0o644).warnings;
  assert.match(exposed, /can read; run: chmod 600/);
});

test("settings that do not concern a server's type are accepted", () => {
  const tunnel = "type=tunnel\ncommand=x\nhost=h\nport=1\nSSL_verify=NO\nusername=u\n";
  assert.equal(load(`[local]\n${tunnel}[remote]\ncommand=x\nnull-stderr=YES\n`).servers.local.transport.type, "tunnel");
});

for (const [name, text, expected] of [
  ["the remote host", "[local]\nhost=l\n[remote]\nhost=r\n", "r.db"],
  ["the remote host, whatever the order", "[remote]\nhost=r\n[local]\nhost=l\n", "r.db"],
  ["the host of both", "host=b\n[local]\nhost=l\n[remote]\n", "b.db"],
  ["localhost, if there is no remote one", "[local]\nhost=l\n[remote]\n", "localhost.db"],
  ["localhost, if the remote is a tunnel", "[local]\nhost=l\n[remote]\ntype=tunnel\ncommand=x\n", "localhost.db"],
  ["the host of a tunnel", "[local]\n[remote]\ntype=tunnel\ncommand=x\nhost=r\n", "r.db"],
  ["an address in brackets", "[local]\n[remote]\nhost=[::1]\n", "[::1].db"],
  ["the remote user", "username=top\n[local]\n[remote]\nhost=r\nusername=alice\n", "alice@r,top.db"],
  ["a user of both sides once", "username=alice@example.net\n[local]\n[remote]\nhost=r\n", "alice@example.net@r.db"],
  ["the local user, if there is no other", "[local]\nusername=bob\n[remote]\nhost=r\n", "r,bob.db"],
  ["a host as all write it", "[local]\n[remote]\nhost=IMAP.Example.Net.\n", "imap.example.net.db"],
  ["a port that is not one of the usual two", "[local]\n[remote]\nhost=r\nport=1143\nusername=a\n", "a@r,1143.db"],
  ["no usual port", "[local]\n[remote]\nhost=r\ntype=imap\nSTARTTLS=NO\nport=143\n", "r.db"],
  ["a user whose name no file should have", "[local]\n[remote]\nhost=r\nusername=../é $x\n", "_.%2f%c3%a9%20%24x@r.db"],
  [
    "the beginning of a long name",
    `[local]\n[remote]\nhost=r\nusername=${"a".repeat(300)}\n`,
    `${"a".repeat(60)}-9835fa6b@r.db`,
  ],
  ["what the setting says", `database=a/b.db\n${minimal}`, "a/b.db"],
  ["what the setting says, below the home directory", `database=~/b.db\n${minimal}`, "../../../b.db"],
  ["what the setting says, another user's tilde and all", `database=~bob/b.db\n${minimal}`, "~bob/b.db"],
] as const) {
  test(`the database is named after ${name}`, () => {
    assert.equal(load(text).database, join(home, ".local/share/interimap", expected));
  });
}

test("~/ is the home directory wherever a file is named, and nowhere else", () => {
  const config = load(
    "logfile=~/l\nmetrics-file=~/m\n[local]\ntype=tunnel\ncommand=~/c\n[remote]\npassword=~/p\nSSL_CAfile=~/f\nSSL_CApath=~/d\nSSL_cert=~/g\nSSL_key=~/k\n",
  );
  assert.deepEqual([config.logfile, config.metricsFile], [join(home, "l"), join(home, "m")]);
  const { local, remote } = config.servers;
  assert.equal(local.transport.type === "tunnel" && local.transport.command, "~/c", "a shell knows it");
  assert.deepEqual(remote.password, { from: "text", text: "~/p" });
  assert.ok(remote.transport.type !== "tunnel");
  assert.deepEqual([remote.transport.tls.caFile, remote.transport.tls.caPath], [join(home, "f"), join(home, "d")]);
  assert.deepEqual(remote.transport.tls.ownCertificate, { certFile: join(home, "g"), keyFile: join(home, "k") });
  writeFileSync(join(home, "elsewhere"), `${minimal}`, { mode: 0o600 });
  assert.equal(loadConfig({ env: {}, home, file: "~/elsewhere" }).file, join(home, "elsewhere"));
});

describe("all that is wrong is told, in the order of the lines", () => {
  const lines = (text: string): readonly string[] =>
    failure(() => load(text)).parts.map((part) => {
      const line = errorLine(part);
      assert.ok(line.startsWith(file), line);
      return line.slice(file.length).replace(/;.*/, "");
    });

  for (const [what, text, expected] of [
    [
      "lines and sections",
      "databse=x\nmax-delete=many\n[lcoal]\nnot looked into\n[remote]\nport=x\njunk\npassword=\n",
      [
        ':1: unknown setting "databse"',
        ':2: max-delete: bad value "many"',
        ":3: unknown section [lcoal]",
        ":4: this is not a setting, section or comment",
        ':6: port: bad value "x"',
        ":7: this is not a setting, section or comment",
        ":8: password: bad value",
      ],
    ],
    ["sections that are missing", "database=x\n", [": there is no [local] section"]],
    [
      "what does not go together, once it can be read",
      "SSL_protocol_min=TLSv1.3\nSSL_protocol_max=TLSv1.2\n[local]\n[remote]\n",
      [":1: SSL_protocol_min is newer than SSL_protocol_max"],
    ],
    [
      "what does not go together, on both servers",
      "[local]\ntype=tunnel\n[remote]\nSSL_protocol_max=TLSv1.2\nSSL_protocol_min=TLSv1.3\n",
      [":1: type=tunnel without a command", ":5: SSL_protocol_min is newer than SSL_protocol_max"],
    ],
    [
      "but nothing that follows from another mistake",
      "[local]\ntype=tunnel\ncommand=\n[remote]\n",
      [':3: command: bad value ""'],
    ],
  ] as const) {
    test(what, () => {
      assert.deepEqual(lines(text), expected);
    });
  }
});

describe("a database that has the name which earlier versions gave", () => {
  const text = "[local]\n[remote]\nhost=Old.example\nusername=alice\n";
  const data = join(home, ".local/share/interimap");
  const [former, usual] = [join(data, "Old.example.db"), join(data, "alice@old.example.db")];

  test("goes on, unless it is about other accounts", (t) => {
    mkdirSync(data, { recursive: true });
    writeFileSync(former, "");
    t.after(() => {
      rmSync(former);
    });
    const { database, statusSocket, otherwise } = load(text);
    assert.deepEqual([database, statusSocket], [former, `${former}.sock`]);
    assert.deepEqual([otherwise?.database, otherwise?.statusSocket], [usual, `${usual}.sock`]);
    assert.equal(otherwise?.otherwise, undefined);
    assert.equal(load(`database = ${former}\n${text}`).otherwise, undefined, "named");
  });

  test("is left to others once there is one of the new name", (t) => {
    for (const path of [former, usual]) writeFileSync(path, "");
    t.after(() => {
      for (const path of [former, usual]) rmSync(path);
    });
    const { database, otherwise } = load(text);
    assert.deepEqual([database, otherwise], [usual, undefined]);
  });
});

test("an absolute database path stands alone, a relative one starts from $XDG_DATA_HOME/interimap", () => {
  assert.equal(load(`database = /var/x.db\n${minimal}`).database, "/var/x.db");
  load(`database = x.db\n${minimal}`);
  assert.equal(loadConfig({ env: { XDG_DATA_HOME: "/data" }, home }).database, "/data/interimap/x.db");
  assert.equal(
    loadConfig({ env: { XDG_DATA_HOME: "data" }, home }).database,
    join(home, ".local/share/interimap/x.db"),
  );
});

test("--config: an absolute path stands alone, a relative one starts from the configuration directory", () => {
  const xdg = join(home, "xdg");
  mkdirSync(join(xdg, "interimap"), { recursive: true });
  writeFileSync(join(xdg, "interimap", "work"), `logfile=xdg\n${minimal}`);
  writeFileSync(join(xdg, "interimap", "config"), `logfile=xdg default\n${minimal}`);
  writeFileSync(join(directory, "work"), `logfile=home\n${minimal}`);
  const env = { XDG_CONFIG_HOME: xdg };
  assert.equal(loadConfig({ env, home }).logfile, "xdg default");
  assert.equal(loadConfig({ file: "work", env, home }).logfile, "xdg");
  assert.equal(loadConfig({ file: "./work", env, home }).file, join(xdg, "interimap", "work"));
  assert.equal(loadConfig({ file: "work", env: {}, home }).logfile, "home");
  assert.equal(loadConfig({ file: "work", env: { XDG_CONFIG_HOME: "xdg" }, home }).logfile, "home");
  assert.equal(loadConfig({ file: join(directory, "work"), env, home }).logfile, "home");
});

for (const [name, text, expected] of [
  [
    "a junk line",
    "[local]\nhunter2\n",
    ":2: this is not a setting, section or comment; expected NAME = VALUE, [SECTION] or # COMMENT",
  ],
  [
    "a password after a colon",
    "[local]\npassword: hunter=2\n",
    ":2: this is not a setting, section or comment; expected NAME = VALUE, [SECTION] or # COMMENT",
  ],
  [
    "a line that is not UTF-8",
    Buffer.from("[local]\npassword=\xe9\n", "latin1"),
    ":2: the line is not UTF-8; expected a text file in UTF-8",
  ],
  ["an unknown section", "\n[lokal]\n", ":2: unknown section [lokal]; expected [local] or [remote]"],
  ["an unknown setting", "[local]\n\npasword=x\n", ':3: unknown setting "pasword"; did you mean "password"?'],
  ["a setting in other letters", "[local]\nHost=x\n", ':2: unknown setting "Host"; did you mean "host"?'],
  ["a setting like no other", "maildir=x\n", ':1: unknown setting "maildir"; interimap(1) lists all settings'],
  ["a prototype's name", "constructor=x\n", ':1: unknown setting "constructor"; interimap(1) lists all settings'],
  ["a section in other letters", "[Local]\n[remote]\n", ":1: unknown section [Local]; expected [local] or [remote]"],
  [
    "a bad server setting above the sections",
    "port=x\n",
    ':1: port: bad value "x"; expected a port number from 1 to 65535',
  ],
  [
    "a setting that is unknown twice",
    "[local]\npasword=x\npasword=y\n",
    ':2: unknown setting "pasword"; did you mean "password"?',
  ],
  ["a bad value", "[local]\nport=99999\n", ':2: port: bad value "99999"; expected a port number from 1 to 65535'],
  ["a bad choice", "[local]\ntype=pop3\n", ':2: type: bad value "pop3"; expected imap, imaps or tunnel'],
  ["an empty value", "[local]\ncommand=\n", ':2: command: bad value ""; expected a command'],
  [
    "two sources of a password",
    "[local]\npassword=hunter2\npassword-command=pass hunter2\n[remote]\n",
    ':3: "password-command" beside "password" of line 2; expected one of them: a server has one secret',
  ],
  [
    "a password and a token",
    "[remote]\ntoken-command=oama\n[local]\n[remote]\npassword-file=~/p\n",
    ':5: "password-file" beside "token-command" of line 2; expected one of them: a server has one secret',
  ],
  [
    "two sources above the sections",
    "password-credential=c\npassword-file=/p\n[local]\n[remote]\npassword=p",
    ':2: "password-file" beside "password-credential" of line 1; expected one of them: a server has one secret',
  ],
  [
    "a credential in a folder",
    "[local]\npassword-credential=a/b\n[remote]\n",
    ':2: password-credential: bad value "a/b"; expected the name of a credential, which has no blank, slash or colon',
  ],
  ["an empty password", "[local]\npassword=\n", ":2: password: bad value; expected a password, or no such line"],
  [
    "a bad proxy",
    "[local]\nproxy=ftp://u:hunter2@h\n",
    ":2: proxy: bad value; expected socks5://, socks5h://, http:// or https:// and then [USER:PASSWORD@]HOST[:PORT]",
  ],
  [
    "a host with its port",
    "[local]\nhost=imap.example.org:993\n",
    ':2: host: bad value "imap.example.org:993"; expected a host name or IP address alone; `port` is a setting of its own',
  ],
  [
    "a bad proxy host",
    "[local]\nproxy=socks5://u:hunter2@h_/\n",
    ":2: proxy: bad value; expected a host name or IP address",
  ],
  [
    "a bad proxy port",
    "[local]\nproxy=socks5://u:hunter2@h:0\n",
    ":2: proxy: bad value; expected a port number from 1 to 65535",
  ],
  [
    "a reason",
    'list-mailbox="a"b\n',
    ":1: list-mailbox: a quoted name and another run together; expected a space between them",
  ],
  [
    "a mailbox with two names",
    "map-mailbox = a = b\nmap-mailbox = a = c\n",
    ':2: map-mailbox: the local mailbox "a" has two names; expected one name for each mailbox on each server',
  ],
  [
    "a name for two mailboxes",
    "map-mailbox = a = c\nmap-mailbox = b = c\n",
    ':2: map-mailbox: two mailboxes are called "c" on the remote server; expected one name for each mailbox on each server',
  ],
  [
    "another name for INBOX",
    "map-mailbox = inbox = Posteingang\n",
    ":1: map-mailbox: INBOX is INBOX on every server; expected one name for each mailbox on each server",
  ],
  [
    "a level without a name",
    'map-mailbox = "a\\x00" = b\n',
    ':1: map-mailbox: "a/" has a level without a name; expected one name for each mailbox on each server',
  ],
  [
    "a foreign construct",
    "ignore-mailbox=a++\n",
    ':1: ignore-mailbox: "++" is not supported in a regular expression here; expected an expression without it',
  ],
  [
    "a short digest",
    "[local]\nSSL_fingerprint=abcd\n",
    ":2: SSL_fingerprint: this sha256 digest has 4 hexadecimal digits; expected 64",
  ],
  ["no local section", "[remote]\n", ": there is no [local] section; expected both [local] and [remote]"],
  ["no remote section", "[local]\n", ": there is no [remote] section; expected both [local] and [remote]"],
  ["nothing at all", "", ": there is no [local] section; expected both [local] and [remote]"],
  [
    "a tunnel without a command",
    "[local]\n[remote]\ntype=tunnel\n",
    ':2: type=tunnel without a command; expected the setting "command"',
  ],
  [
    "a wrong range of versions",
    "[local]\nSSL_protocol_max=TLSv1.2\nSSL_protocol_min=TLSv1.3\n[remote]\n",
    ":3: SSL_protocol_min is newer than SSL_protocol_max; expected at most TLSv1.2",
  ],
  [
    "another user, and no way to say so",
    "authzid=v\nauth=LOGIN CRAM-MD5\n[local]\nauth=PLAIN\n[remote]\n",
    ":1: LOGIN and CRAM-MD5 cannot log in for another user; expected SCRAM, OAUTHBEARER, EXTERNAL or PLAIN in auth, or no authzid",
  ],
  [
    "the first of several mistakes",
    "[local]\nport=0\nhunter2\nfoo=1\n",
    ':2: port: bad value "0"; expected a port number from 1 to 65535',
  ],
  [
    "a wrong line before what is missing",
    "[local]\ntype=tunnel\nport=0\n",
    ':3: port: bad value "0"; expected a port number from 1 to 65535',
  ],
] as const) {
  test(`complains about ${name}`, () => {
    assert.equal(complaint(text), expected);
  });
}

for (const [name, prepare, problem] of [
  ["a missing file", () => undefined, "there is no such file"],
  ["a directory", () => mkdirSync(file), "this is a directory"],
  ["a pipe", () => execFileSync("mkfifo", [file]), "this is a pipe"],
  ["a device without end", () => symlinkSync("/dev/zero", file), "this is a device"],
  [
    "a file that is no text for people",
    () => writeFileSync(file, Buffer.alloc((16 << 20) + 1)),
    "it has more than 16 MiB",
  ],
  ["a link to itself", () => symlinkSync(file, file), "the file cannot be read (ELOOP)"],
] as const) {
  test(`complains about ${name}`, () => {
    rmSync(file, { force: true, recursive: true });
    prepare();
    const error = failure(() => loadConfig({ env: {}, home }));
    rmSync(file, { force: true, recursive: true });
    assert.equal(error.code, "CONFIG_MISSING");
    assert.equal(error.exitCode, 78);
    assert.equal(error.message, `${file}: ${problem}; expected a configuration file`);
  });
}

test("complains about a file that this user may not read", () => {
  load(minimal, 0o000);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    const error = failure(() => loadConfig({ env: {}, home }));
    assert.equal(error.code, "CONFIG_MISSING");
    assert.equal(error.message, `${file}: this user may not read the file; expected a configuration file`);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

const withPassword = `${minimal}password = hunter2\n`;
const withProxyPassword = "[local]\nproxy = socks5://u:hunter2@h\n[remote]\n";

for (const [name, text, mode, warns] of [
  ["a password that the group can read", withPassword, 0o640, true],
  ["a password that everyone can read", withPassword, 0o604, true],
  ["a proxy password that everyone can read", withProxyPassword, 0o644, true],
  ["a password that is this user's alone", withPassword, 0o600, false],
  ["a password that the group can only write", withPassword, 0o620, false],
  ["a public file without a password", `${minimal}proxy = socks5://h\n`, 0o644, false],
] as const) {
  test(`${warns ? "warns" : "does not warn"} about ${name}`, () => {
    const expected = `${file}: holds a password that other users can read; run: chmod 600 ${file}`;
    assert.deepEqual(load(text, mode).warnings, warns ? [expected] : []);
  });
}

test("the command in the warning survives a shell", () => {
  const odd = join(directory, "it's odd");
  writeFileSync(odd, withPassword);
  chmodSync(odd, 0o644);
  const [warning] = loadConfig({ file: odd, env: {}, home }).warnings;
  assert.ok(warning?.endsWith(`run: chmod 600 '${odd.replace("'", "'\\''")}'`), warning);
});

describe("a configuration in others' hands is refused", { skip: process.getuid?.() !== 0 }, () => {
  const owners = [
    {
      name: "another user's",
      prepare: () => chownSync(file, 65534, 65534),
      problem: "belongs to another user (65534)",
    },
    {
      name: "one that everybody may write to",
      prepare: () => chmodSync(file, 0o622),
      problem: "can be changed by others",
    },
    {
      name: "one that a group may write to",
      prepare: () => {
        chownSync(file, 0, 100);
        chmodSync(file, 0o660);
      },
      problem: "can be changed by others",
    },
    {
      name: "one in a folder that everybody may write to",
      prepare: () => chmodSync(dirname(file), 0o777),
      problem: `is in ${dirname(file)}, which others may write to`,
    },
    {
      name: "one in another user's folder",
      prepare: () => chownSync(dirname(file), 65534, 65534),
      problem: `is in ${dirname(file)}, which belongs to another user (65534)`,
    },
    {
      name: "one behind another user's link",
      prepare: () => {
        renameSync(file, `${file}.real`);
        symlinkSync(`${file}.real`, file);
        lchownSync(file, 65534, 65534);
      },
      problem: `is reached by the symbolic link ${file} of another user (65534)`,
    },
  ];
  for (const { name, prepare, problem } of owners) {
    test(name, (t) => {
      load(minimal);
      t.after(() => {
        chownSync(dirname(file), 0, 0);
        chmodSync(dirname(file), 0o755);
        rmSync(file, { force: true });
      });
      prepare();
      const error = failure(() => loadConfig({ env: {}, home }));
      assert.equal(error.code, "CONFIG_UNSAFE");
      assert.equal(error.exitCode, 78);
      assert.ok(errorLine(error).startsWith(`${file} ${problem}; `), errorLine(error));
    });
  }

  test("but root's own links, and a group that is the user's own, are nobody else's", (t) => {
    load(minimal);
    t.after(() => {
      rmSync(file, { force: true });
    });
    renameSync(file, `${file}.real`);
    symlinkSync("config.real", file);
    chmodSync(`${file}.real`, 0o660);
    assert.deepEqual(loadConfig({ env: {}, home }).warnings, []);
  });

  for (const name of ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"]) {
    test(`as is what ${name} in the environment names, where it is asked`, () => {
      const shared = join(directory, `shared-${name}`);
      mkdirSync(shared);
      chmodSync(shared, 0o777);
      load(minimal);
      const env = { [name]: shared };
      const error = failure(() => loadConfig({ env, home }));
      assert.equal(error.code, "CONFIG_UNSAFE");
      assert.match(errorLine(error), new RegExp(`^${name} \\S+ can be changed by others; .*run: chmod go-w `));
      load(`${minimal}SSL_verify = NO\n`.replace("[local]", "[local]\nSSL_verify = NO"));
      loadConfig({ env, home });
    });
  }

  for (const name of ["SSL_CAfile", "SSL_cert", "SSL_key"]) {
    test(`as is a file that ${name} names`, () => {
      const shared = join(directory, `shared-file-${name}`);
      writeFileSync(shared, "");
      chmodSync(shared, 0o666);
      const beside = name === "SSL_key" ? "SSL_cert = my.pem\n" : "";
      const error = failure(() => load(minimal.replace("[remote]", `[remote]\n${beside}${name} = ${shared}`)));
      assert.equal(error.code, "CONFIG_UNSAFE");
      assert.match(errorLine(error), new RegExp(`^${name} \\S+ can be changed by others; .*run: chmod go-w `));
    });
  }
});

const example = readFileSync(new URL("../../../config.example.ini", import.meta.url), "utf8");

test("the example file loads", () => {
  const { servers, database, warnings } = load(example);
  assert.deepEqual(servers.local.transport, { type: "tunnel", command: "doveadm exec imap", nullStderr: false });
  assert.equal(servers.remote.transport.type, "imaps");
  assert.equal(servers.remote.username, "alice");
  assert.deepEqual(servers.remote.password, { from: "text", text: "change me" });
  assert.equal(database, join(home, ".local/share/interimap/alice@imap.example.net.db"));
  assert.deepEqual(warnings, []);
});

test("every setting that the example file comments out is valid where it stands", () => {
  let section = "default";
  let count = 0;
  for (const line of example.split("\n")) {
    if (/^\[/.test(line)) section = "server";
    const [, name = "", value = ""] = /^#([\w-]+) = (.*)$/.exec(line) ?? [];
    if (name === "") continue;
    assert.ok(Object.hasOwn(settings, name), name);
    const setting: Setting = settings[name as SettingName];
    assert.equal(setting.section, section, name);
    assert.doesNotThrow(() => setting.parse(value), name);
    count++;
  }
  assert.ok(count > 10);
});
