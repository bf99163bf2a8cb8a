// Every setting: its section, what it accepts and what it refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BadValue } from "../../../src/config/bad-value.ts";
import { type Setting, type SettingName, settings } from "../../../src/config/settings.ts";

const settingNames = Object.keys(settings) as readonly SettingName[];

interface Cases {
  readonly section?: "default";
  /** What the default yields; undefined when there is none. */
  readonly default?: unknown;
  readonly good: readonly (readonly [text: string, value: unknown])[];
  readonly bad: readonly string[];
}

const file: Cases = {
  good: [
    ["/a b/c", "/a b/c"],
    ["~/c", "~/c"],
  ],
  bad: [""],
};
const yesNo: Pick<Cases, "good" | "bad"> = {
  good: [
    ["YES", true],
    ["NO", false],
    ["yes", true],
    ["No", false],
  ],
  bad: ["", "true", "1", "on", "y", "YES NO"],
};
const timeout = (value: number): Cases => ({
  default: value,
  good: [
    ["1", 1],
    ["2000000", 2_000_000],
  ],
  bad: ["", "0", "-1", "1.5", "30 s", "2000001"],
});
const MiB = 1024 ** 2;
const sizeUpTo = (most: string, octets: number, value: number): Cases => ({
  default: value,
  good: [
    ["1048576", MiB],
    ["2048 KiB", 2 * MiB],
    ["2m", 2 * MiB],
    ["16MiB", 16 * MiB],
    [most, octets],
  ],
  bad: ["", "0", "1.5 MiB", "1 MB", "-1", "63 KiB", "65 GiB", "16 MiB x"],
});
const version: Cases = {
  good: ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"].map((name) => [name, name]),
  bad: ["", "SSLv2", "TLSv1.4", "1.2", "tlsv1.2", "TLSv1.2 TLSv1.3"],
};
const sha256 = "0123456789abcdef".repeat(4);
const localhost = { text: "localhost", host: "localhost", isIpLiteral: false };

function hostValue(text: string, isIpLiteral: boolean): readonly [string, unknown] {
  return [text, { text, host: text.replace(/^\[(.*)\]$/, "$1"), isIpLiteral }];
}

function proxyValue(text: string, host: string, rest: object = {}): readonly [string, unknown] {
  const plain = { protocol: "socks5", host, port: 1080, username: undefined, password: undefined };
  return [text, { ...plain, ...rest }];
}

