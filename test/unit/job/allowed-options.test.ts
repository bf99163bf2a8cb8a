// What forms may ask for: which options come of them, and which field is wrong.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseCommandLine } from "../../../src/copier/options/parse-options.ts";
import {
  type FormFields,
  type FormReading,
  optionsOfOriginal,
  optionsOfPage,
  previewOptions,
} from "../../../src/job/allowed-options.ts";

const six: FormFields = {
  ...{ host1: "imap.a.example", user1: "alice", password1: "p1" },
  ...{ host2: "imap.b.example", user2: "bob", password2: "p2" },
};

function options(reading: FormReading): readonly string[] {
  assert.ok("options" in reading, JSON.stringify(reading));
  return reading.options;
}

function wrong(reading: FormReading): string {
  assert.ok("field" in reading, JSON.stringify(reading));
  assert.match(reading.error, /\.$/);
  return reading.field;
}

function added(reading: FormReading, usual: FormReading): string[] {
  const known = options(usual);
  return options(reading).filter((option) => !known.includes(option));
}

const pages = { page: optionsOfPage, original: optionsOfOriginal };

for (const [name, read] of Object.entries(pages))
  describe(name, () => {
    test("the six values", () => {
      const reading = read(six);
      assert.deepEqual("secrets" in reading && reading.secrets, { password1: "p1", password2: "p2" });
      const found = options(reading);
      assert.deepEqual(found.slice(0, 4), [
        ...["--host1=imap.a.example", "--user1=alice", "--host2=imap.b.example", "--user2=bob"],
      ]);
      for (const one of ["--nolog", "--errorsmax=500", "--maxsize=1000000000", "--addheader", "--syncduplicates"])
        assert.ok(found.includes(one), one);
      assert.equal(found.includes("--automap"), name === "page");
      assert.equal(parseCommandLine(found).command, "copy");
    });

    test("no password is among the options", () => {
      const secret = "-x&=+%;\"'é";
      const reading = read({ ...six, password1: secret, password2: `${secret}2` });
      assert.ok(!options(reading).join("\n").includes(secret));
      assert.deepEqual("secrets" in reading && reading.secrets, { password1: secret, password2: `${secret}2` });
    });

    test("what is missing is named", () => {
      for (const field of Object.keys(six)) {
        assert.equal(wrong(read({ ...six, [field]: "" })), field);
        assert.equal(wrong(read({ ...six, [field]: undefined })), field);
      }
    });

    test("what nobody types is refused", () => {
      for (const value of ["a\nb", "a\0", "\x1b[0m", "a\u2028b", "\ud800", "x".repeat(1001)])
        for (const field of ["user1", "subfolder2", "host2"])
          assert.equal(wrong(read({ ...six, [field]: value })), field);
      for (const value of ["a\nb", "a\0", "\ud800", "x".repeat(1001)])
        assert.equal(wrong(read({ ...six, password2: value })), "password2");
    });

    test("a value with dashes stays a value", () => {
      const found = options(read({ ...six, user1: "--pipemess=rm", subfolder2: "-x=y" }));
      assert.ok(found.includes("--user1=--pipemess=rm"));
      const line = parseCommandLine(found);
      assert.ok(
        line.command === "copy" && line.options.user1 === "--pipemess=rm" && line.options.pipemess.length === 0,
      );
    });

    test("a field that comes twice could mean two things", () => {
      for (const field of Object.keys(six)) assert.equal(wrong(read({ ...six, [field]: ["a", "b"] })), field);
    });

    test("hosts with ports", () => {
      const found = (host1: string): string[] => added(read({ ...six, host1 }), read(six));
      assert.deepEqual(found("127.0.0.1:1143"), ["--host1=127.0.0.1", "--port1=1143"]);
      assert.deepEqual(found("[2001:db8::1]:993"), ["--host1=2001:db8::1", "--port1=993"]);
      assert.deepEqual(found("[2001:db8::1]"), ["--host1=2001:db8::1"]);
      assert.deepEqual(found("2001:db8::1"), ["--host1=2001:db8::1"]);
      assert.deepEqual(found("imap://imap.c.example:143/"), ["--host1=imap.c.example", "--port1=143"]);
      assert.deepEqual(found("imaps://imap.c.example:9993/"), ["--host1=imap.c.example", "--port1=9993", "--ssl1"]);
      assert.deepEqual(found("IMAPS://[2001:db8::1]"), ["--host1=2001:db8::1", "--ssl1"]);
      assert.deepEqual(found(" bücher.example "), ["--host1=bücher.example"]);
      const bad = [
        "a:0",
        "a:65536",
        "a:1:2",
        "a/b",
        "a b",
        "fe80::1%lo",
        "-x",
        "[a",
        "a]",
        "pop://a",
        "a,b",
        "a:",
        "@",
      ];
      for (const host1 of bad) assert.equal(wrong(read({ ...six, host1 })), "host1", host1);
    });

    test("switches", () => {
      for (const value of ["on", "1", "ON", "true"])
        assert.deepEqual(added(read({ ...six, dry: value }), read(six)), ["--dry"]);
      for (const value of ["", "0", "off"]) assert.deepEqual(options(read({ ...six, dry: value })), options(read(six)));
      assert.equal(wrong(read({ ...six, dry: "maybe" })), "dry");
      assert.equal(wrong(read({ ...six, delete1: "on", delete2: "on" })), "delete2");
    });

    test("an option that is not for the web is refused, and other fields are passed over", () => {
      const dangerous = [
        ...["regextrans2", "regexmess", "regexflag", "skipmess", "pipemess", "maxlinelengthcmd", "delete2foldersonly"],
        ...["passfile1", "passwordcommand2", "oauthaccesstoken1", "oauthdirect1", "authuser1", "sslargs1", "pidfile"],
        ...["logfile", "logdir", "tmpdir", "state", "report", "noautomap", "NoSslCheck", "delete", "sigexit", "maxage"],
      ];
      for (const field of dangerous) assert.equal(wrong(read({ ...six, [field]: "1" })), field);
      const harmless = { submit: "Sync", showpassword1: "on", constructor: "x", __proto__: "y" };
      assert.deepEqual(options(read({ ...six, ...harmless })), options(read(six)));
    });
  });

