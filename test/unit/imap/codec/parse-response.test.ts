import assert from "node:assert/strict";
import { test } from "node:test";
import { parseResponse } from "../../../../src/imap/codec/parse-response.ts";
import type { FetchResponse, Response } from "../../../../src/imap/responses.ts";

async function parsed(line: string, ...literals: readonly string[]): Promise<Response> {
  const buffers = literals.map((literal) => Buffer.from(literal, "latin1"));
  return parseResponse(line, buffers);
}

const noCode = { code: undefined };
const emptyFetch: FetchResponse = {
  kind: "fetch",
  sequence: 1,
  uid: undefined,
  flags: undefined,
  modSeq: undefined,
  internalDate: undefined,
  size: undefined,
  body: undefined,
  headerFields: undefined,
};

const plainList = { kind: "list", attributes: [], delimiter: "/" } as const;

const responses: readonly (readonly [line: string, response: Response, ...literals: string[]])[] = [
  // tagged and continuation
  ["a1 OK done", { kind: "tagged", tag: "a1", status: "OK", ...noCode, text: "done" }],
  ["a1 no", { kind: "tagged", tag: "a1", status: "NO", ...noCode, text: "" }],
  ["a1 BAD ", { kind: "tagged", tag: "a1", status: "BAD", ...noCode, text: "" }],
  [
    "a1 OK [APPENDUID 7 1:3] appended",
    { kind: "tagged", tag: "a1", status: "OK", code: { name: "APPENDUID", text: "7 1:3" }, text: "appended" },
  ],
  [
    "a1 OK [MODIFIED 7,9] some",
    { kind: "tagged", tag: "a1", status: "OK", code: { name: "MODIFIED", text: "7,9" }, text: "some" },
  ],
  [
    "a1 NO [BADCHARSET (utf-8)] no",
    { kind: "tagged", tag: "a1", status: "NO", code: { name: "BADCHARSET", text: "(utf-8)" }, text: "no" },
  ],
  [
    "a1 NO [UNKNOWN-CTE]",
    { kind: "tagged", tag: "a1", status: "NO", code: { name: "UNKNOWN-CTE", text: "" }, text: "" },
  ],
  [
    'a1 NO [X "a]\\"b]" c] d]',
    { kind: "tagged", tag: "a1", status: "NO", code: { name: "X", text: '"a]\\"b]" c' }, text: "d]" },
  ],
  ["a1 NO [X (y] z", { kind: "tagged", tag: "a1", status: "NO", code: { name: "X", text: "(y" }, text: "z" }],
  ["a1 NO [no end", { kind: "tagged", tag: "a1", status: "NO", ...noCode, text: "[no end" }],
  ["+ idling", { kind: "continuation", text: "idling" }],
  ["+ ", { kind: "continuation", text: "" }],
  ["+", { kind: "continuation", text: "" }],

  // status
  ["* OK", { kind: "status", status: "OK", ...noCode, text: "" }],
  ["* BYE see {you} (later", { kind: "status", status: "BYE", ...noCode, text: "see {you} (later" }],
  [
    "* PREAUTH [capability IMAP4rev1 X] hi",
    { kind: "status", status: "PREAUTH", code: { name: "CAPABILITY", text: "IMAP4rev1 X" }, text: "hi" },
  ],
  [
    "* OK [PERMANENTFLAGS (\\Answered [css3-page] \\*)] Limited",
    {
      kind: "status",
      status: "OK",
      code: { name: "PERMANENTFLAGS", text: "(\\Answered [css3-page] \\*)" },
      text: "Limited",
    },
  ],
  [
    "* OK [HIGHESTMODSEQ 9223372036854775807] ",
    { kind: "status", status: "OK", code: { name: "HIGHESTMODSEQ", text: "9223372036854775807" }, text: "" },
  ],
  [
    "* NO [MAILBOXID (abc)] Bo\xc3\xaete",
    { kind: "status", status: "NO", code: { name: "MAILBOXID", text: "(abc)" }, text: "Bo\u00eete" },
  ],

  // capabilities
  ["* CAPABILITY IMAP4rev1 Qresync ", { kind: "capability", capabilities: ["IMAP4REV1", "QRESYNC"] }],
  ["* ENABLED QRESYNC", { kind: "enabled", capabilities: ["QRESYNC"] }],
  ["* ENABLED", { kind: "enabled", capabilities: [] }],

  // mailboxes
  [
    '* LIST (\\HasNoChildren \\Subscribed) "/" INBOX',
    { kind: "list", attributes: ["\\HasNoChildren", "\\Subscribed"], delimiter: "/", name: "INBOX" },
  ],
  ['* LIST () "\\\\" "a\\\\b \\"c\\""', { kind: "list", attributes: [], delimiter: "\\", name: 'a\\b "c"' }],
  [
    "* LSUB () NIL {5}\r\n",
    { kind: "list", attributes: [], delimiter: null, name: "a \xff\r\n", isSubscription: true },
    "a \xff\r\n",
  ],
  ['* LIST () "." caf\xe9', { kind: "list", attributes: [], delimiter: ".", name: "caf\xe9" }],
  ['* list () "" ""', { kind: "list", attributes: [], delimiter: null, name: "" }],
  ['* LIST () "/" 1:1-meetings', { kind: "list", attributes: [], delimiter: "/", name: "1:1-meetings" }],
  ['* LIST () "/" BODY[x]', { kind: "list", attributes: [], delimiter: "/", name: "BODY[x]" }],
  ['* LIST () "/" NIL', { kind: "list", attributes: [], delimiter: "/", name: "NIL" }],
  [
    '* LIST (\\NoSelect) "/" a ("CHILDINFO" ("SUBSCRIBED"))',
    { kind: "list", attributes: ["\\NoSelect"], delimiter: "/", name: "a" },
  ],
  ['* LIST () "/" new ("OLDNAME" (old))', { ...plainList, name: "new", oldName: "old" }],
  ['* LIST () "/" "n w" ("OLDNAME" ("o \\"l\\\\d)"))', { ...plainList, name: "n w", oldName: 'o "l\\d)' }],
  ['* LIST () "/" "b" ("OLDNAME" ({1}\r\n))', { ...plainList, name: "b", oldName: "x" }, "x"],
  ['* LIST () "/" {2}\r\n ("OLDNAME" ({3}\r\n))', { ...plainList, name: "b\n", oldName: "\xff)(" }, "b\n", "\xff)("],
  ['* LIST () "/" a (oldname (1:1-old))', { ...plainList, name: "a", oldName: "1:1-old" }],
  ['* LIST () "/" a ("CHILDINFO" ("SUBSCRIBED") "OLDNAME" (b) "X" (y))', { ...plainList, name: "a", oldName: "b" }],
  ['* LIST () "/" "OLDNAME" ("CHILDINFO" ("SUBSCRIBED"))', { ...plainList, name: "OLDNAME" }],
  [
    "* STATUS INBOX (MESSAGES 0 UIDNEXT 4294967295 UIDVALIDITY 1 HIGHESTMODSEQ 9223372036854775807)",
    {
      kind: "mailbox-status",
      name: "INBOX",
      messages: 0,
      uidNext: 4294967295,
      uidValidity: 1,
      highestModSeq: 9223372036854775807n,
    },
  ],
  // Mailutils 3.15
  ["* STATUS a b (MESSAGES 3 UIDNEXT 4)", { kind: "mailbox-status", name: "a b", messages: 3, uidNext: 4 }],
  ["* 3 EXPUNGED", { kind: "expunge", sequence: 3 }],
  ["* STATUS {3}\r\n ()", { kind: "mailbox-status", name: "a(b" }, "a(b"],
  [
    '* STATUS "a b" (UNSEEN 3 MAILBOXID (\xff\x01")\xa0() HIGHESTMODSEQ 0)',
    { kind: "mailbox-status", name: "a b", highestModSeq: 0n },
  ],
  // RFC 8474 4.3: alone, an id; anything else is none
  ["* STATUS a (MAILBOXID (F2-_x))", { kind: "mailbox-status", name: "a", mailboxId: "F2-_x" }],
  ["* STATUS a (mailboxid (1)) ", { kind: "mailbox-status", name: "a", mailboxId: "1" }],
  [`* STATUS a (MAILBOXID (${"x".repeat(255)}))`, { kind: "mailbox-status", name: "a", mailboxId: "x".repeat(255) }],
  ...["", "()", "NIL", "x", "(a b)", '("x")', "(\xff)", "(x) MESSAGES 3", `(${"x".repeat(256)})`].map(
    (id): [string, Response] => [
      `* STATUS a (MAILBOXID ${id})`,
      { kind: "mailbox-status", name: "a", ...(id.includes("MESSAGES") && { messages: 3 }) },
    ],
  ),

  // the selected mailbox
  ["* 0 EXISTS", { kind: "exists", count: 0 }],
  ["* 7 expunge", { kind: "expunge", sequence: 7 }],
  ["* 3 RECENT", { kind: "other", name: "RECENT", line: "* 3 RECENT" }],
  ["* VANISHED 5", { kind: "vanished", earlier: false, uids: { ranges: [[5, 5]] } }],
  [
    "* VANISHED (EARLIER) 1:3,4294967295 ",
    {
      kind: "vanished",
      earlier: true,
      uids: {
        ranges: [
          [1, 3],
          [4294967295, 4294967295],
        ],
      },
    },
  ],
  ["* FLAGS (\\Seen $x [a])", { kind: "flags", flags: ["\\Seen", "$x", "[a]"] }],
  ["* FLAGS ()", { kind: "flags", flags: [] }],
  ["* SEARCH 1 2", { kind: "other", name: "SEARCH", line: "* SEARCH 1 2" }],
  ['* X-FOO_1 ("\xff', { kind: "other", name: "X-FOO_1", line: '* X-FOO_1 ("\xff' }],

  // FETCH
  ["* 1 FETCH (UID 4294967295)", { ...emptyFetch, uid: 4294967295 }],
  ["* 1 fetch (uid 5 flags (\\Seen))", { ...emptyFetch, uid: 5, flags: ["\\Seen"] }],
  ["* 1 FETCH ()", emptyFetch],
  [
    "* 1 FETCH (FLAGS (\\Seen NIL a]b [c \xe9) MODSEQ (9223372036854775807) X NIL)",
    { ...emptyFetch, flags: ["\\Seen", "NIL", "a]b", "[c", "\xe9"], modSeq: 9223372036854775807n },
  ],
  [
    '* 1 FETCH (INTERNALDATE " 1-Jan-2024 00:00:00 +0000" RFC822.SIZE 5000000000)',
    {
      ...emptyFetch,
      internalDate: " 1-Jan-2024 00:00:00 +0000",
      size: 5_000_000_000,
    },
  ],
  ["* 1 FETCH (BODY[] NIL)", { ...emptyFetch, body: null }],
  ['* 1 FETCH (BODY[] "a\xff\\"")', { ...emptyFetch, body: Buffer.from('a\xff"', "latin1") }],
  ["* 1 FETCH (BODY[] {3}\r\n UID 2)", { ...emptyFetch, uid: 2, body: Buffer.from("\xff\r\n", "latin1") }, "\xff\r\n"],
  ["* 1 FETCH (BINARY[] ~{2}\r\n)", { ...emptyFetch, body: Buffer.from("\0a") }, "\0a"],
  ["* 1 FETCH (BODY[]<3> {1}\r\n)", { ...emptyFetch, part: Buffer.from("x") }, "x"],
  ['* 1 FETCH (BODY[]<3> "")', { ...emptyFetch, part: Buffer.alloc(0) }],
  ["* 1 FETCH (BODY[]<3> NIL)", { ...emptyFetch, part: null }],
  ["* 1 FETCH (BODY[] {0}\r\n)", { ...emptyFetch, body: Buffer.alloc(0) }, ""],
  [
    "* 1 FETCH (BODY[HEADER.FIELDS (MESSAGE-ID)] {2}\r\n BODY[] {1}\r\n)",
    { ...emptyFetch, headerFields: Buffer.from("\r\n"), body: Buffer.from("x") },
    "\r\n",
    "x",
  ],
  [
    '* 1 FETCH (BODY[HEADER.FIELDS ("MESSAGE-ID" {1}\r\n)] {1}\r\n)',
    { ...emptyFetch, headerFields: Buffer.from("h") },
    "X",
    "h",
  ],
  [
    '* 1 FETCH (ENVELOPE (NIL "s)" ((NIL NIL "a" "b"))) BODY[]<0> {1}\r\n BODY[TEXT] "t" X-GM-LABELS () BODYSTRUCTURE (("a" NIL) "b") UID 9)',
    { ...emptyFetch, uid: 9, part: Buffer.from("p"), labels: "" },
    "p",
  ],
];

