import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeUtf7, displayName, encodeUtf7, fromWire, toWire } from "../../../src/model/mailbox-name.ts";

const plain = { delimiter: "/", reference: "" };
const below = { delimiter: "/", reference: "foo/" };
const flat = { delimiter: null, reference: "" };

test("the delimiter becomes NUL and back", () => {
  assert.equal(fromWire("a/b.c/d", plain), "a\0b.c\0d");
  assert.equal(toWire("a\0b.c\0d", plain), "a/b.c/d");
  assert.equal(toWire("a\0b", { delimiter: ".", reference: "" }), "a.b");
  assert.equal(fromWire("a/b", flat), "a/b");
  assert.equal(toWire("a/b", flat), "a/b");
});

test("INBOX in any case is INBOX, but only as the whole name", () => {
  assert.equal(fromWire("Inbox", plain), "INBOX");
  assert.equal(fromWire("inbox", flat), "INBOX");
  assert.equal(fromWire("inbox/a", plain), "inbox\0a");
  assert.equal(fromWire("a/inbox", plain), "a\0inbox");
});

test("names are relative to the reference", () => {
  assert.equal(fromWire("foo/a/b", below), "a\0b");
  assert.equal(toWire("a\0b", below), "foo/a/b");
  for (const outside of ["foo", "foo/", "foobar", "bar", "INBOX", "Foo/a", ""]) {
    assert.equal(fromWire(outside, below), undefined, outside);
  }
  assert.equal(fromWire("foo/", { delimiter: "/", reference: "foo" }), undefined);
  assert.equal(fromWire("foobar", { delimiter: "/", reference: "foo" }), "bar");
});

test("below a reference INBOX is the other side's INBOX, and no other case of it", () => {
  assert.equal(fromWire("foo/INBOX", below), "INBOX");
  assert.equal(toWire("INBOX", below), "foo/INBOX");
  assert.equal(fromWire("foo/inbox", below), "inbox");
  assert.equal(toWire("inbox", below), "foo/inbox");
  assert.throws(() => toWire("inbox", plain), { code: "MAILBOX_NAME" });
});

test("a name that would mean another mailbox is refused with its reason", () => {
  assert.throws(() => toWire("a.b\0c", { delimiter: ".", reference: "" }), {
    code: "MAILBOX_NAME",
    message: 'mailbox "a.b/c" cannot exist there: "." is the server\'s hierarchy delimiter',
  });
  assert.throws(() => toWire("a\0b", flat), { code: "MAILBOX_NAME", message: /no hierarchy/ });
});

test("modified UTF-7, with the examples of RFC 3501 5.1.3", () => {
  assert.equal(decodeUtf7("~peter/mail/&U,BTFw-/&ZeVnLIqe-"), "~peter/mail/台北/日本語");
  assert.equal(encodeUtf7("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  assert.equal(decodeUtf7("R&-D"), "R&D");
  assert.equal(encodeUtf7("R&D 📬"), "R&-D &2D3c7A-");
});

test("sequences that are not canonical stay as they are", () => {
  for (const text of ["&", "a&b", "&AOk", "&AGE-", "&A-", "&AO-", "&AOl-", "&AO=-", "&/w-"]) {
    assert.equal(decodeUtf7(text), text);
  }
});

test("names for people", () => {
  assert.equal(displayName("Entw&APw-rfe\0&ZeVnLIqe-"), "Entwürfe/日本語");
  assert.equal(displayName("a\0b", "."), "a.b");
  assert.equal(displayName("a\x1b[2J\0&IC4-b"), "a\\x1b[2J/\\u202eb");
});
