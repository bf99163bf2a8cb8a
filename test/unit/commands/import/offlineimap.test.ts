import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importedText } from "../../../../src/commands/import/imported-text.ts";
import { importOfflineimap } from "../../../../src/commands/import/offlineimap.ts";
import { loadConfig } from "../../../../src/config/config.ts";

function converted(text: string): Record<string, readonly string[]> {
  return Object.fromEntries(
    importOfflineimap(text, "2.3.19").configurations.map((one) => {
      const written = importedText(one, { kind: "offlineimaprc", source: "/rc", withSecrets: true });
      loadConfig({ file: "/nonexistent/x", env: {}, home: "/home/u", text: written });
      return [one.name, written.split("\n").filter((line) => line !== "" && !line.startsWith("#"))];
    }),
  );
}

const notesOf = (text: string): string[] =>
  importOfflineimap(text, "2.3.19").notes.map(({ line, text }) => `${line}: ${text}`);

const general = "[general]\naccounts = A\n\n[Account A]\nlocalrepository = L\nremoterepository = R\n\n";
const maildir = "[Repository L]\ntype = Maildir\nlocalfolders = ~/Mail\nsep = /\n\n";
const server = (lines: string): string => `[Repository R]\ntype = IMAP\nremotehost = h\nremoteuser = u\n${lines}\n`;
const local = [
  "[local]",
  "type = tunnel",
  "command = /usr/lib/dovecot/imap -o mail_location='maildir:~/Mail:LAYOUT=fs:INBOX=~/Mail/INBOX'",
  "null-stderr = YES",
];
const remoteOf = (lines: string): readonly string[] => {
  const all = converted(general + maildir + server(lines))["A"] ?? [];
  return all.slice(all.indexOf("[remote]") + 1);
};
const topOf = (lines: string): readonly string[] => {
  const all = converted(general + maildir + server(`remotepass = p\n${lines}`))["A"] ?? [];
  return all.slice(0, all.indexOf("[local]"));
};

test("an account with a Maildir, with nothing to be said", () => {
  const text = general + maildir + server("remotepass = p");
  assert.deepEqual(converted(text), {
    A: [...local, "[remote]", "type = imaps", "host = h", "username = u", "password = p"],
  });
  assert.deepEqual(notesOf(text), []);
});

test("as Python reads it: line ends, a mark at the beginning, colons, values over several lines, shared and quoted ones", () => {
  const text =
    `\ufeff[DEFAULT]\nhost: h\n${general}${maildir}[Repository R]\nTYPE: IMAP\nremotehost = %(host)s\nremoteuser = u\n` +
    "remotepass = a%%b;c\n; note\nfolderfilter = lambda f: f in [\n    'INBOX',\n    # none\n    'Sent'\n  ]\n";
  const expected = {
    A: [
      "list-mailbox = INBOX Sent",
      ...local,
      "[remote]",
      "type = imaps",
      "host = h",
      "username = u",
      "password = a%b;c",
    ],
  };
  for (const ends of ["\n", "\r\n"]) assert.deepEqual(converted(text.replaceAll("\n", ends)), expected);
});