for (const [line, response, ...literals] of responses) {
  test(`reads ${JSON.stringify(line)}`, async () => {
    assert.deepEqual(await parsed(line, ...literals), response);
  });
}

// What cannot be read costs as little as possible.
const fetched = { ...emptyFetch, uid: 5 };
const vanishedNothing = { kind: "vanished", uids: { ranges: [] } } as const;
const longFlags = `${"a ".repeat(40_000)}a`;

const oddities: readonly (readonly [line: string, response: Response, ...literals: string[]])[] = [
  // no mod-sequence, no size, no number: unknown
  ["* 1 FETCH (UID 5 MODSEQ (0))", { ...fetched, modSeq: 0n }],
  ["* 1 FETCH (UID 5 MODSEQ 7)", { ...fetched, modSeq: 0n }],
  ["* 1 FETCH (UID 5 MODSEQ ())", { ...fetched, modSeq: 0n }],
  ["* 1 FETCH (UID 5 MODSEQ (18446744073709551616))", { ...fetched, modSeq: 0n }],
  ["* 1 FETCH (UID 5 MODSEQ (-1) FLAGS (a))", { ...fetched, modSeq: 0n, flags: ["a"] }],
  ["* 1 FETCH (UID 5 RFC822.SIZE -1)", fetched],
  ["* 1 FETCH (UID 5 RFC822.SIZE 12345678901234567890)", fetched],
  ["* 1 FETCH (UID 5 RFC822.SIZE NIL)", fetched],
  ["* 1 FETCH (UID 5 INTERNALDATE NIL)", fetched],
  ["* 1 FETCH (UID 5 INTERNALDATE x)", fetched],
  ['* 1 FETCH (UID 5 INTERNALDATE "1-\xff\0Jan")', { ...fetched, internalDate: "1-\xff\0Jan" }],
  ["* 0 FETCH (UID 5)", { ...fetched, sequence: 0 }],
  ["* 99999999999 FETCH (UID 5)", { ...fetched, sequence: 99999999999 }],
  ["* STATUS a (UIDNEXT 0 MESSAGES 3)", { kind: "mailbox-status", name: "a", messages: 3 }],
  ["* STATUS a (UIDVALIDITY 4294967296 MESSAGES -1 UIDNEXT 2)", { kind: "mailbox-status", name: "a", uidNext: 2 }],
  ["* STATUS a (HIGHESTMODSEQ x MESSAGES NIL)", { kind: "mailbox-status", name: "a" }],
  [`* STATUS a (UIDNEXT ${"9".repeat(1_000_000)})`, { kind: "mailbox-status", name: "a" }],

  // keywords that nobody may make up, and did
  ["* 1 FETCH (UID 5 FLAGS (\x80\x85\x04 \\Seen))", { ...fetched, flags: ["\x80\x85\x04", "\\Seen"] }],
  ["* 1 FETCH (UID 5 FLAGS (a\x01b %* a]{))", { ...fetched, flags: ["a\x01b", "%*", "a]{"] }],
  ["* 1 FETCH (UID 5 FLAGS ( a  b ))", { ...fetched, flags: ["a", "b"] }],
  ['* 1 FETCH (UID 5 FLAGS (a "b c" {1}\r\n (d) e\\f g))', { ...fetched, flags: ["a", "g"] }, "x"],
  ["* FLAGS (\\Seen \x04x)", { kind: "flags", flags: ["\\Seen", "\x04x"] }],

  // what nobody asked for
  [
    `* 1 FETCH (UID 5 ENVELOPE ("${"x".repeat(70_000)}" (("a" NIL "b" "c"))) FLAGS (\\Seen))`,
    { ...fetched, flags: ["\\Seen"] },
  ],
  [`* 1 FETCH (UID 5 X ${"(".repeat(500_000)}${")".repeat(500_000)} MODSEQ (7))`, { ...fetched, modSeq: 7n }],
  [`* 1 FETCH (UID 5 X ${"[".repeat(1_000_000)} MODSEQ (7))`, { ...fetched, modSeq: 7n }],
  [
    '* 1 FETCH (X-1 {2}\r\n BODY[HEADER.FIELDS (A "B)")] {1}\r\n X-2 (")" "\\")" {3+}\r\n) UID 5 BODY[] ~{4+}\r\n)',
    { ...fetched, headerFields: Buffer.from("h"), body: Buffer.from("mail") },
    "))",
    "h",
    ")))",
    "mail",
  ],
  [`* 1 FETCH (UID 5 BODY[] "${"y".repeat(70_000)}")`, { ...fetched, body: Buffer.from("y".repeat(70_000)) }],

  // nothing vanished
  ["* VANISHED (EARLIER)", { ...vanishedNothing, earlier: true }],
  ["* VANISHED (EARLIER) ", { ...vanishedNothing, earlier: true }],
  ["* VANISHED", { ...vanishedNothing, earlier: false }],
  ["* VANISHED 3:1", { kind: "vanished", earlier: false, uids: { ranges: [[1, 3]] } }],
  ["* VANISHED 1:4294967295", { kind: "vanished", earlier: false, uids: { ranges: [[1, 4294967295]] } }],

  // names
  ['* LIST () "/" "a\tb"', { ...plainList, name: "a\tb" }],
  ['* LIST () "/" a\tb', { ...plainList, name: "a\tb" }],
  ['* LIST () "/" a ', { ...plainList, name: "a" }],
  ['* LIST () "/" a{3}', { ...plainList, name: "a{3}" }],
  ['* LIST () "/" {2+}\r\n', { ...plainList, name: "ab" }, "ab"],
  ['* LIST () "/" a ("OLDNAME" ("b\0"))', { ...plainList, name: "a" }],
  [
    `* LIST () "/" a (${"X (y) ".repeat(200_000)}OLDNAME (${")".repeat(1_000_000)}b))`,
    { ...plainList, name: "a", oldName: `${")".repeat(1_000_000)}b` },
  ],
  [`* LIST () "/" a${" ".repeat(1_000_000)}(`, { ...plainList, name: "a" }],

  // lines of no use
  ["* OK[ALERT] x", { kind: "other", name: "OK[ALERT]", line: "* OK[ALERT] x" }],
  ["* X(Y)", { kind: "other", name: "", line: "* X(Y)" }],
];

