import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importedText } from "../../../../src/commands/import/imported-text.ts";
import { importMbsync } from "../../../../src/commands/import/mbsync.ts";
import { loadConfig } from "../../../../src/config/config.ts";

/** Lines of each configuration, without comments and what is always the same. */
function converted(text: string): Record<string, readonly string[]> {
  return Object.fromEntries(
    importMbsync(text, "2.3.19").configurations.map((one) => {
      const written = importedText(one, { kind: "mbsyncrc", source: "/rc", withSecrets: true });
      // It can be read.
      loadConfig({ file: "/nonexistent/x", env: {}, home: "/home/u", text: written });
      return [one.name, written.split("\n").filter((line) => line !== "" && !line.startsWith("#"))];
    }),
  );
}

const notesOf = (text: string): string[] =>
  importMbsync(text, "2.3.19").notes.map(({ line, text }) => `${line}: ${text}`);

const account =
  'IMAPAccount a\nHost imap.example.net\nUser alice\nPassCmd "pass show mail"\nSSLType IMAPS\n\nIMAPStore r\nAccount a\n\n';
const maildir = "MaildirStore l\nPath ~/Mail/\nInbox ~/Mail/INBOX\nSubFolders Verbatim\n\n";
const remote = [
  "[remote]",
  "type = imaps",
  "host = imap.example.net",
  "username = alice",
  "password-command = pass show mail",
];
const local = [
  "[local]",
  "type = tunnel",
  "command = /usr/lib/dovecot/imap -o mail_location='maildir:~/Mail:LAYOUT=fs:INBOX=~/Mail/INBOX'",
  "null-stderr = YES",
];
const channel = "Channel c\nFar :r:\nNear :l:\nPatterns *\nCreate Both\n";

describe("an account and a Maildir", () => {
  test("become a configuration each, with nothing to be said", () => {
    assert.deepEqual(converted(account + maildir + channel), { c: [...local, ...remote] });
    assert.deepEqual(notesOf(account + maildir + channel), []);
  });

  test("the command is that of the Dovecot that is installed, and the other one is in a remark", () => {
    const old = "/usr/lib/dovecot/imap -o mail_location='maildir:~/Mail:LAYOUT=fs:INBOX=~/Mail/INBOX'";
    const newer =
      "doveadm exec imap -o mail_driver=maildir -o mail_path=~/Mail -o mailbox_list_layout=fs -o mail_inbox_path=~/Mail/INBOX";
    for (const [version, command, other] of [
      ["2.3.19.1 (9b53102964)\n", old, ["With Dovecot 2.4 and newer, the command is:", newer]],
      ["2.4.1-4 (7d8c0e5759)\n", newer, ["With Dovecot 2.3, the command is:", old]],
      ["", newer, ["With Dovecot 2.3, the command is:", old]],
    ] as const) {
      const [one] = importMbsync(account + maildir + channel, version).configurations;
      assert.equal(one?.local.get("command"), command);
      assert.deepEqual(one.remarks.slice(1), other);
    }
  });

  test("a line that includes another file is named: it is not followed", () => {
    const text = `IncludeCmd "cat ~/.mbsyncrc.d/*"\n${account}${maildir}${channel}`;
    assert.deepEqual(converted(text), { c: [...local, ...remote] });
    assert.deepEqual(notesOf(text), [
      "1: IncludeCmd was not taken over: put the lines that it stands for in its place, and import again",
    ]);
  });

  test("with line ends of other systems, a byte order mark, comments and any case", () => {
    const text = `\ufeff# mine\n${account}${maildir}${channel}`.replace("Patterns", "  pAtTeRn");
    for (const ends of ["\r\n", "\r"])
      assert.deepEqual(converted(text.replaceAll("\n", ends)), { c: [...local, ...remote] });
  });

  test("the former words Master and Slave, and sections without an empty line between them", () => {
    const text = (account + maildir + channel)
      .replace("Far", "Master")
      .replace("Near", "Slave")
      .replaceAll("\n\n", "\n");
    assert.deepEqual(converted(text), { c: [...local, ...remote] });
  });

  test("Maildir++, and a Maildir without other mailboxes", () => {
    for (const store of ["MaildirStore l\nInbox ~/M\nSubFolders Maildir++\n\n", "MaildirStore l\nInbox ~/M/\n\n"])
      assert.ok(
        converted(account + store + channel)["c"]?.includes(
          "command = /usr/lib/dovecot/imap -o mail_location='maildir:~/M'",
        ),
      );
  });

  test("paths and layouts that Dovecot cannot have leave the channel out", () => {
    for (const [store, why] of [
      ['Path "~/My Mail/"\n', /cannot express a path/],
      ["Path ~/Mail/x-\n", /does not end with a slash/],
      ["Path ~/Mail/\nSubFolders Legacy\n", /Legacy/],
      ["Path ~/Mail/\nFlatten .\n", /Flatten gives mailboxes other names/],
    ] as const) {
      const text = `${account}MaildirStore l\n${store}\n${channel}`;
      assert.deepEqual(converted(text), {}, store);
      assert.match(notesOf(text).join("\n"), why);
    }
  });
});

