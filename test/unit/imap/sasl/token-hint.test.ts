// What is said of a token that a server does not take.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerTokenError } from "../../../../src/imap/sasl/server-token-error.ts";
import { tokenHint } from "../../../../src/imap/sasl/token-hint.ts";
import type { Hint } from "../../../../src/model/remedy.ts";

const renewal: Hint = ["log in again: ", { command: "login", side: "remote" }];
const nothing: ServerTokenError = {
  status: undefined,
  schemes: undefined,
  scope: undefined,
  openidConfiguration: undefined,
};

function jwt(claims: object): string {
  return ["{}", JSON.stringify(claims)].map((part) => Buffer.from(part).toString("base64url")).join(".") + ".signature";
}

const later = Math.floor(Date.now() / 1000) + 3600;

for (const [what, { token = "opaque", words = "no", told = {} }, expected] of [
  [
    "of another user",
    { token: jwt({ upn: "bob@example.org", exp: later }) },
    /for bob@example\.org, not for alice@example\.org/,
  ],
  ["that has expired", { token: jwt({ email: "alice@example.org", exp: 1 }) }, /has expired/],
  ["of another scope", { token: jwt({ scp: "User.Read", exp: later }) }, /does not allow IMAP: check oauth-scope/],
  ["whose scope the server names", { told: { status: "insufficient_scope", scope: "imap" } }, /does not allow imap/],
  [
    "of a mailbox without IMAP",
    { words: "User is authenticated but not connected." },
    /IMAP is not allowed for this mailbox/,
  ],
  ["that Gmail gets without IMAP", { words: "[ALERT] IMAP access is disabled for your domain" }, /IMAP is not allowed/],
  [
    "that says nothing",
    { told: { status: "400", scope: "https://mail.google.com/" } },
    /another user than alice@example\.org, does not allow https:\/\/mail\.google\.com\/, or of another tenant/,
  ],
  ["that is no token", { token: "a.b.c" }, /may be for another user/],
] as const satisfies readonly (readonly [
  string,
  { readonly token?: string; readonly words?: string; readonly told?: Partial<ServerTokenError> },
  RegExp,
])[]) {
  test(`a token ${what}`, () => {
    const refused = { token, words, told: { ...nothing, ...told }, username: "alice@example.org" };
    const hint = [tokenHint({ ...refused, renewal })].flat();
    assert.match(JSON.stringify(hint[0]), expected);
    assert.ok(hint.length === 1 || hint.at(-1) === renewal[1]);
    assert.doesNotMatch(JSON.stringify(hint), /signature/);
    const ofCommand = [tokenHint({ ...refused, renewal: undefined })].flat();
    assert.ok(ofCommand.length === 1 || /token-command/.test(JSON.stringify(ofCommand.at(-1))));
  });
}
