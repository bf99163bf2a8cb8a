import assert from "node:assert/strict";
import { test } from "node:test";
import {
  astring,
  atom,
  type CommandPart,
  dateTime,
  encodeCommand,
  flagList,
  line,
  listMailbox,
  type LiteralSupport,
  mailbox,
  modSeq,
  number,
  sendsUnasked,
  uids,
  type WireText,
} from "../../../../src/imap/codec/write-command.ts";
import { flagSet } from "../../../../src/model/flags.ts";
import { emptyUidSet, uidRange } from "../../../../src/model/uid-set.ts";

const none = { literalPlus: false, literalMinus: false };
const plus = { literalPlus: true, literalMinus: false };
const minus = { literalPlus: false, literalMinus: true };

const message = Buffer.from("From: a\r\n\r\nb\xff", "latin1");

function chunks(parts: readonly CommandPart[], support = none): unknown {
  return encodeCommand("a1", parts, support).map((segment) => segment.chunks);
}

const bug = { code: "BUG" };

test("a command without literals is one line", () => {
  assert.deepEqual(chunks(line`UID FETCH ${uids(uidRange(1, 3))} (FLAGS)`), [["a1 UID FETCH 1:3 (FLAGS)\r\n"]]);
});

test("a synchronising literal begins a segment of its own", () => {
  assert.deepEqual(chunks(line`APPEND x ${{ literal: message }} ${{ literal: message, binary: true }}`), [
    ["a1 APPEND x {13}\r\n"],
    [message, " ~{13}\r\n"],
    [message, "\r\n"],
  ]);
});

test("LITERAL+ needs no waiting", () => {
  assert.deepEqual(chunks(line`APPEND x ${{ literal: message }} ${{ literal: message, binary: true }}`, plus), [
    ["a1 APPEND x {13+}\r\n", message, " ~{13+}\r\n", message, "\r\n"],
  ]);
});

test("LITERAL- needs no waiting up to 4,096 octets", () => {
  const small = Buffer.alloc(4096);
  const large = Buffer.alloc(4097);
  assert.deepEqual(chunks(line`X ${{ literal: small }} ${{ literal: large }}`, minus), [
    ["a1 X {4096+}\r\n", small, " {4097}\r\n"],
    [large, "\r\n"],
  ]);
});

test("LITERAL+ and LITERAL- together are LITERAL+", () => {
  const large = Buffer.alloc(4097);
  assert.deepEqual(chunks(line`X ${{ literal: large }}`, { literalPlus: true, literalMinus: true }), [
    ["a1 X {4097+}\r\n", large, "\r\n"],
  ]);
});

test("a literal that is to be waited for is waited for whatever the server offers", () => {
  const waiting = { literal: message, isWaitedFor: true };
  assert.deepEqual(chunks(line`X ${waiting} ${{ literal: message }}`, plus), [
    ["a1 X {13}\r\n"],
    [message, " {13+}\r\n", message, "\r\n"],
  ]);
});

test("it is known which segments hold a literal that nobody asked for", () => {
  const sent = (parts: CommandPart[], support: LiteralSupport): boolean[] =>
    encodeCommand("a1", parts, support).map(sendsUnasked);
  assert.deepEqual(sent(line`X`, plus), [false]);
  assert.deepEqual(sent(line`X ${{ literal: message }}`, none), [false, false]);
  assert.deepEqual(sent(line`X ${{ literal: message }}`, plus), [true]);
  assert.deepEqual(sent(line`X ${{ literal: message, isWaitedFor: true }}${{ literal: message }}`, plus), [
    false,
    true,
  ]);
});

test("literals are passed through by reference", () => {
  const [, segment] = encodeCommand("a1", line`X ${{ literal: message }}`, none);
  assert.equal(segment?.chunks[0], message);
});

test("no part can end the line or hold what one octet cannot", () => {
  for (const part of ["a\r\nb2 LOGOUT", "a\nb", "a\rb", "a\0b", "\u0100"]) {
    const unchecked = part as WireText;
    assert.throws(() => chunks(line`X ${unchecked}`), bug, JSON.stringify(part));
    assert.throws(() => chunks([unchecked, { literal: message }]), bug, JSON.stringify(part));
  }
  assert.throws(() => encodeCommand("a\r\n", line`NOOP`, none), bug);
});