const cases: Readonly<Record<SettingName, Cases>> = {
  database: { ...file, section: "default" },
  "list-mailbox": { section: "default", default: ["*"], good: [['a "b c" é', ["a", "b c", "&AOk-"]]], bad: ["", '""'] },
  "list-select-opts": {
    section: "default",
    default: [],
    good: [
      ["", []],
      ["SUBSCRIBED", ["SUBSCRIBED"]],
      ["subscribed  RecursiveMatch", ["SUBSCRIBED", "RECURSIVEMATCH"]],
      ["SPECIAL-USE", ["SPECIAL-USE"]],
    ],
    bad: ["(SUBSCRIBED)", '"SUBSCRIBED"', "A*", "A%", "A\\", "A]", "A{", "é"],
  },
  "ignore-mailbox": {
    section: "default",
    good: [
      ["^a(?:\\x00|$)", /^a(?:\x00|$)/],
      ["(?i)a", /a/i],
    ],
    bad: ["", "(", "a++"],
  },
  "skip-special-use": {
    section: "default",
    default: ["\\all", "\\flagged", "\\important"],
    good: [
      ["", []],
      ["\\ALL  \\Junk", ["\\all", "\\junk"]],
    ],
    bad: ["All", "\\", "\\All,\\Junk", "*"],
  },
  "map-mailbox": {
    section: "default",
    good: [
      ["Sent = Sent Items", { local: "Sent", remote: "Sent Items" }],
      ['"a=b\\x00c"="[Gmail]/Sent Mail"', { local: "a=b\0c", remote: "[Gmail]/Sent Mail" }],
      ["Sent =Entw&APw-rfe", { local: "Sent", remote: "Entw&APw-rfe" }],
    ],
    bad: ["", "Sent", "Sent =", "= Sent", "a = b = c", '"a" b = c', "a\\x00b = c", '"a = b', "lists/* = l/*"],
  },
  "map-special-use": { ...yesNo, section: "default", default: false },
  logfile: { ...file, section: "default" },
  "log-prefix": {
    section: "default",
    default: settings["log-prefix"].parse("%?n?%?m?%n(%m)&%n?: ?"),
    good: [
      ["", []],
      [
        "%n>",
        [
          { kind: "value", of: "n" },
          { kind: "text", text: ">" },
        ],
      ],
    ],
    bad: [],
  },
  "log-format": {
    section: "default",
    default: "text",
    good: [
      ["text", "text"],
      ["json", "json"],
    ],
    bad: ["", "JSON", "xml"],
  },
  "match-existing": { ...yesNo, section: "default", default: true },
  "follow-deletions": {
    section: "default",
    default: "NO",
    good: [
      ["EMPTY", "EMPTY"],
      ["YES", "YES"],
    ],
    bad: ["", "MAYBE"],
  },
  "trash-mailbox": {
    section: "default",
    default: undefined,
    good: [
      ["", ""],
      ["Deleted Mailboxes", "Deleted Mailboxes"],
      ['"Old\\x00Gone"', "Old\0Gone"],
      ["Gelöscht", "Gel&APY-scht"],
    ],
    bad: ["INBOX", "a*", "a%", '"a" "b"'],
  },
  "follow-renames": { ...yesNo, section: "default", default: true },
  "max-delete": {
    section: "default",
    default: { share: 0.5 },
    good: [
      ["100%", { share: 1 }],
      ["0", { messages: 0 }],
      ["25000", { messages: 25_000 }],
    ],
    bad: ["", "half", "101%", "-1", "1.5%"],
  },
  "idle-mailboxes": {
    section: "default",
    default: ["INBOX"],
    good: [
      ["", []],
      ['INBOX "a b"', ["INBOX", "a b"]],
    ],
    bad: ['""'],
  },
  "full-check-interval": {
    section: "default",
    default: 3600,
    good: [
      ["1", 1],
      ["2000000", 2_000_000],
    ],
    bad: ["", "0", "-1", "1.5", "1h", "2000001"],
  },
  "flag-check-interval": {
    section: "default",
    default: 300,
    good: [
      ["1", 1],
      ["2000000", 2_000_000],
    ],
    bad: ["", "0", "-1", "1.5", "1h", "2000001"],
  },
  "keep-alive-interval": {
    section: "default",
    good: [
      ["1", 1],
      ["2000000", 2_000_000],
    ],
    bad: ["", "0", "-1", "1.5", "1h", "2000001"],
  },
  "metrics-file": { ...file, section: "default" },
  "list-reference": {
    default: "",
    good: [
      ["", ""],
      ["perso/", "perso/"],
      ["#news. a\\b", "#news. a\\b"],
      ["é/", "&AOk-/"],
    ],
    bad: [],
  },
  type: {
    default: "imaps",
    good: ["imap", "imaps", "tunnel"].map((type) => [type, type]),
    bad: ["", "IMAP", "pop3", "imap imaps"],
  },
  host: {
    default: localhost,
    good: [
      hostValue("localhost", false),
      hostValue("imap.Example.net", false),
      hostValue("imap.example.net.", false),
      hostValue("xn--bcher-kva.example", false),
      hostValue("my_host-1", false),
      hostValue("127.0.0.1", true),
      hostValue("::1", true),
      hostValue("[127.0.0.1]", true),
      hostValue("[2001:db8::1]", true),
      hostValue("[fe80::1%eth0]", true),
    ],
    bad: [
      "",
      ".",
      "a b",
      "a..b",
      "-a",
      "a-.b",
      "a/b",
      "a:143",
      "300.1.1.1",
      "[]",
      "[localhost]",
      "[::1",
      "::1]",
    ].concat("bücher.example", "a".repeat(64), Array(128).fill("a").join(".")),
  },
  port: {
    good: [
      ["1", 1],
      ["143", 143],
      ["65535", 65535],
      ["imap", 143],
      ["imap2", 143],
      ["imaps", 993],
    ],
    bad: ["", "0", "65536", "-1", "1.5", "0x8f", "smtp", "99999", "143 "],
  },
  proxy: {
    good: [
      proxyValue("socks5://proxy", "proxy"),
      proxyValue("socks5h://proxy:9050", "proxy", { protocol: "socks5h", port: 9050 }),
      proxyValue("socks5://[::1]", "::1"),
      proxyValue("socks5://[::1]:1", "::1", { port: 1 }),
      proxyValue("socks5://127.0.0.1:1", "127.0.0.1", { port: 1 }),
      proxyValue("socks5://u:p@proxy", "proxy", { username: "u", password: "p" }),
      proxyValue("socks5://u:p:/@#?@[::1]:9", "::1", { username: "u", password: "p:/@#?", port: 9 }),
      proxyValue("socks5://u:100%25@proxy:socks", "proxy", { username: "u", password: "100%25" }),
      proxyValue("socks5://u@proxy", "proxy", { username: "u", password: "" }),
      proxyValue("socks5://u:@proxy", "proxy", { username: "u", password: "" }),
      proxyValue("socks5://:p@proxy", "proxy", { username: "", password: "p" }),
      proxyValue("socks5://@proxy", "proxy"),
      proxyValue("http://proxy", "proxy", { protocol: "http", port: 80 }),
      proxyValue("https://proxy", "proxy", { protocol: "https", port: 443 }),
      proxyValue("http://[::1]:3128/", "::1", { protocol: "http", port: 3128 }),
      proxyValue("http://u:p%40%2f%25@@127.0.0.1:1", "127.0.0.1", {
        ...{ protocol: "http", port: 1, username: "u", password: "p@/%@" },
      }),
      proxyValue("https://b%C3%BCcher@proxy", "proxy", {
        ...{ protocol: "https", port: 443, username: "bücher", password: "" },
      }),
    ],
    bad: [
      "",
      "proxy",
      "http://",
      "http:///",
      "http://proxy//",
      "http://proxy/path",
      "http://u:100%@proxy",
      "http://u:%0a@proxy",
      "http://u%3a:p@proxy",
      "HTTP://proxy",
      "socks4://proxy",
      "SOCKS5://proxy",
      "socks5://",
      "socks5://proxy:",
      "socks5://proxy:0",
      "socks5://proxy/",
      "socks5://::1",
      "socks5://[proxy]",
      `socks5://u:${"p".repeat(256)}@proxy`,
    ],
  },
  command: {
    good: [
      ["doveadm exec imap", "doveadm exec imap"],
      ["ssh h 'a; b' # c", "ssh h 'a; b' # c"],
    ],
    bad: [""],
  },
  STARTTLS: { ...yesNo, default: true },
  auth: {
    default: [
      ...["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"],
      ...["OAUTHBEARER", "XOAUTH2", "EXTERNAL", "PLAIN", "LOGIN"],
    ],
    good: [
      ["PLAIN", ["PLAIN"]],
      ["login  plain", ["LOGIN", "PLAIN"]],
      ["DIGEST-MD5 plain", ["PLAIN"]],
      ["cram-md5 Scram-Sha-1", ["CRAM-MD5", "SCRAM-SHA-1"]],
    ],
    bad: ["", "DIGEST-MD5", "PLAIN,LOGIN", "AUTH=PLAIN"],
  },
  username: {
    good: [
      ["a b@c", "a b@c"],
      ["é", "é"],
    ],
    bad: [""],
  },
  authzid: {
    good: [
      ["a b@c", "a b@c"],
      ["é", "é"],
    ],
    bad: [""],
  },
  password: {
    good: [
      ['a#b;c"d\\e = f', 'a#b;c"d\\e = f'],
      ["é", "é"],
    ],
    bad: [""],
  },
  "password-command": { good: [["pass show 'a b'", "pass show 'a b'"]], bad: [""] },
  "password-file": file,
  "password-credential": {
    good: [["imap.example.net-alice", "imap.example.net-alice"]],
    bad: ["", ".", "..", "a/b", "a b", "a:b", "é", "x".repeat(256)],
  },
  "token-command": { good: [["oama access alice@example.net", "oama access alice@example.net"]], bad: [""] },
  "oauth-provider": {
    good: [
      ["google", "google"],
      ["microsoft", "microsoft"],
      ["https://id.example.org/realms/x", { issuer: "https://id.example.org/realms/x" }],
      ["http://127.0.0.1:8080", { issuer: "http://127.0.0.1:8080" }],
      ["http://localhost", { issuer: "http://localhost" }],
      ["http://[::1]:1", { issuer: "http://[::1]:1" }],
    ],
    bad: [
      "",
      "gmail",
      "Google",
      "id.example.org",
      "http://id.example.org",
      "http://127.0.0.1.example.org",
      "ftp://x",
      "https://u:p@x",
      "https://x/?a=b",
      "https://x/#a",
    ],
  },
  "oauth-client-id": {
    good: [["123-abc.apps.googleusercontent.com", "123-abc.apps.googleusercontent.com"]],
    bad: ["", "é"],
  },
  "oauth-client-secret": { good: [["GOCSPX-a b;c#d", "GOCSPX-a b;c#d"]], bad: ["", "é"] },
  "oauth-scope": {
    good: [
      ["https://mail.google.com/", "https://mail.google.com/"],
      [" a  b\tc ", "a b c"],
    ],
    bad: ["", '"a"', "a\\b", "é"],
  },
  "oauth-flow": {
    default: "browser",
    good: [
      ["browser", "browser"],
      ["device", "device"],
    ],
    bad: ["", "code", "Device"],
  },
  "oauth-tenant": {
    default: "common",
    good: ["common", "example.onmicrosoft.com", "72f988bf-86f1-41af-91ab-2d7cd011db47"].map((text) => [text, text]),
    bad: ["", "a/b", "a b", "..", "-a", "a?b"],
  },
  "oauth-token-file": file,
  "token-store-command": { good: [["pass-token --user a", "pass-token --user a"]], bad: [""] },
  compress: yesNo,
  connections: {
    default: 3,
    good: [
      ["1", 1],
      ["100", 100],
    ],
    bad: ["", "0", "101", "-1", "2.5", "many"],
  },
  "connect-timeout": timeout(30),
  "greeting-timeout": timeout(30),
  "silence-timeout": timeout(300),
  "max-line": sizeUpTo("16 MiB", 16 * MiB, MiB),
  "max-literal": sizeUpTo("2 GiB", 2048 * MiB, 1024 * MiB),
  "max-response": sizeUpTo("64 GiB", 65_536 * MiB, 1024 * MiB),
  "max-mailboxes": {
    default: 1_000_000,
    good: [
      ["1", 1],
      ["10000000", 10_000_000],
    ],
    bad: ["", "0", "-1", "1k", "10000001"],
  },
  "null-stderr": { ...yesNo, default: false },
  SSL_protocols: {
    good: [
      ["TLSv1.2", ["TLSv1.2"]],
      ["TLSv1.3 TLSv1.2", ["TLSv1.2", "TLSv1.3"]],
      ["SSLv3 TLSv1 TLSv1.1", ["SSLv3", "TLSv1", "TLSv1.1"]],
      ["SSLv2 TLSv1.2", ["TLSv1.2"]],
      ["TLSv1.0 TLSv1.2", ["TLSv1", "TLSv1.2"]],
      ["!TLSv1.0", ["TLSv1.2", "TLSv1.3"]],
      ["!SSLv2 !SSLv3 !TLSv1", ["TLSv1.2", "TLSv1.3"]],
      ["!TLSv1.3", ["TLSv1.2"]],
      ["TLSv1.1 TLSv1.2 !TLSv1.1", ["TLSv1.2"]],
    ],
    bad: [
      "",
      "TLSv1.4",
      "tlsv1.2",
      "TLSv1.2,TLSv1.3",
      "! TLSv1",
      "!!TLSv1",
      "SSLv2",
      "!TLSv1.2 !TLSv1.3",
      "TLSv1.2 !TLSv1.2",
    ],
  },
  SSL_protocol_min: version,
  SSL_protocol_max: version,
  SSL_cipherlist: { good: [["HIGH:!aNULL @STRENGTH", "HIGH:!aNULL @STRENGTH"]], bad: ["", "é"] },
  SSL_ciphersuites: {
    good: [
      ["", ""],
      ["TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"],
    ],
    bad: ["TLS_A TLS_B", "TLS_A:", "!TLS_A"],
  },
  SSL_fingerprint: {
    good: [
      [sha256, [{ algorithm: "sha256", digest: sha256 }]],
      [`sha256$${sha256.toUpperCase()}`, [{ algorithm: "sha256", digest: sha256 }]],
      [
        `SHA1$${"0f".repeat(20)}  ${sha256}`,
        [
          { algorithm: "sha1", digest: "0f".repeat(20) },
          { algorithm: "sha256", digest: sha256 },
        ],
      ],
      [`sha512$${"0f".repeat(64)}`, [{ algorithm: "sha512", digest: "0f".repeat(64) }]],
    ],
    bad: [
      "",
      "sha256$",
      sha256.slice(2),
      `${sha256}00`,
      `nosuch$${sha256}`,
      `sha1$${sha256}`,
      `$${sha256}`,
      `g${sha256.slice(1)}`,
    ],
  },
  SSL_verify: { ...yesNo, default: true },
  SSL_CAfile: file,
  SSL_CApath: file,
  SSL_hostname: {
    good: [
      ["", ""],
      ["imap.example.net", "imap.example.net"],
      ["127.0.0.1", ""],
      ["[::1]", ""],
    ],
    bad: ["a b", "[a]", "300.1.1.1"],
  },
  SSL_cert: file,
  SSL_key: file,
};

