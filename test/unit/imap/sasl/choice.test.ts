// What is chosen: each mechanism by what the server offers, what there is to log in with, and what the link is like.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settings } from "../../../../src/config/settings.ts";
import { Capabilities } from "../../../../src/imap/capabilities.ts";
import { chooseMechanism, type Situation } from "../../../../src/imap/sasl/choice.ts";
import type { CredentialKind } from "../../../../src/imap/sasl/credentials.ts";
import { type AuthMechanism, authMechanisms } from "../../../../src/model/server-settings.ts";
import { failsWith } from "../../../protocol/fixture.ts";

const byDefault = settings.auth.parse(settings.auth.default);

interface Case {
  readonly offers: string;
  readonly has?: readonly CredentialKind[];
  readonly username?: string | undefined;
  readonly authzid?: string;
  readonly auth?: readonly AuthMechanism[];
  readonly isSecure?: boolean;
  readonly canBind?: boolean;
}

function situation({ offers, has = ["password"], authzid, ...more }: Case): Situation {
  const { auth = byDefault, isSecure = true, canBind = true } = more;
  const username = "username" in more ? more.username : "u";
  const names = offers.split(" ").map((name) => (/^(LOGINDISABLED)?$/.test(name) ? name : `AUTH=${name}`));
  const credentials = { username, authzid, kinds: new Set(has) };
  return { side: "remote", auth, capabilities: new Capabilities(names), credentials, isSecure, canBind };
}

const everything = authMechanisms.join(" ");

describe("by default", () => {
  const rows: readonly (Case & { readonly takes: AuthMechanism })[] = [
    { offers: everything, takes: "SCRAM-SHA-256-PLUS" },
    { offers: everything, canBind: false, takes: "SCRAM-SHA-256" },
    { offers: everything, isSecure: false, canBind: false, takes: "SCRAM-SHA-256" },
    { offers: "PLAIN SCRAM-SHA-1 SCRAM-SHA-1-PLUS", takes: "SCRAM-SHA-1-PLUS" },
    { offers: "PLAIN SCRAM-SHA-1 SCRAM-SHA-1-PLUS", canBind: false, takes: "SCRAM-SHA-1" },
    { offers: "SCRAM-SHA-1-PLUS SCRAM-SHA-256", takes: "SCRAM-SHA-256" },
    { offers: "PLAIN CRAM-MD5", takes: "PLAIN" },
    { offers: "PLAIN OAUTHBEARER XOAUTH2 EXTERNAL", takes: "PLAIN" },
    { offers: "GSSAPI", takes: "LOGIN" },
    { offers: "", takes: "LOGIN" },
    { offers: everything, has: ["token"], takes: "OAUTHBEARER" },
    { offers: everything, has: ["token"], username: undefined, takes: "OAUTHBEARER" },
    { offers: "PLAIN XOAUTH2", has: ["token"], takes: "XOAUTH2" },
    { offers: everything, has: ["certificate"], username: undefined, takes: "EXTERNAL" },
    { offers: everything, has: ["certificate", "password"], takes: "SCRAM-SHA-256-PLUS" },
    { offers: "EXTERNAL PLAIN", has: ["certificate", "password"], takes: "EXTERNAL" },
    { offers: "PLAIN", has: ["certificate", "password"], takes: "PLAIN" },
    { offers: everything, authzid: "v", takes: "SCRAM-SHA-256-PLUS" },
    { offers: "PLAIN LOGIN", authzid: "v", takes: "PLAIN" },
    { offers: everything, has: ["token"], authzid: "v", takes: "OAUTHBEARER" },
    { offers: "LOGINDISABLED PLAIN", takes: "PLAIN" },
    { offers: "LOGINDISABLED PLAIN SCRAM-SHA-1", isSecure: false, canBind: false, takes: "SCRAM-SHA-1" },
    { offers: "PLAIN", isSecure: false, canBind: false, takes: "PLAIN" },
  ];
  for (const { takes, ...row } of rows) {
    test(`${takes} of ${JSON.stringify(row)}`, () => {
      assert.equal(chooseMechanism(situation(row)), takes);
    });
  }
});

describe("the setting auth", () => {
  test("decides what goes first, however weak it is", () => {
    for (const auth of authMechanisms) {
      const row = { offers: everything, has: ["password", "token", "certificate"], auth: [auth, "PLAIN"] } as const;
      assert.equal(chooseMechanism(situation(row)), auth);
    }
    assert.equal(chooseMechanism(situation({ offers: everything, auth: ["LOGIN", "SCRAM-SHA-256"] })), "LOGIN");
  });

  test("passes over what is not offered", () => {
    assert.equal(chooseMechanism(situation({ offers: "PLAIN", auth: ["CRAM-MD5", "PLAIN", "LOGIN"] })), "PLAIN");
  });
});

describe("where nothing fits, the reason is the one that is nearest to a login", () => {
  const rows: readonly (Case & { readonly says: RegExp })[] = [
    {
      offers: "GSSAPI",
      auth: ["PLAIN"],
      says: /offers none of the configured ways to log in \(PLAIN\); see the setting/,
    },
    { offers: "", auth: ["PLAIN"], isSecure: false, says: /many servers offer a login only under TLS/ },
    { offers: "LOGINDISABLED", says: /none of the configured ways/ },
    { offers: "PLAIN", has: [], says: /no password is configured; set password in section \[remote\]/ },
    { offers: "XOAUTH2", has: ["password"], auth: ["XOAUTH2"], says: /no access token is configured/ },
    {
      offers: "EXTERNAL",
      has: ["password"],
      auth: ["EXTERNAL"],
      says: /no client certificate is configured; set SSL_cert/,
    },
    { offers: "PLAIN", username: undefined, says: /no username is configured; set username in section \[remote\]/ },
    { offers: "PLAIN", has: [], username: undefined, says: /no username/ },
    { offers: "XOAUTH2", has: ["token"], username: undefined, says: /no username/ },
    {
      offers: "LOGINDISABLED XOAUTH2",
      has: ["token"],
      authzid: "v",
      says: /can act for another user \(XOAUTH2\); remove authzid/,
    },
    { offers: "CRAM-MD5", auth: ["CRAM-MD5", "LOGIN"], authzid: "v", says: /\(CRAM-MD5, LOGIN\)/ },
    {
      offers: "SCRAM-SHA-1-PLUS LOGINDISABLED",
      canBind: false,
      says: /this connection offers nothing.*set auth = SCRAM-SHA-1$/,
    },
    {
      offers: "LOGINDISABLED PLAIN",
      isSecure: false,
      says: /without TLS \(LOGINDISABLED\); none was sent; use type = imaps/,
    },
    { offers: "LOGINDISABLED", isSecure: false, says: /without TLS \(LOGINDISABLED\)/ },
    { offers: "LOGINDISABLED XOAUTH2", has: ["token"], isSecure: false, says: /without TLS \(LOGINDISABLED\)/ },
  ];
  for (const { says, ...row } of rows) {
    test(`${String(says)} of ${JSON.stringify(row)}`, () => {
      assert.throws(() => chooseMechanism(situation(row)), failsWith("AUTH_NO_MECHANISM", says));
    });
  }
});
