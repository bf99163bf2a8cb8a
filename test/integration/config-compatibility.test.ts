// A configuration file of the original program works unchanged: whatever it accepts means the same to us. Both programs
// run with the same file, each for users of its own with the same mail, and must leave the same behind.

import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { type InterimapHome, makeHome, plainText, runInterimap, type RunResult } from "../support/run-interimap.ts";
import { removeScratch, scratchDirectory } from "../support/scratch.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { oneIn } from "../support/turns.ts";
import { command, deliver, mail } from "../support/two-stores.ts";

const original = "/usr/bin/interimap";
const skip = existsSync(original) ? false : "the original program is not installed";

interface Parts {
  readonly local: Lines;
  readonly remote: Lines;
  /** All of a side's lines, without its header. */
  readonly body: (side: Side) => string;
}

/** NAME = VALUE, by name. */
type Lines = Readonly<Record<"type" | "STARTTLS" | "compress" | "host" | "port" | "username" | "password", string>>;

interface File {
  readonly name: string;
  readonly text: (parts: Parts) => string;
}

const usual = ({ body }: Parts): string => `[local]\n${body("local")}\n[remote]\n${body("remote")}\n`;

/** These lines before the sections. */
const above = (name: string, lines: string): File => ({ name, text: (parts) => `${lines}\n${usual(parts)}` });

/** These lines at the beginning of both sections. */
const inBoth = (name: string, lines: string): File => ({
  name,
  text: (parts) => usual(parts).replaceAll("]\n", () => `]\n${lines}\n`),
});

const changed = (name: string, change: (text: string) => string): File => ({
  name,
  text: (parts) => change(usual(parts)),
});

