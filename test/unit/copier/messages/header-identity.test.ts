import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addedHeader,
  fieldsToFetch,
  identify,
  identityByUid,
  type IdentityOptions,
  identityRules,
} from "../../../../src/copier/messages/header-identity.ts";

const defaults: IdentityOptions = {
  ...{ useheader: [], skipheader: undefined, messageidnodomain: false, skipsize: true, addheader: false },
};

function signature(header: string, options: Partial<IdentityOptions> = {}, size = 1): string | undefined {
  const rules = identityRules({ ...defaults, ...options });
  return identify({ uid: 7, size, header: Buffer.from(header, "latin1") }, rules)?.signature.toString("hex");
}

void test("case, blanks, folding, order and line ends do not matter", () => {
  const one = signature("Message-ID: <a@b>\r\nReceived: from  x\r\n\tby y\r\nReceived: from z\r\n\r\n");
  assert.equal(one?.length, 32);
  assert.equal(signature("RECEIVED: from z\nReceived: FROM X by\n y \nMessage-Id:<A@b>\n\n"), one);
});

void test("fields that are not wanted do not count, nor does what follows the header", () => {
  const one = signature("Message-Id: <a>\r\n\r\n");
  assert.equal(signature("Subject: x\r\nMessage-Id: <a>\r\n\r\nReceived: y\r\n"), one);
  assert.equal(signature("Subject: x\r\n\r\nMessage-Id: <a>\r\n"), undefined);
  assert.equal(signature("Subject: x\r\n\r\n", { useheader: ["subject"] })?.length, 32);
});

void test("--useheader replaces the default, and ALL takes all", () => {
  const rules = (useheader: readonly string[]) => fieldsToFetch(identityRules({ ...defaults, useheader }));
  assert.deepEqual(rules([]), ["MESSAGE-ID", "RECEIVED"]);
  assert.deepEqual(rules(["X-Gmail-Received", "Message-Id"]), ["X-GMAIL-RECEIVED", "MESSAGE-ID"]);
  assert.equal(rules(["ALL"]), undefined);
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
    const message = { uid: 7, size: 1 };
    assert.equal(identify({ ...message, header: Buffer.from("\r\n") }, rules), undefined);
    const copied = identify({ uid: 99, size: 1, header: Buffer.from(`${addedHeader(7)}\r\n\r\n`) }, rules);
    assert.deepEqual(copied, identityByUid(message, rules), String(useheader));
  }
  assert.equal(identityByUid({ uid: 7, size: 1 }, identityRules(defaults)), undefined);
});

void test("an X stands for what is not ASCII, but the octets are known, too", () => {
  const [one, other, lossy] = ["caf\xe9", "caf\xe8", "cafX"].map((subject) =>
    identify(
      { uid: 1, size: 1, header: Buffer.from(`Subject: ${subject}\r\n`, "latin1") },
      identityRules({ ...defaults, useheader: ["Subject"] }),
    ),
  );
  assert.deepEqual(one?.signature, lossy?.signature);
  assert.deepEqual(one?.signature, other?.signature);
  assert.notDeepEqual(one?.exact, other?.exact);
  assert.equal(lossy?.exact, undefined);
});