describe("mailboxes", () => {
  const of = (patterns: string): readonly string[] =>
    (converted(`${account}${maildir}${channel.replace("Patterns *", patterns)}`)["c"] ?? []).filter((line) =>
      /^(?:list|ignore|map)/.test(line),
    );

  test("patterns, and what they leave out", () => {
    assert.deepEqual(of("Patterns INBOX Sent"), ["list-mailbox = INBOX Sent"]);
    assert.deepEqual(of('Patterns "Sent Items" a/%'), [String.raw`list-mailbox = "Sent Items" "a\x00%"`]);
    assert.deepEqual(of('Patterns * !Trash "![Gmail]*"'), [String.raw`ignore-mailbox = ^(?:Trash|\[Gmail\].*)$`]);
    assert.deepEqual(of("Pattern *\nPattern !lists/%"), [String.raw`ignore-mailbox = ^(?:lists\x00[^\x00]*)$`]);
    assert.deepEqual(of("Patterns Entw&APw-rfe Entwürfe"), ["list-mailbox = Entw&APw-rfe Entw&APw-rfe"]);
  });

  test("later patterns count for more", () => {
    assert.deepEqual(of("Patterns * !a* ab"), ["ignore-mailbox = ^(?:(?!(?:ab)$)a.*)$"]);
  });

  test("channels of two stores are one configuration, which has the group's name", () => {
    const text =
      `${account}${maildir}Create Both\n\nChannel inbox\nFar :r:INBOX\nNear :l:INBOX\n\n` +
      'Channel sent\nFar ":r:[Gmail]/Sent Mail"\nNear :l:sent\n\nGroup gmail\nChannel inbox\nChannels sent\n';
    // A group's lines name channels; "Channel" begins a section of its own, as for mbsync.
    const grouped = text.replace("Group gmail\nChannel inbox\nChannels sent", "Group gmail inbox sent");
    assert.deepEqual(converted(grouped), {
      gmail: [
        "list-mailbox = INBOX sent",
        String.raw`map-mailbox = sent = "[Gmail]\x00Sent Mail"`,
        ...local,
        ...remote,
      ],
    });
  });

  test("INBOX under another name is left out", () => {
    const text = `${account}${maildir}Channel c\nFar :r:INBOX\nNear :l:mail\nCreate Both\n`;
    assert.deepEqual(converted(text), {});
    assert.match(notesOf(text).join(), /INBOX is INBOX on both sides/);
  });

  test("patterns below a mailbox are left out", () => {
    assert.match(
      notesOf(`${account}${maildir}Channel c\nFar :r:x\nNear :l:\nPatterns *\n`).join(),
      /Patterns below a mailbox/,
    );
  });
});

describe("what goes one way, or a part of the way, is left out", () => {
  for (const [words, isWhole] of [
    ["All", true],
    ["Pull Push", true],
    ["New Delete Flags", true],
    ["PullNew PullDelete PullFlags Push", true],
    ["Pull", false],
    ["PullNew Push", false],
    ["Pull New", false],
    ["New ReNew", false],
    ["None", false],
  ] as const)
    test(`Sync ${words}`, () => {
      const text = `${account}${maildir}${channel}Sync ${words}\n`;
      assert.equal(Object.keys(converted(text)).length, isWhole ? 1 : 0);
      assert.equal(/carries over a part only/.test(notesOf(text).join()), !isWhole);
    });

  test("also where it is said for all channels below", () => {
    assert.deepEqual(
      Object.keys(converted(`${account}${maildir}${channel}\nSync Pull\n\n${channel.replace("c\n", "d\n")}`)),
      ["c"],
    );
  });
});