test("a refused part is not quoted in the error: it could be a password", () => {
  assert.throws(
    () => chunks(["LOGIN x secret\n" as WireText]),
    (error: Error) => !error.message.includes("secret"),
  );
});

const literal = (octets: string): CommandPart => ({ literal: Buffer.from(octets, "latin1"), isWaitedFor: true });

for (const [rawOctets, part] of [
  ["INBOX", "INBOX"],
  ["a.b/c&AOk-", "a.b/c&AOk-"],
  ["", '""'],
  ["nil", '"nil"'],
  ["a b", '"a b"'],
  ['a\\"b', '"a\\\\\\"b"'],
  ["50%*", '"50%*"'],
  ["(a){1}", '"(a){1}"'],
  ["\x01\x7f", '"\x01\x7f"'],
  ["caf\xe9", literal("caf\xe9")],
  ["a\r\nb", literal("a\r\nb")],
] as const) {
  test(`astring ${JSON.stringify(rawOctets)}`, () => {
    assert.deepEqual(astring(rawOctets), part);
  });
}

test("no string can hold NUL or more than octets", () => {
  for (const text of ["a\0b", "\u0100"]) {
    assert.throws(() => astring(text), bug);
    assert.throws(() => listMailbox(text), bug);
  }
});

test("the wildcards of a LIST pattern stay wildcards", () => {
  assert.equal(listMailbox("*"), "*");
  assert.equal(listMailbox("a/%"), "a/%");
  assert.equal(listMailbox("a b*"), '"a b*"');
  assert.equal(listMailbox(""), '""');
  assert.deepEqual(listMailbox("\xe9*"), literal("\xe9*"));
});

test("a name with NUL in it costs its mailbox", () => {
  assert.equal(mailbox("INBOX"), "INBOX");
  assert.throws(() => mailbox("a\0b"), { code: "MAILBOX_NAME", abandons: "mailbox" });
});

test("parts become text as far as they are text", () => {
  assert.deepEqual(line`A ${[]}${line`B ${number(3)}`} ${{ literal: message }}${{ literal: message }} C`, [
    "A B 3 ",
    { literal: message },
    { literal: message },
    " C",
  ]);
});

test("a literal is sent unasked only behind what every server reads", () => {
  const long = mailbox("x".repeat(8192));
  for (const part of [long, mailbox("a\tb"), mailbox("\x7f")]) {
    const [first] = encodeCommand("a1", line`APPEND ${part} () ${{ literal: message }}`, plus);
    assert.match(String(first?.chunks[0]), /\{13\}\r\n$/);
  }
});

test("nothing but UIDs makes a set of them", () => {
  const text = "1:*" as unknown as number;
  for (const uid of [Number.NaN, text, 0, -1, 1.5, 2 ** 32]) {
    assert.throws(() => uids({ ranges: [[uid, uid]] }), bug, String(uid));
    assert.throws(() => uids({ ranges: [[1, uid]] }), bug, String(uid));
  }
  assert.throws(() => uids({ ranges: [[3, 2]] }), bug, "reversed");
  assert.throws(() => uids(emptyUidSet), bug);
});

test("numbers keep to their width", () => {
  assert.equal(number(0xffff_ffff), "4294967295");
  for (const value of [-1, 1.5, 2 ** 32, Number.NaN, "1:*" as unknown as number]) {
    assert.throws(() => number(value), bug, String(value));
  }
  assert.equal(modSeq((1n << 64n) - 1n), "18446744073709551615");
  for (const value of [1n << 64n, -1n]) assert.throws(() => modSeq(value), { code: "MAILBOX_PROTOCOL" });
});

test("atoms are atoms, and flags that are none are not sent", () => {
  assert.equal(atom("SUBSCRIBED"), "SUBSCRIBED");
  for (const text of ["", "a b", "a)", "a]", "\xe9", "a\n"]) assert.throws(() => atom(text), bug, text);
  assert.equal(flagList(flagSet(["\\Seen", "$a"])), "(\\Seen $a)");
  for (const flag of ["k\xe9y", "a]b", "a\tb", "a\x7f"]) assert.throws(() => flagList(flagSet([flag])), bug, flag);
  assert.throws(() => flagList(flagSet(Array.from({ length: 500 }, (_, i) => `keyword${String(i)}`))), bug);
});

test("a date is written from its parts", () => {
  assert.equal(dateTime({ instant: 0, zoneMinutes: -90 }), '"31-Dec-1969 22:30:00 -0130"');
});