test("the page's folders are as people read them", () => {
  const reading = optionsOfPage({ ...six, subfolder1: "R&D", f1f2: "Entwürfe=Drafts\r\n\nA & B = C=D\n" });
  assert.deepEqual(added(reading, optionsOfPage(six)), [
    ...["--subfolder1=R&-D", "--f1f2=Entw&APw-rfe=Drafts", "--f1f2=A &- B=C=D"],
  ]);
  for (const f1f2 of ["x", "=x", "x=", "a=b\nc"]) assert.equal(wrong(optionsOfPage({ ...six, f1f2 })), "f1f2", f1f2);
});

test("the page knows which providers need a preset", () => {
  assert.ok(options(optionsOfPage({ ...six, host1: "IMAP.gmail.com" })).includes("--gmail1"));
  const office = options(optionsOfPage({ ...six, host2: "outlook.office365.com:993" }));
  assert.ok(office.includes("--office2"));
  const line = parseCommandLine(office);
  assert.ok(line.command === "copy" && line.options.maxsize === 45_000_000);
});

test("a key that is trusted for one job", () => {
  const fingerprint2 = `sha256$pub$${"0a".repeat(32)}`;
  const found = added(optionsOfPage({ ...six, fingerprint2 }), optionsOfPage(six));
  assert.deepEqual(found, [`--sslargs2=SSL_fingerprint=${fingerprint2}`]);
  for (const bad of ["sha256$0a", `${fingerprint2} SSL_verify_mode=0`, `md5$pub$${"0a".repeat(16)}`])
    assert.equal(wrong(optionsOfPage({ ...six, fingerprint1: bad })), "fingerprint1");
});

test("the original's other fields", () => {
  const fields = {
    ...{ folder: ["INBOX", "A&APw-"], f1f2: ["a=b", "c=d=e"], exitwhenover: "3000000000", automap: "on", gmail1: "on" },
    ...{ skipcrossduplicates: "1", abort: "on", tail: "on", var: "x", simulong: "5", host1: "" },
  };
  assert.deepEqual(added(optionsOfOriginal({ ...six, ...fields }), optionsOfOriginal(six)), [
    ...["--folder=INBOX", "--folder=A&APw-", "--f1f2=a=b", "--f1f2=c=d=e", "--exitwhenover=3000000000", "--automap"],
    ...["--gmail1", "--skipcrossduplicates"],
  ]);
  assert.equal(wrong(optionsOfOriginal({ ...six, exitwhenover: "-1" })), "exitwhenover");
  for (const f1f2 of ["x", "=", "=x", "x=", " = "])
    assert.equal(wrong(optionsOfOriginal({ ...six, f1f2 })), "f1f2", f1f2);
  assert.ok(!options(optionsOfOriginal({ ...six, delete2duplicates: "on" })).includes("--syncduplicates"));
});

test("a preview changes nothing", () => {
  const line = parseCommandLine(previewOptions(options(optionsOfPage({ ...six, delete2: "on" }))));
  assert.ok(line.command === "copy");
  const { dry, justfolders, foldersizes, skipemptyfolders } = line.options;
  assert.deepEqual([dry, justfolders, foldersizes, skipemptyfolders], [true, true, false, false]);
});