describe("getting in", () => {
  const server = (lines: string): readonly string[] => {
    const text = `IMAPStore r\nHost h\n${lines}\n\n${maildir}${channel}`;
    return converted(text)["c"]?.slice(local.length + 1) ?? [];
  };

  test("TLS in all its words", () => {
    assert.deepEqual(server("SSLType None\nPort 1143"), ["type = imap", "STARTTLS = NO", "host = h", "port = 1143"]);
    assert.deepEqual(server("TLSType IMAPS\nPort 993"), ["type = imaps", "host = h"]);
    assert.deepEqual(server(""), ["type = imap", "host = h"]);
    assert.deepEqual(server("Host imaps:other"), ["type = imaps", "host = other"]);
    assert.deepEqual(server("UseIMAPS yes"), ["type = imaps", "host = h"]);
    assert.deepEqual(server("SSLVersions TLSv1.2 TLSv1.3"), ["type = imap", "host = h", "SSL_protocol_min = TLSv1.2"]);
  });

  test("passwords and the commands that print them, with their quotes", () => {
    const [, , ...rest] = server(String.raw`Pass "with \"quotes\" and # and \\"`);
    assert.deepEqual(rest, [String.raw`password = with "quotes" and # and \\`.replaceAll("\\\\", "\\")]);
    assert.deepEqual(server(String.raw`PassCmd "+sed -n 's,^\"x\",,p' < ~/.netrc"`).slice(2), [
      `password-command = sed -n 's,^"x",,p' < ~/.netrc`,
    ]);
    assert.deepEqual(server('PassCmd "a ; b"').slice(2), ["password-command = a; b"]);
  });

  test("tokens", () => {
    assert.deepEqual(server('AuthMechs XOAUTH2\nPassCmd "oama access x"').slice(2), [
      "token-command = oama access x",
      "auth = XOAUTH2",
    ]);
  });

  test("tunnels, and places on the server", () => {
    assert.deepEqual(server('Tunnel "ssh -q host imapd"\nPath mail/'), [
      "type = tunnel",
      "command = ssh -q host imapd",
      "list-reference = mail/",
    ]);
  });

  test("a secret is in no note, whatever is wrong with its line", () => {
    for (const line of [
      'Pass "s3cret" "',
      "Pass s3cret\nPassCmd x",
      'Pass "s3cret ; x"',
      "Pass2 s3cret",
      "PassCmd \"echo 's3cret ; '\"",
    ])
      assert.doesNotMatch(notesOf(`IMAPStore r\nHost h\nUser u\n${line}\n\n${maildir}${channel}`).join("\n"), /s3cret/);
  });
});

test("each line that was not taken over is named, with the reason", () => {
  const text = `${account}${maildir}Channel c\nFar :r:\nNear :l:\nPatterns *\nMaxMessages 10\nExpunge Both\nRemove Near\nInclude other\n`;
  const lines = notesOf(text).map((note) => note.replace(/^(\d+: \w+).*/s, "$1"));
  assert.deepEqual(lines, ["17: Channel", "19: MaxMessages", "20: Expunge", "21: Remove", "22: Include"]);
});

test("two IMAP servers; two Maildirs are left out", () => {
  const other = "IMAPStore l\nHost other\nUser bob\nPass p\n\n";
  assert.deepEqual(converted(account + other + channel), {
    c: ["[local]", "type = imap", "host = other", "username = bob", "password = p", ...remote],
  });
  assert.match(notesOf(`${maildir}${maildir.replace("l\n", "r\n")}${channel}`).join(), /both its stores are Maildirs/);
});

test("whatever is in a file, it is read without an error", () => {
  for (const text of [
    "",
    "\n\n",
    "Channel",
    "Channel c\n",
    '"',
    "\\",
    "Far",
    "Group g",
    "IMAPStore\nHost",
    "Channel c\nFar x\nNear :a",
  ])
    assert.deepEqual(importMbsync(text, "2.3.19").configurations, []);
});
