import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addedHeader,
  headerIdentity,
  type IdentityOptions,
  identityRules,
  lacksWantedFields,
} from "../../../../src/copier/messages/header-identity.ts";

const defaults: IdentityOptions = {
  ...{ useheader: [], skipheader: undefined, messageidnodomain: false, skipsize: true, addheader: false },
};

function signature(header: string, options: Partial<IdentityOptions> = {}, size = 1): string | undefined {
  const { sign } = headerIdentity(identityRules({ ...defaults, ...options }), 1);
  return sign(Buffer.from(header, "latin1"), { uid: 7, size });
}

void test("case, blanks, folding, order and line ends do not matter", () => {
  const one = signature("Message-ID: <a@b>\r\nReceived: from  x\r\n\tby y\r\nReceived: from z\r\n\r\n");
  assert.equal(one?.length, 16);
  assert.equal(signature("RECEIVED: from z\nReceived: FROM X by\n y \nMessage-Id:<A@b>\n\n"), one);
});

void test("fields that are not wanted do not count, nor does what follows the header", () => {
  const one = signature("Message-Id: <a>\r\n\r\n");
  assert.equal(signature("Subject: x\r\nMessage-Id: <a>\r\n\r\nReceived: y\r\n"), one);
  assert.equal(signature("Subject: x\r\n\r\nMessage-Id: <a>\r\n"), undefined);
  assert.equal(signature("Subject: x\r\n\r\n", { useheader: ["subject"] })?.length, 16);
});

void test("--useheader replaces the default, and ALL takes all", () => {
  const rules = (useheader: readonly string[]) => headerIdentity(identityRules({ ...defaults, useheader }), 2).fields;
  assert.deepEqual(rules([]), ["MESSAGE-ID", "RECEIVED"]);
  assert.deepEqual(rules(["X-Gmail-Received", "Message-Id"]), ["X-GMAIL-RECEIVED", "MESSAGE-ID"]);
  assert.equal(rules(["ALL"]), "all");
  const all = { useheader: ["ALL"] };
  assert.notEqual(signature("A: 1\r\nB: 2\r\n", all), signature("A: 1\r\nB: 3\r\n", all));
});

void test("--skipheader leaves out lines that match, in any case", () => {
  const options = { useheader: ["ALL"], skipheader: "^X-|^Content-Type" };
  const one = signature("A: 1\r\n", options);
  assert.equal(signature("A: 1\r\nX-Spam: yes\r\ncontent-type: text/plain\r\n", options), one);
  assert.equal(signature("X-Spam: yes\r\n", options), undefined);
});

void test("--messageidnodomain takes what is before the @, --noskipsize the size, too", () => {
  const cut = { messageidnodomain: true };
  assert.equal(signature("Message-Id: <a@b>\r\n", cut), signature("Message-Id: <a@c>\r\n", cut));
  assert.notEqual(signature("Message-Id: <a@b>\r\n", cut), signature("Message-Id: <b@b>\r\n", cut));
  assert.notEqual(
    signature("Message-Id: <a>\r\n", { skipsize: false }, 1),
    signature("Message-Id: <a>\r\n", { skipsize: false }, 2),
  );
  assert.equal(signature("Message-Id: <a>\r\n", {}, 1), signature("Message-Id: <a>\r\n", {}, 2));
});

void test("--addheader knows its copies again, whichever fields are wanted", () => {
  for (const useheader of [[], ["Received"], ["ALL"]]) {
    const rules = identityRules({ ...defaults, addheader: true, useheader });
    const copy = Buffer.from(`${addedHeader(7)}\r\n\r\n`);
    const signed = headerIdentity(rules, 1).sign(Buffer.from("\r\n"), { uid: 7, size: 1 });
    assert.equal(signed?.length, 16);
    assert.equal(headerIdentity(rules, 2).sign(copy, { uid: 99, size: 1 }), signed, String(useheader));
    assert.equal(headerIdentity(rules, 2).sign(Buffer.from("\r\n"), { uid: 7, size: 1 }), undefined);
  }
});

void test("an X is the same as an octet that is not ASCII: Cyrus stores it", () => {
  assert.equal(signature("Received: caf\xe9\r\n"), signature("Received: cafX\r\n"));
});

void test("where messages of several folders go to one, those of the same UID are different", () => {
  const rules = identityRules({ ...defaults, addheader: true });
  const sign = (place?: string): string | undefined =>
    headerIdentity(rules, 1).sign(Buffer.from("\r\n"), { uid: 7, size: 1, place });
  assert.equal(new Set([sign(), sign("A"), sign("B")]).size, 3);
  const copy = Buffer.from(`${addedHeader(7, "A")}\r\n\r\n`);
  assert.equal(headerIdentity(rules, 2).sign(copy, { uid: 1, size: 1 }), sign("A"));
  const onlyReceived = identityRules({ ...defaults, addheader: true, useheader: ["Received"] });
  assert.equal(headerIdentity(onlyReceived, 2).sign(copy, { uid: 1, size: 1 }), sign("A"));
});

void test("a field that is empty tells nothing", () => {
  assert.equal(signature("Message-ID: \r\nSubject: x\r\n\r\n"), undefined);
  assert.equal(signature("Message-ID:\r\nReceived: a\r\n\r\n"), signature("Received: a\r\n\r\n"));
  const rules = identityRules({ ...defaults, addheader: true });
  const copy = Buffer.from(`${addedHeader(7)}\r\nMessage-ID: \r\n\r\n`);
  assert.equal(lacksWantedFields(Buffer.from("Message-ID: \r\n\r\n"), rules), true);
  assert.equal(
    headerIdentity(rules, 2).sign(copy, { uid: 1, size: 1 }),
    headerIdentity(rules, 1).sign(Buffer.from("Message-ID: \r\n\r\n"), { uid: 7, size: 1 }),
  );
});

void test("--useheader names a header", () => {
  for (const name of ["", "Message-Id:", "a b", "é"]) {
    assert.throws(() => identityRules({ ...defaults, useheader: [name] }), { code: "USAGE" }, name);
  }
});

void test("Message-IDs of equal messages have a part in common that a search can find", () => {
  const part = (id: string, options: Partial<IdentityOptions> = {}): string | undefined =>
    headerIdentity(identityRules({ ...defaults, ...options }), 1).partOfMessageId(id);
  assert.equal(part("<abc@example.org>"), "abc@example.org");
  assert.equal(part('<a"bc\\defXghijk>'), "ghijk");
  assert.equal(part("<abc@example.org>", { messageidnodomain: true }), "abc");
  assert.equal(part("<abc>", { useheader: ["ALL"] }), "abc");
  assert.equal(part("<abc>", { useheader: ["Date"], addheader: true }), undefined);
  assert.equal(part("<abc>", { useheader: ["ALL"], skipheader: "^Message-ID" }), undefined);
  assert.equal(part("<>"), undefined);
});
