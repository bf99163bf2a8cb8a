import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailServer } from "../../support/mail-server.ts";
import { decodeName, encodeName, plainName, wireName } from "../../support/mailbox-names.ts";

const server = { delimiter: ".", prefix: "" } as MailServer;
const prefixed = { delimiter: ".", prefix: "INBOX." } as MailServer;

test("modified UTF-7: the example of RFC 3501 5.1.3 and the ampersand", () => {
  const name = "~peter/mail/台北/日本語";
  assert.equal(encodeName(name), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  assert.equal(encodeName("R&D"), "R&-D");
  for (const one of [name, "R&D", "Entwürfe", "😀 emoji", "&&"]) assert.equal(decodeName(encodeName(one)), one);
});

test("NUL becomes the server's delimiter and back", () => {
  assert.equal(wireName(server, "a\0ü"), "a.&APw-");
  assert.equal(plainName(server, "a.&APw-"), "a\0ü");
});

test("INBOX has no prefix, other names have", () => {
  assert.equal(wireName(prefixed, "INBOX"), "INBOX");
  assert.equal(wireName(prefixed, "a\0b"), "INBOX.a.b");
  assert.equal(plainName(prefixed, "INBOX.a.b"), "a\0b");
  assert.equal(plainName(prefixed, "elsewhere"), undefined);
});

test("below a reference, INBOX is a name like others", () => {
  assert.equal(wireName(server, "INBOX", "perso."), "perso.INBOX");
  assert.equal(plainName(server, "perso.INBOX", "perso."), "INBOX");
  assert.equal(plainName(server, "INBOX", "perso."), undefined);
});