for (const [line, response, ...literals] of oddities) {
  test(`makes the best of ${JSON.stringify(line.slice(0, 60))}`, async () => {
    assert.deepEqual(await parsed(line, ...literals), response);
  });
}

for (const [line, what] of [
  ["* 1 FETCH (UID 0)", { about: "fetch" }],
  ["* 1 FETCH (UID 4294967296 FLAGS ())", { about: "fetch" }],
  ["* 1 FETCH (UID -1)", { about: "fetch" }],
  ["* 1 FETCH (UID 5 UID 6)", { about: "fetch" }],
  ["* 1 FETCH (UID 5 FLAGS \\Seen)", { about: "fetch", uid: 5 }],
  ["* 1 FETCH (FLAGS NIL UID 5)", { about: "fetch", uid: 5 }],
  [`* 1 FETCH (FLAGS (${longFlags}) UID 5)`, { about: "fetch", uid: 5 }],
  [`* 1 FETCH (UID 5 FLAGS (${"a ".repeat(4_000_000)}a))`, { about: "fetch", uid: 5 }],
  ["* 1 FETCH (UID 5 BODY[] 5)", { about: "fetch", uid: 5 }],
  ["* 1 FETCH (UID 5 BODY[] (a))", { about: "fetch", uid: 5 }],
  ["* 1 FETCH (UID 5", { about: "fetch", uid: undefined }],
  ["* 1 FETCH (UID 5 FLAGS (\\Seen", { about: "fetch", uid: 5 }],
  ['* 1 FETCH (UID 5 ENVELOPE ("x)', { about: "fetch", uid: 5, isCut: true }],
  ["* 1 FETCH (UID 5) FLAGS (\\Seen)", { about: "fetch", uid: 5 }],
  ["* 1 FETCH UID 1", { about: "fetch" }],
  ["* 1 FETCH (UID)", { about: "fetch" }],
  ["* 1 FETCH ((X) 1)", { about: "fetch" }],
  ["* 1 FETCH", { about: "fetch" }],
  ["* x FETCH (UID 5)", { about: "fetch" }],
  ["* -1 FETCH (UID 5)", { about: "fetch" }],
  [`* 1 FETCH (${"(".repeat(1_000_000)}`, { about: "fetch" }],
  [`* 1 FETCH (UID 5 ${'"'.repeat(1_000_000)})`, { about: "fetch", uid: 5 }],
  ["* 4294967296 EXISTS", { about: "exists" }],
  ["* -1 EXISTS", { about: "exists" }],
  ["* many EXISTS", { about: "exists" }],
  ["* 0 EXPUNGE", { about: "expunge" }],
  ["* VANISHED 0", { about: "vanished" }],
  ["* VANISHED 0:1", { about: "vanished" }],
  ["* VANISHED *", { about: "vanished" }],
  ["* VANISHED (EARLIER) 1:*", { about: "vanished" }],
  ["* VANISHED (EARLIER) 4294967296", { about: "vanished" }],
  ["* VANISHED 1,,2", { about: "vanished" }],
  ["* VANISHED (LATER) 1", { about: "vanished" }],
  ["* VANISHED(EARLIER) 1", { about: "vanished" }],
  ["* FLAGS \\Seen", { about: "flags" }],
  ["* FLAGS", { about: "flags" }],
  ["* STATUS", { about: "status" }],
  ["* STATUS INBOX", { about: "status", name: "INBOX" }],
  ['* STATUS "a b" MESSAGES 3', { about: "status", name: "a b" }],
  ["* STATUS a b (MESSAGES 3) x", { about: "status" }],
  ['* STATUS "a (MESSAGES 3)', { about: "status" }],
  ['* STATUS "a\0" (MESSAGES 3)', { about: "status" }],
  ['* LIST () "/"', { about: "list" }],
  ['* LIST () "/" "a', { about: "list", name: "a" }],
  ['* LIST () "/" "a"b', { about: "list", name: "a" }],
  ['* LIST () "/" a b c', { about: "list", name: "a b c" }],
  ['* LIST () "/" a b ', { about: "list", name: "a b" }],
  ['* LIST () "\0" a', { about: "list", name: "a" }],
  ['* LIST () "//" a', { about: "list", name: "a" }],
  ["* LIST () / a", { about: "list", name: "a" }],
  ['* LIST (\\A "b") "/" c', { about: "list", name: "c" }],
  ['* LIST () "/" a\0b', { about: "list" }],
  ['* LIST () "/" "a\0b"', { about: "list" }],
  [`* LIST (${"x ".repeat(3000)}x) "/" a`, { about: "list", name: "a" }],
  ["* LIST INBOX", { about: "list" }],
  ["* LIST", { about: "list" }],
  ["* LSUB(x", { about: "list" }],
] as const) {
  test(`says what ${JSON.stringify(line.slice(0, 60))} is about, though it cannot be read`, async () => {
    const response = await parsed(line);
    assert.ok(response.kind === "unreadable", response.kind);
    const { kind, line: kept, ...about } = response;
    assert.deepEqual({ uid: undefined, name: undefined, ...about }, { uid: undefined, name: undefined, ...what });
    assert.ok(kept.length <= 1100 && kept.startsWith(line.slice(0, 6)), kept);
  });
}

