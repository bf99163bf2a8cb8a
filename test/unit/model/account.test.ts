import assert from "node:assert/strict";
import { test } from "node:test";
import { type Account, accountOf, accountText, differInPort, isSameAccount } from "../../../src/model/account.ts";
import type { ServerSettings } from "../../../src/model/server-settings.ts";
import { inetSettings } from "../../support/inet-settings.ts";

const rest = {
  auth: ["PLAIN"],
  password: { from: "text", text: "s3cret" },
  token: undefined,
  compress: false,
  connections: 3,
  listReference: "",
} as const;

function settings(more: Partial<ServerSettings> = {}): ServerSettings {
  return {
    transport: inetSettings(993, { type: "imaps", host: "imap.example.net" }),
    username: "alice",
    authzid: undefined,
    ...rest,
    ...more,
  };
}

function at(host: string, port = 993, type: "imap" | "imaps" = "imaps"): Account {
  return accountOf(settings({ transport: inetSettings(port, { type, host }) }));
}

function through(command: string, username?: string): Account {
  return accountOf(settings({ transport: { type: "tunnel", command, nullStderr: false }, username }));
}

for (const [what, one, other] of [
  ["a host name has no case", at("IMAP.Example.NET"), at("imap.example.net")],
  ["nor does it matter whether it ends with a dot", at("imap.example.net."), at("imap.example.net")],
  ["the two usual ports are one server", at("imap.example.net", 143, "imap"), at("imap.example.net")],
  ["so is another port with TLS and without", at("h", 1143, "imap"), at("h", 1143)],
  ["an IPv6 address has many forms", at("0:0:0:0:0:0:0:1"), at("::1")],
  ["… also with letters", at("2001:DB8::A"), at("2001:db8:0::a")],
  ["blanks between the words of a command", through("ssh  host \timap"), through("ssh host imap")],
  ["a command that takes the place of its shell", through("exec ssh host imap"), through("ssh host imap")],
  [
    "an administrator who acts for its user",
    accountOf(settings({ username: "admin", authzid: "alice" })),
    at("imap.example.net"),
  ],
  [
    "another password, and other ways to log in",
    accountOf(settings({ password: { from: "text", text: "p" }, auth: ["LOGIN"] })),
    at("imap.example.net"),
  ],
] as const) {
  test(`the same account: ${what}`, () => {
    assert.ok(isSameAccount(one, other), `${one.server} ${other.server}`);
  });
}

for (const [what, one, other] of [
  ["another host", at("a.example"), at("b.example")],
  ["another port", at("a.example", 1143), at("a.example", 1144)],
  ["another port than the usual ones", at("a.example", 1143), at("a.example")],
  ["another user name", accountOf(settings({ username: "bob" })), at("imap.example.net")],
  ["a user name has a case", accountOf(settings({ username: "Alice" })), at("imap.example.net")],
  ["another user to act for", accountOf(settings({ authzid: "bob" })), at("imap.example.net")],
  ["no user name", accountOf(settings({ username: undefined })), at("imap.example.net")],
  ["other mailboxes", accountOf(settings({ listReference: "work/" })), at("imap.example.net")],
  ["a tunnel instead of TLS", through("ssh host imap", "alice"), at("imap.example.net")],
  ["another command", through("ssh host imap"), through("ssh other imap")],
  ["another user through a tunnel", through("imap", "alice"), through("imap", "bob")],
] as const) {
  test(`another account: ${what}`, () => {
    assert.ok(!isSameAccount(one, other));
    assert.ok(!isSameAccount(other, one));
  });
}

for (const [account, text] of [
  [at("imap.example.net"), "alice at imap.example.net"],
  [at("::1", 1143), "alice at [::1]:1143"],
  [accountOf(settings({ username: undefined, listReference: "work/" })), 'imap.example.net below "work/"'],
  [through("/usr/lib/dovecot/imap -o x"), "a tunnel by /usr/lib/dovecot/imap"],
  [through("ssh host imap", "bob"), "bob through a tunnel by ssh"],
  [accountOf(settings({ username: "a\u001b[31m" })), String.raw`a\x1b[31m at imap.example.net`],
] as const) {
  test(`for people: ${text}`, () => {
    assert.equal(accountText(account), text);
  });
}

for (const command of [
  "sh -c 'printf \"a login u s3cret\\r\\n\"; cat'",
  "PASSWORD=s3cret imap-tunnel",
  "'s3cret thing' x",
  "https://u:s3cret@host",
]) {
  test(`no secret of a command: ${command}`, () => {
    const account = through(command);
    assert.doesNotMatch(JSON.stringify(account), /s3cret/);
    assert.doesNotMatch(accountText(account), /s3cret/);
    assert.equal(/#([0-9a-f]*)$/.exec(account.server)?.[1]?.length, 8);
  });
}

for (const [what, one, other] of [
  ["two ports of one host", at("a.example", 1143), at("A.example", 1144)],
  ["a usual port and another", at("a.example"), at("a.example", 1143)],
  ["… of an IPv6 address", at("::1"), at("::1", 1143)],
  ["two ports of an IPv6 address", at("::1", 1144), at("::1", 1143)],
] as const) {
  test(`only the port differs: ${what}`, () => {
    assert.ok(differInPort(one, other));
    assert.ok(differInPort(other, one));
  });
}

for (const [what, one, other] of [
  ["nothing", at("a.example", 1143), at("a.example", 1143)],
  ["the host, too", at("a.example", 1143), at("b.example", 1144)],
  ["an IPv6 address that ends otherwise", at("fe80::1"), at("fe80::2")],
  [
    "the user name, too",
    at("imap.example.net", 1143),
    accountOf(settings({ username: "bob", transport: inetSettings(1144, { type: "imap", host: "imap.example.net" }) })),
  ],
  ["mailboxes, too", at("imap.example.net", 1143), { ...at("imap.example.net", 1144), listReference: "work/" }],
  ["two tunnels", through("ssh -p 1 host imap"), through("ssh -p 2 host imap")],
  ["a tunnel instead", through("ssh host imap", "alice"), at("imap.example.net", 1143)],
] as const) {
  test(`more than the port differs, or less: ${what}`, () => {
    assert.ok(!differInPort(one, other));
    assert.ok(!differInPort(other, one));
  });
}
