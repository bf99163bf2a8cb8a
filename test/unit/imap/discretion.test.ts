import assert from "node:assert/strict";
import { test } from "node:test";
import { Discretion } from "../../../src/imap/discretion.ts";

function discretion(): Discretion {
  const made = new Discretion();
  made.hide("S3cretPw");
  return made;
}

test("texts of servers are short, safe to show, and have no secret in them, whole or in part", () => {
  const { text, code } = discretion().heard({
    kind: "tagged",
    tag: "a1",
    status: "NO",
    code: { name: "X-\x1b-S3CRETPW", text: "S3cretPw 7" },
    text: `\x1b[2J \u202e S3cretPw ${"x".repeat(1000)}`,
  }) as { readonly text: string; readonly code: unknown };
  assert.ok(text.startsWith("\\x1b[2J \\u202e [redacted] xxx") && text.endsWith("x…") && text.length === 300, text);
  // Nobody shows the text of a code; it may be UIDs, and a password digits.
  assert.deepEqual(code, { name: "X-\\x1b-[redacted]", text: "S3cretPw 7" });
  const long = discretion().text(`${"y".repeat(295)}S3cretPw`);
  assert.equal(long, `${"y".repeat(295)}[red…`);
});

test("a code that we know is what it is, whatever the password", () => {
  const made = new Discretion();
  made.hide("over");
  const code = { name: "OVERQUOTA", text: "" };
  const heard = made.heard({ kind: "status", status: "NO", code, text: "over the limit" });
  assert.deepEqual(heard, { kind: "status", status: "NO", code, text: "[redacted] the limit" });
});

test("lines that cannot be read are quoted without secrets, and not at all where they may be part of a message", () => {
  const made = discretion();
  const unknown = { kind: "unreadable", about: "unknown", line: "HTTP/1.1 S3cretPw" } as const;
  assert.deepEqual(made.heard(unknown), { ...unknown, line: "HTTP/1.1 [redacted]" });
  assert.equal(made.quotable(unknown), unknown);
  const line = '* LIST () "/" S3cretPw \0';
  assert.deepEqual(made.heard({ kind: "unreadable", about: "list", line }), {
    kind: "unreadable",
    about: "list",
    line: '* LIST () "/" [redacted] \0',
  });
  assert.deepEqual(made.heard({ kind: "unreadable", about: "list", line, name: "a/S3cretPw" }), {
    kind: "unreadable",
    about: "list",
    line: '* LIST () "/" [redacted] \0',
    name: "a/S3cretPw",
    shownName: "a/[redacted]",
  });
  made.mayHearMessages = true;
  assert.deepEqual(made.quotable(unknown), { ...unknown, line: "" });
});

for (const [line, logged] of [
  ['* 1 FETCH (UID 5 FLAGS (\\Seen) BODY[] "MAIL")', "* 1 FETCH (UID 5 FLAGS (\\Seen) BODY[] …)"],
  [
    '* 1 FETCH (ENVELOPE (NIL "MAIL") BODY[HEADER.FIELDS (SUBJECT)] "MAIL" UID 5)',
    "* 1 FETCH (ENVELOPE … BODY[HEADER.FIELDS] … UID 5)",
  ],
  [
    '* 1 FETCH (BINARY[] "MAIL" RFC822 "MAIL" RFC822.HEADER "MAIL" PREVIEW "MAIL")',
    "* 1 FETCH (BINARY[] … RFC822 … RFC822.HEADER … PREVIEW …)",
  ],
  [
    "* 1 FETCH (BODY[] {4}\r\n UID 5 MODSEQ (7) RFC822.SIZE 4)",
    "* 1 FETCH (BODY[] {4} UID 5 MODSEQ (7) RFC822.SIZE 4)",
  ],
  ["* 1 FETCH (BODY[] MAIL MAIL", "* 1 FETCH (BODY[] … …"],
  [
    '* 1 FETCH (FLAGS ("MAIL") INTERNALDATE "MAIL, MAIL" MODSEQ MAIL UID MAIL)',
    "* 1 FETCH (FLAGS … INTERNALDATE … MODSEQ … UID …)",
  ],
  ["MAIL text, be it long", "[21 octets that are no known response]"],
  ["* MAIL list", "[11 octets that are no known response]"],
  ["a1 MAIL", "[7 octets that are no known response]"],
  ["a1 OK [CODE] done", "a1 OK [CODE] done"],
  ["* VANISHED 1:3", "* VANISHED 1:3"],
  ["* 3 EXISTS", "* 3 EXISTS"],
  ["+ go on", "+ go on"],
] as const) {
  test(`the log shows ${JSON.stringify(line)} without what may be a message`, () => {
    for (const showsSecrets of [true, false]) {
      const made = discretion();
      made.mayHearMessages = true;
      assert.equal(made.forLog(Buffer.from(line), showsSecrets), logged);
    }
  });
}

test("before any mailbox is selected the log shows all that is said", () => {
  assert.equal(discretion().forLog(Buffer.from("HTTP/1.1 400 Bad Request"), false), "HTTP/1.1 400 Bad Request");
});

test("the log shows the password only when --debug was given twice, and the beginning of long lines", () => {
  const line = Buffer.from(`* VANISHED S3cretPw ${"1,".repeat(10_000)}`);
  assert.match(discretion().forLog(line, true), /^\* VANISHED S3cretPw 1,.*… \(20020 octets\)$/);
  assert.match(discretion().forLog(line, false), /^\* VANISHED \[redacted\] 1,.*… \(20020 octets\)$/);
});