test("the table holds exactly these settings", () => {
  assert.deepEqual([...settingNames].sort(), Object.keys(cases).sort());
});

for (const name of settingNames) {
  const { section = "server", default: expected, good, bad } = cases[name];
  const setting: Setting = settings[name];

  test(`${name} belongs into the ${section} section and is documented in a sentence`, () => {
    assert.equal(setting.section, section);
    assert.match(setting.doc, /^[A-Z][^\n]+\.$/);
    assert.equal(
      Number(setting.default === undefined) + Number(setting.absent === undefined),
      1,
      "either a default or words for its absence",
    );
  });

  test(`${name} has the right default`, () => {
    assert.deepEqual(setting.default === undefined ? undefined : setting.parse(setting.default), expected);
  });

  for (const [text, value] of good) {
    test(`${name} accepts ${JSON.stringify(text)}`, () => {
      assert.deepEqual(setting.parse(text), value);
    });
  }

  for (const text of bad) {
    test(`${name} refuses ${JSON.stringify(text).slice(0, 80)}`, () => {
      assert.throws(() => setting.parse(text), BadValue);
    });
  }
}

test("only what may hold a password is secret", () => {
  const secret = settingNames.filter((name) => (settings[name] as Setting).secret);
  assert.deepEqual(secret, ["proxy", "password", "password-command", "token-command", "oauth-client-secret"]);
});
