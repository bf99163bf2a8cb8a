// How much room an account has.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type StorageQuota, storageQuota } from "../../src/imap/verbs/quota.ts";
import { withSession } from "./fixture.ts";

const mebibyte = 1024 * 1024;

const answers: readonly (readonly [what: string, script: string, expected: StorageQuota | undefined])[] = [
  [
    "one root",
    'S: * QUOTAROOT INBOX "Storage quota"\nS: * QUOTA "Storage quota" (STORAGE 512 1024 MESSAGE 20 100)\nS: t1 OK',
    { current: mebibyte / 2, limit: mebibyte },
  ],
  [
    "the tighter of two roots",
    'S: * QUOTAROOT INBOX "" b\nS: * QUOTA "" (STORAGE 1 2048)\nS: * QUOTA b (MESSAGE 2 5 STORAGE 900 1024)\nS: t1 OK',
    { current: 900 * 1024, limit: mebibyte },
  ],
  ["no room at all", 'S: * QUOTA "" (STORAGE 0 0)\nS: t1 OK', { current: 0, limit: 0 }],
  ["messages are limited only", 'S: * QUOTAROOT INBOX ""\nS: * QUOTA "" (MESSAGE 1 2)\nS: t1 OK', undefined],
  ["nothing is limited", "S: * QUOTAROOT INBOX\nS: t1 OK", undefined],
  ["the server refuses", "S: t1 NO not now", undefined],
];

for (const [what, script, expected] of answers) {
  test(`quota: ${what}`, async () => {
    await withSession(
      `C: t1 GETQUOTAROOT INBOX\n${script}`,
      async (session) => {
        assert.deepEqual(await storageQuota(session, "INBOX"), expected);
      },
      { capabilities: ["QUOTA"] },
    );
  });
}

test("a server without quotas is not asked", async () => {
  await withSession("", async (session) => {
    assert.equal(await storageQuota(session, "INBOX"), undefined);
  });
});