describe("getting in", () => {
  test("TLS", () => {
    const password = ["username = u", "password = p"];
    assert.deepEqual(remoteOf("remotepass = p\nssl = no"), ["type = imap", "host = h", ...password]);
    assert.deepEqual(remoteOf("remotepass = p\nssl = no\nstarttls = no\nremoteport = 1143"), [
      ...["type = imap", "STARTTLS = NO", "host = h", "port = 1143"],
      ...password,
    ]);
    assert.deepEqual(remoteOf("remotepass = p\nsslcacertfile = OS-DEFAULT\nremoteport = 993"), [
      "type = imaps",
      "host = h",
      ...password,
    ]);
    assert.deepEqual(remoteOf("remotepass = p\nssl_version = tls1_2").slice(2, 4), [
      "SSL_protocol_min = TLSv1.2",
      "SSL_protocol_max = TLSv1.2",
    ]);
  });

  test("commands that print a password, as far as they can be known without running Python", () => {
    for (const [expression, command] of [
      [`os.popen("pass show x").read().strip()`, "pass show x"],
      [`subprocess.check_output("pass show x", shell=True).decode().strip()`, "pass show x"],
      [`subprocess.check_output(["pass", "show", "my x"]).decode("utf-8").splitlines()[0]`, "pass show 'my x'"],
      [`subprocess.getoutput('secret-tool lookup "a" b')`, 'secret-tool lookup "a" b'],
    ] as const)
      assert.deepEqual(
        remoteOf(`remotepasseval = ${expression}`).slice(3),
        [`password-command = ${command}`],
        expression,
      );
    for (const expression of [
      "get_pass('x')",
      `os.popen("x").read() + "y"`,
      `os.popen(cmd).read()`,
      `keyring.get_password("a", "b")`,
    ]) {
      assert.deepEqual(remoteOf(`remotepasseval = ${expression}`).slice(3), [], expression);
      assert.match(
        notesOf(general + maildir + server(`remotepasseval = ${expression}`)).join(),
        /it is Python, which interimap does not run/,
      );
    }
    assert.deepEqual(remoteOf(`remotepasseval = "p"`).slice(3), ["password = p"]);
    assert.deepEqual(remoteOf("remotepassfile = ~/.pw").slice(3), ["password-file = ~/.pw"]);
  });

  test("OAuth 2", () => {
    const lines =
      "auth_mechanisms = XOAUTH2\noauth2_client_id = id\noauth2_client_secret = s3cret\noauth2_refresh_token = s3cret-token\n" +
      "oauth2_request_url = https://accounts.google.com/o/oauth2/token";
    assert.deepEqual(remoteOf(lines).slice(3), [
      "auth = XOAUTH2",
      "oauth-provider = google",
      "oauth-client-id = id",
      "oauth-client-secret = s3cret",
    ]);
    const notes = notesOf(general + maildir + server(lines)).join();
    assert.match(notes, /run interimap login/);
    assert.doesNotMatch(notes, /s3cret/);
    assert.deepEqual(
      remoteOf(`auth_mechanisms = XOAUTH2\noauth2_access_token_eval = os.popen("oama access x").read()`).slice(3),
      ["auth = XOAUTH2", "token-command = oama access x"],
    );
  });

  test("Gmail, tunnels and proxies", () => {
    const gmail = general + maildir + server("remotepass = p").replace("type = IMAP\nremotehost = h", "type = Gmail");
    assert.ok(converted(gmail)["A"]?.includes("host = imap.gmail.com"));
    assert.deepEqual(remoteOf("preauthtunnel = ssh -q h '/usr/bin/imapd ./Maildir'").slice(0, 2), [
      "type = tunnel",
      "command = ssh -q h '/usr/bin/imapd ./Maildir'",
    ]);
    const proxied = general.replace("localrepository", "proxy = SOCKS5:127.0.0.1:9050\nlocalrepository");
    assert.ok(
      converted(proxied + maildir + server("remotepass = p"))["A"]?.includes("proxy = socks5://127.0.0.1:9050"),
    );
  });
});