const syntax: readonly File[] = [
  { name: "nothing special", text: usual },
  changed("comments at the ends of lines", (text) => text.replace(/(?<=.)$/gm, " ; see above")),
  changed("comments after tabs", (text) => text.replace(/(?<=.)$/gm, "\t;\tsee above")),
  changed("comments on lines of their own", (text) => text.replace(/^/gm, " ; one\n\t# two ; three\n#x\n")),
  above("a comment that cuts an expression short", "ignore-mailbox = ^b ; |^a$"),
  above("semicolons that start no comment", "ignore-mailbox = ^b c$|;a|^a ;$"),
  above("a # that starts no comment", "ignore-mailbox = ^a # |^lists$"),
  changed("blanks around names", (text) => text.replace(/^\[(\w+)\]$/gm, " [ $1\t]").replaceAll(" = ", "\t = \t")),
  changed("no blanks", (text) => text.replaceAll(" ", "")),
  changed("blanks at the ends of lines", (text) => text.replace(/$/gm, " \t ")),
  changed("form feeds and vertical tabs", (text) => text.replace(/^\[/gm, "\f\n\v[")),
  changed("CRLF", (text) => text.replaceAll("\n", "\r\n")),
  changed("CR", (text) => text.replaceAll("\n", "\r")),
  changed("CRCRLF", (text) => text.replaceAll("\n", "\r\r\n")),
  changed("no line end at the end", (text) => text.trimEnd()),
  changed("no in small letters", (text) => text.replaceAll("= NO", "= no")),
  changed("No in mixed letters", (text) => text.replaceAll("= NO", "= nO")),
];

const sections: readonly File[] = [
  {
    name: "server settings above the first section",
    text: ({ local, remote }) => `
      ${[local.type, local.STARTTLS, local.host, local.username].join("\n")}
      compress = no\nport = 1\npassword = wrong
      [local]\n${local.port}\n${local.password}
      [remote]\n${remote.port}\n${remote.password}`,
  },
  {
    name: "a server setting above, and in one section",
    text: (parts) => `list-reference = perso/\n${usual(parts).replace("[remote]", "$&\nlist-reference =")}`,
  },
  {
    name: "sections in several pieces, remote first",
    text: ({ remote, body }) =>
      `[remote]\n${remote.type}\n[local]\n${body("local")}\n[remote]\n${body("remote").replace(remote.type, "")}`,
  },
  changed("settings given twice", (text) => text.replace(/^port/gm, "port = x\nport = 1\nport")),
  above("a setting of the run given twice", "list-mailbox = nothing\nlist-mailbox = a"),
  above("sections of other names", "[Local]\nfoo = bar\n[old.remote]\nhost = x\nmy own = y"),
  changed("a section named _", (text) => `${text}[_]\nlist-mailbox = a\n`),
  inBoth(
    "settings of the run in a server's section",
    "list-mailbox = a\nlogfile = /nonexistent/x\ndatabase = other.db\nlog-prefix = >",
  ),
];

const values: readonly File[] = [
  above("empty values", "log-prefix =\nlist-select-opts =\nlist-reference =\nSSL_hostname =\nSSL_ciphersuites ="),
  inBoth(
    "settings of other types",
    "command = x\nnull-stderr = yes\nSSL_CAfile = /nonexistent\nSSL_protocols = TLSv1.0 !SSLv3\nSSL_hostname = 127.0.0.1",
  ),
  inBoth("a mechanism that nobody has", "auth = X-NONE login PLAIN"),
  above("a database", "database = my mail.db"),
  {
    name: "no host for the remote server: its database",
    text: ({ remote, body }) => `[local]\n${body("local")}\n[remote]\n${body("remote").replace(remote.host, "")}\n`,
  },
  changed("no host: its database", (text) => text.replace(/^host .*$/gm, "")),
  above("list-mailbox with quotes and escapes", String.raw`list-mailbox = "b \x63" "li\x73ts\x00\x32024" INBOX`),
  above("list-mailbox with \\0 before digits", String.raw`list-mailbox = "lists\02024"`),
  above("list-mailbox with wildcards", "list-mailbox = % li*4"),
  above("an expression with = and quotes", 'ignore-mailbox = ^(?=a)a$|"b"'),
  ...[
    String.raw`%n:%m> `,
    String.raw`%?n?%n%?m?/%m??: `,
    String.raw`100%% %x & y? \z `,
    String.raw`%?m?%m`,
    String.raw`%?n?\&\?\\ %q&no? `,
    String.raw`50% %?x?a&b? %?n?a\b? `,
    String.raw`"%n" `,
    String.raw`[%N] ; not this `,
    String.raw`%?m?%m&-&?`,
  ].map((prefix) => above(`log-prefix = ${prefix}`, `log-prefix = ${prefix}|`)),
];

/** As written, and what the server knows. */
const passwords: readonly (readonly [written: string, password: string])[] = [
  ["a=b==", "a=b=="],
  ['"a b"', '"a b"'],
  ["'a\\\\", "'a\\\\"],
  ["# a", "# a"],
  [";a", ";a"],
  ["a;b #c", "a;b #c"],
  ["a ;b; c", "a ;b; c"],
  ["a ; b", "a"],
  ["a ;  ", "a"],
  ["a ; ", "a ;"],
  ["a  b\t\t", "a  b"],
  ["%{}[]()$`*?!~^&|<>", "%{}[]()$`*?!~^&|<>"],
  ["true", "true"],
  ["0", "0"],
];

const programs = { theirs: [original], ours: undefined } as const;
type Program = keyof typeof programs;

let directory: string;
let slash: MailServer;
let dotted: MailServer;

before(async () => {
  directory = scratchDirectory("passwords");
  chmodSync(directory, 0o755);
  const file = join(directory, "passwords");
  const lines = passwords.flatMap(([, password], index) =>
    ["theirs", "ours"].map((program) => `${program}${index}:{PLAIN.b64}${Buffer.from(password).toString("base64")}\n`),
  );
  writeFileSync(file, lines.join(""));
  const extraConfig = `
passdb {
  driver = passwd-file
  args = ${file}
}`;
  [slash, dotted] = await Promise.all([startDovecot({ extraConfig }), startDovecot({ extraConfig, separator: "." })]);
});

after(async () => {
  await Promise.all([slash, dotted].map((server) => server.stop()));
  removeScratch(directory);
});

describe("what the original accepts means the same to us", { skip, concurrency: 3 }, () => {
  for (const file of oneIn(3, [...syntax, ...sections, ...values])) test(file.name, (t) => assertSame(t, file));

  for (const index of oneIn(3, [...passwords.keys()])) {
    const [written] = passwords[index]!;
    const { name, text } = changed(`password = ${JSON.stringify(written)}`, (text) =>
      text.replace(/^password .*$/gm, () => `password = ${written}`),
    );
    test(name, (t) => assertSame(t, { text, userOf: (program) => `${program}${index}` }));
  }
});

describe("what the original refuses we refuse too", { skip, concurrency: 3 }, () => {
  for (const { name, text } of [
    changed("a name in other letters", (text) => text.replace("host", "Host")),
    above("an unknown setting", "foo = x"),
    changed("false for NO", (text) => text.replace("STARTTLS = NO", "STARTTLS = false")),
    changed("an empty password", (text) => text.replace(/^password .*$/m, "password =")),
    changed("a password that is all comment", (text) => text.replace(/^password .*$/m, "password = ; x")),
    changed("a section in other letters", (text) => text.replace("[local]", "[Local]")),
    above("a line that is none", "foo"),
    above("a comment inside a quoted pattern", 'list-mailbox = "a ; b"'),
  ]) {
    test(name, async (t) => {
      const { result } = await outcome(t, text, { program: "theirs" });
      assert.notEqual(result.status, 0);
      assert.equal((await outcome(t, text, { program: "ours" })).result.status, 78);
    });
  }
});

interface Comparison {
  readonly text: File["text"];
  readonly userOf?: (program: Program) => string;
}

async function assertSame(t: TestContext, { text, userOf = nextUser }: Comparison): Promise<void> {
  const theirs = await outcome(t, text, { program: "theirs", user: userOf("theirs") });
  assert.equal(theirs.result.status, 0, `the original refuses it: ${theirs.result.stderr}`);
  const ours = await outcome(t, text, { program: "ours", user: userOf("ours") });
  assert.deepEqual(ours.seen, theirs.seen, ours.result.stderr);
  for (const side of sides) {
    assert.deepEqual(diffSnapshots(await snapshot(theirs[side]), await snapshot(ours[side])), [], side);
  }
}

let users = 0;

function nextUser(): string {
  return `u${++users}`;
}

interface Run {
  readonly program: Program;
  readonly user?: string;
}

/** Runs a program for a new user of both servers: mail on the local one, nothing on the remote one. */
async function outcome(t: TestContext, text: File["text"], { program, user = nextUser() }: Run) {
  const [local, remote] = [asUser(slash, user), asUser(dotted, user)];
  await command(
    local,
    "CREATE a",
    'CREATE "b c"',
    "CREATE lists",
    "CREATE lists/2024",
    "CREATE perso/x",
    "SUBSCRIBE a",
  );
  await deliver(local, "INBOX", mail("one"));
  for (const mailbox of ["lists/2024", "perso/x"]) await deliver(local, mailbox, mail("two"), mail("three"));
  const home = makeHome({ local, remote });
  t.after(() => home.remove());
  writeFileSync(home.configFile, text(partsOf(local, remote)));
  const chosen = programs[program];
  const result = await runInterimap(home, [], chosen === undefined ? {} : { program: chosen });
  return { local, remote, result, seen: seen(home, result) };
}

function partsOf(local: MailServer, remote: MailServer): Parts {
  const linesOf = (server: MailServer): Lines => {
    const lines = Object.entries(plainText(server)).filter(([, value]) => value !== undefined);
    return Object.fromEntries(lines.map(([name, value]) => [name, `${name} = ${value!}`])) as Lines;
  };
  const lines = { local: linesOf(local), remote: linesOf(remote) };
  return { ...lines, body: (side) => Object.values(lines[side]).join("\n") };
}

/** What a run leaves behind beside the mail: its status, the names of databases, and how the line about INBOX begins. */
function seen(home: InterimapHome, { status, stderr }: RunResult) {
  const databases = readdirSync(join(home.directory, "data/interimap"))
    .filter((name) => name.endsWith(".db"))
    // Ours has a user and a port in it where nobody gave it a name.
    .map((name) => name.replace(/^[^@]*@([^,]*)(?:,.*)?[.]db$/, "$1.db"));
  const [, prefix] = /^(.*)Added 1 /m.exec(stderr) ?? [];
  return { status, databases, prefix };
}