for (const line of [
  "",
  " ",
  "*",
  "* ",
  "* (",
  "* 5",
  "*  3 EXISTS",
  "* \xff",
  "\0\0",
  "HTTP/1.1 400 Bad Request",
  "a1 YES",
  "a1",
]) {
  test(`does not even know what ${JSON.stringify(line)} is`, async () => {
    assert.deepEqual(await parsed(line), { kind: "unreadable", about: "unknown", line });
  });
}

test("a list in the place of a message is no message, however deeply it is nested, and not a message that is gone", async () => {
  for (const depth of [1, 20, 200, 3_000]) {
    const response = await parsed(`* 1 FETCH (UID 5 BODY[] ${"(".repeat(depth)}${")".repeat(depth)})`);
    assert.ok(response.kind === "unreadable" && response.uid === 5, `nested ${depth} times: ${response.kind}`);
  }
});

test("little is kept of a line that nobody knows", async () => {
  const response = await parsed(`\x1b[31m${"x".repeat(100_000)}`);
  assert.ok(response.kind === "unreadable" && response.line.length === 1000);
});

test("what ends in the middle of a message is known to", async () => {
  for (const [line, isCut] of [
    ['* 1 FETCH (UID 5 BODY[] "SECRET', true],
    ["* 1 FETCH (UID 5 BODY[] {6}\r\nmore of it", true],
    ["* 1 FETCH (BODY[] {6}\r\n", true],
    ["* 1 FETCH (UID 5 BODY[] {6", true],
    ["* 1 FETCH (UID 5 UID 6 RFC822 SECRET", true],
    ["* 1 FETCH (UID 5 FLAGS x BODY[] {6}\r\n)", undefined],
    ["* 1 FETCH (UID 5 RFC822.SIZE", undefined],
    ["* 1 FETCH (UID 5 FLAGS (\\Seen", undefined],
  ] as const) {
    const response = await parsed(line, "SECRET");
    assert.ok(response.kind === "unreadable", line);
    assert.equal(response.isCut, isCut, line);
  }
});