describe("mailboxes", () => {
  test("filters that need no Python", () => {
    assert.deepEqual(topOf("folderfilter = lambda f: f not in ('Trash', 'a/b')"), [
      String.raw`ignore-mailbox = ^(?:Trash|a\x00b)$`,
    ]);
    assert.deepEqual(topOf("folderfilter = lambda x: x == 'INBOX'"), ["list-mailbox = INBOX"]);
    assert.deepEqual(topOf("folderfilter = lambda f: not re.search('^(Trash|Spam)$', f)"), [
      "ignore-mailbox = ^(Trash|Spam)$",
    ]);
    assert.deepEqual(topOf("folderfilter = lambda f: True\nsubscribedonly = yes\nidlefolders = ['INBOX', 'a b']"), [
      "list-select-opts = SUBSCRIBED",
      'idle-mailboxes = INBOX "a b"',
    ]);
  });

  test("a filter that needs it is left out, which takes in more", () => {
    for (const filter of [
      "lambda f: len(f) > 3",
      "myfilter",
      "lambda f: re.search('a', f)",
      String.raw`lambda f: not re.search('^INBOX\.x', f)`,
    ]) {
      assert.deepEqual(topOf(`folderfilter = ${filter}`), [], filter);
      assert.match(
        notesOf(general + maildir + server(`remotepass = p\nfolderfilter = ${filter}`)).join(),
        /folderfilter was not taken over/,
      );
    }
  });

  test("translations of names that need no Python", () => {
    assert.deepEqual(topOf("nametrans = lambda f: {'Sent': 'sent', '[Gmail]/Drafts': 'drafts'}.get(f, f)"), [
      "map-mailbox = sent = Sent",
      String.raw`map-mailbox = drafts = "[Gmail]\x00Drafts"`,
    ]);
    assert.ok(
      remoteOf(
        String.raw`remotepass = p` + "\n" + String.raw`nametrans = lambda f: re.sub('^INBOX\.', '', f)`,
      ).includes("list-reference = INBOX."),
    );
    assert.deepEqual(topOf("nametrans = lambda f: f"), []);
  });

  test("with one that needs it, only INBOX is synchronised, so that no mailbox comes under another name", () => {
    for (const translation of ["lambda f: f.lower()", "trans", String.raw`lambda f: re.sub('^(INBOX)', r'x\1', f)`]) {
      assert.deepEqual(
        topOf(`nametrans = ${translation}\nfolderfilter = lambda f: f != 'x'`),
        ["list-mailbox = INBOX"],
        translation,
      );
      assert.match(
        notesOf(general + maildir + server(`remotepass = p\nnametrans = ${translation}`)).join(),
        /only INBOX is synchronised/,
      );
    }
  });

  test("levels that a Maildir has in one name are left out", () => {
    const text =
      general + maildir.replace("sep = /\n", "") + server("remotepass = p\nfolderfilter = lambda f: f != 'Trash'");
    assert.equal(converted(text)["A"]?.[0], String.raw`ignore-mailbox = [.\x00]|^(?:Trash)$`);
    assert.match(notesOf(text).join(), /mailboxes with levels are left out; move each folder a\.b to a\/b/);
    const flat =
      general +
      maildir.replace("sep = /\n", "") +
      server("remotepass = p\nfolderfilter = lambda f: f in ['INBOX', 'Sent']");
    assert.equal(converted(flat)["A"]?.[0], "list-mailbox = INBOX Sent");
    assert.deepEqual(notesOf(flat), []);
  });
});

test("what goes one way is left out", () => {
  for (const line of ["readonly = True", "sync_deletes = no"])
    for (const text of [
      general + maildir + server(`remotepass = p\n${line}`),
      general + maildir.trimEnd() + `\n${line}\n\n` + server("remotepass = p"),
    ]) {
      assert.deepEqual(converted(text), {});
      assert.match(notesOf(text).join(), /Account A was left out: it carries over a part only/);
    }
});

test("each line that was not taken over is named, with the reason", () => {
  const text = `${general.replace("localrepository", "maxage = 3\npresynchook = x\nautorefresh = 5\nlocalrepository")}${maildir}${server("cert_fingerprint = 00\nremotepass = p")}`;
  assert.deepEqual(
    notesOf(text).map((note) => note.replace(/ was not taken over.*/, "")),
    ["5: maxage", "6: presynchook", "7: autorefresh", "20: cert_fingerprint"],
  );
});

test("a secret is in no note, whatever is wrong with its line", () => {
  for (const line of ["remotepass = s3cret%", "remotepass = s3cret ; x", "remotepasseval = f('s3cret')", "s3cret"])
    assert.doesNotMatch(notesOf(general + maildir + server(line)).join("\n"), /s3cret/);
});

test("whatever is in a file, it is read without an error", () => {
  for (const text of [
    "",
    "[general]",
    "[general]\naccounts = A",
    "x",
    "[general]\naccounts = A\n[Account A]\n",
    general,
    general + maildir,
  ])
    assert.deepEqual(importOfflineimap(text, "2.3.19").configurations, []);
});
