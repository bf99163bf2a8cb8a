import assert from "node:assert/strict";
import { test } from "node:test";
import {
  astring,
  encodeCommand,
  listMailbox,
  quotedString,
  sendsUnasked,
  type CommandPart,
  type LiteralSupport,
} from "../../../../src/imap/codec/write-command.ts";

const none = { literalPlus: false, literalMinus: false };
const plus = { literalPlus: true, literalMinus: false };
const minus = { literalPlus: false, literalMinus: true };

const message = Buffer.from("From: a\r\n\r\nb\xff", "latin1");

function chunks(parts: readonly CommandPart[], support = none): unknown {
  return encodeCommand("a1", parts, support).map((segment) => segment.chunks);
}

const bug = { code: "BUG" };

test("a command without literals is one line", () => {
  assert.deepEqual(chunks(["UID FETCH 1:3 ", "(FLAGS)"]), [["a1 UID FETCH 1:3 (FLAGS)\r\n"]]);
});

test("a synchronising literal begins a segment of its own", () => {
  assert.deepEqual(chunks(["APPEND x ", { literal: message }, " ", { literal: message, binary: true }]), [
    ["a1 APPEND x {13}\r\n"],
    [message, " ~{13}\r\n"],
    [message, "\r\n"],
  ]);
});

test("LITERAL+ needs no waiting", () => {
  assert.deepEqual(chunks(["APPEND x ", { literal: message }, " ", { literal: message, binary: true }], plus), [
    ["a1 APPEND x {13+}\r\n", message, " ~{13+}\r\n", message, "\r\n"],
  ]);
});

test("LITERAL- needs no waiting up to 4,096 octets", () => {
  const small = Buffer.alloc(4096);
  const large = Buffer.alloc(4097);
  assert.deepEqual(chunks(["X ", { literal: small }, " ", { literal: large }], minus), [
    ["a1 X {4096+}\r\n", small, " {4097}\r\n"],
    [large, "\r\n"],
  ]);
});

test("LITERAL+ and LITERAL- together are LITERAL+", () => {
  const large = Buffer.alloc(4097);
  assert.deepEqual(chunks(["X ", { literal: large }], { literalPlus: true, literalMinus: true }), [
    ["a1 X {4097+}\r\n", large, "\r\n"],
  ]);
});

test("a literal that is to be waited for is waited for whatever the server offers", () => {
  const waiting = { literal: message, isWaitedFor: true };
  assert.deepEqual(chunks(["X ", waiting, " ", { literal: message }], plus), [
    ["a1 X {13}\r\n"],
    [message, " {13+}\r\n", message, "\r\n"],
  ]);
});

test("it is known which segments hold a literal that nobody asked for", () => {
  const sent = (parts: CommandPart[], support: LiteralSupport): boolean[] =>
    encodeCommand("a1", parts, support).map(sendsUnasked);
  assert.deepEqual(sent(["X"], plus), [false]);
  assert.deepEqual(sent(["X ", { literal: message }], none), [false, false]);
  assert.deepEqual(sent(["X ", { literal: message }], plus), [true]);
  assert.deepEqual(sent(["X ", { literal: message, isWaitedFor: true }, { literal: message }], plus), [false, true]);
});

test("literals are passed through by reference", () => {
  const [, segment] = encodeCommand("a1", ["X ", { literal: message }], none);
  assert.equal(segment?.chunks[0], message);
});

test("no part can end the line or hold what one octet cannot", () => {
  for (const part of ["a\r\nb2 LOGOUT", "a\nb", "a\rb", "a\0b", "\u0100"]) {
    assert.throws(() => chunks(["X ", part]), bug, JSON.stringify(part));
    assert.throws(() => chunks([part, { literal: message }]), bug, JSON.stringify(part));
  }
  assert.throws(() => encodeCommand("a\r\n", ["NOOP"], none), bug);
});

test("a refused part is not quoted in the error: it could be a password", () => {
  assert.throws(
    () => chunks(["LOGIN x secret\n"]),
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
    assert.throws(() => quotedString(text), bug);
  }
});

test("the wildcards of a LIST pattern stay wildcards", () => {
  assert.equal(listMailbox("*"), "*");
  assert.equal(listMailbox("a/%"), "a/%");
  assert.equal(listMailbox("a b*"), '"a b*"');
  assert.equal(listMailbox(""), '""');
  assert.deepEqual(listMailbox("\xe9*"), literal("\xe9*"));
});

test("a quoted string cannot hold what needs a literal", () => {
  assert.equal(quotedString(" 1-Jan-2024 00:00:00 +0000"), '" 1-Jan-2024 00:00:00 +0000"');
  for (const text of ["a\r", "a\n", "\x80"]) assert.throws(() => quotedString(text), bug);
});
