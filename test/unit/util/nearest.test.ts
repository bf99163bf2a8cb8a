import assert from "node:assert/strict";
import { test } from "node:test";
import { settings } from "../../../src/config/settings.ts";
import { nearest } from "../../../src/util/nearest.ts";

for (const [typed, expected] of [
  ["pasword", "password"],
  ["usrname", "username"],
  ["starttls", "STARTTLS"],
  ["ssl_verfy", "SSL_verify"],
  ["list_mailbox", "list-mailbox"],
  ["list-mailboxes", "list-mailbox"],
  ["SSL_protocol", "SSL_protocols"],
  ["hots", "host"],
  ["zzz", undefined],
  ["maildir", undefined],
] as const) {
  test(`"${typed}" stands for ${expected}`, () => {
    assert.equal(nearest(typed, Object.keys(settings)), expected);
  });
}
