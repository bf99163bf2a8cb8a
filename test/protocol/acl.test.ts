// Who may do what with a mailbox.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessList, parseAccessList, setRights } from "../../src/imap/verbs/acl.ts";
import { withSession } from "./fixture.ts";

const capabilities = ["ACL"];

test("a server tells the rights of each", async () => {
  const script = 'C: t1 GETACL "a b"\nS: * ACL "a b" jo lrswipkxtecda "ann \\"lee\\"" lrs -bob w\nS: t1 OK';
  await withSession(
    script,
    async (session) => {
      const list = await accessList(session, "a b");
      assert.deepEqual(
        [...(list ?? [])],
        [
          ["jo", "lrswipkxtecda"],
          ['ann "lee"', "lrs"],
          ["-bob", "w"],
        ],
      );
    },
    { capabilities },
  );
});

test("a server without such lists is not asked", async () => {
  await withSession("", async (session) => {
    assert.equal(await accessList(session, "INBOX"), undefined);
  });
});

test("rights are set", async () => {
  await withSession(
    'C: t1 SETACL INBOX "ann lee" lrs\nS: t1 OK',
    async (session) => {
      await setRights(session, "INBOX", { identifier: "ann lee", rights: "lrs" });
    },
    { capabilities },
  );
});

for (const [text, expected] of [
  ["* ACL INBOX", []],
  ['* ACL INBOX jo ""', [["jo", ""]]],
  ["* ACL INBOX jo", undefined],
  ["* ACL {5}INBOX jo lrs", undefined],
  ["* ACL INBOX {2}jo lrs", undefined],
  ["* ACL", undefined],
] as const) {
  test(`${text} is ${expected === undefined ? "not understood" : "understood"}`, () => {
    const list = parseAccessList(text);
    assert.deepEqual(list && [...list], expected);
  });
}