test("what is kept of a line has nothing in it that may be part of a message", async () => {
  for (const [line, kept] of [
    [
      '* 1 FETCH (UID 5 ENVELOPE ("date" "SECRET") BODY[] "SECRET" BODY[TEXT] SECRET FLAGS (a) X {3}\r\n ]',
      "* 1 FETCH (UID 5 ENVELOPE … BODY[] … BODY[TEXT] … FLAGS (a) X {3} …",
    ],
    ['* 1 FETCH (UID 5 BODY[] "SECRET', "* 1 FETCH (UID 5 …"],
    ['* 1 FETCH (UID 5 INTERNALDATE "SECRET, that is" MODSEQ (7)', "* 1 FETCH (UID 5 INTERNALDATE … MODSEQ (7) …"],
    [
      "* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)] SECRET MODSEQ SECRET UID 0)",
      "* 1 FETCH (BODY[HEADER.FIELDS] … MODSEQ … UID 0)",
    ],
  ] as const) {
    const response = await parsed(line, "SECRET");
    assert.ok(response.kind === "unreadable");
    assert.equal(response.line, kept);
  }
});

test("what is kept of a line of a megabyte is not the line", async () => {
  const before = process.memoryUsage().heapUsed;
  const kept: Response[] = [];
  for (let i = 0; i < 80; i++) {
    const more = `${String(i)}${"x".repeat(1 << 20)}`;
    kept.push(
      await parsed(`* LIST () "/" "some name or other" ("X" ("${more}"))`),
      await parsed(`* LIST () "/" "some name or other" ${more}`),
      await parsed(`* STATUS "some name or other" (UIDNEXT 3 X "${more}")`),
      await parsed(`* 1 FETCH (UID 5 FLAGS (some-flag-or-other-${String(i)}) X "${more}")`),
      await parsed(`* VANISHED ${more}`),
    );
  }
  assert.equal(kept.length, 400);
  assert.ok(process.memoryUsage().heapUsed - before < 220 << 20);
});
