import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AccountFailure } from "../../../../src/copier/accounts/account-failure.ts";
import { hostOptions } from "../../../../src/copier/accounts/host-options.ts";
import { loginPlan } from "../../../../src/copier/accounts/mechanisms-plan.ts";
import { copierOptions } from "../../../support/copier-accounts.ts";

function plan(argv: string, isConfidential = true) {
  const options = hostOptions(copierOptions("--host1", "h", ...argv.split(" ").filter((word) => word !== "")), 1);
  return loginPlan({ ...options, user: "u" }, isConfidential);
}

test("where nobody reads along, the password goes first as the original sends it; elsewhere last", () => {
  assert.deepEqual(plan("").auth.slice(0, 2), ["LOGIN", "PLAIN"]);
  assert.deepEqual(plan("", false).auth.slice(-2), ["PLAIN", "LOGIN"]);
  assert.equal(plan("", false).auth[0], "SCRAM-SHA-256-PLUS");
});

describe("what is asked for", () => {
  for (const [argv, expected] of [
    ["--authmech1 login", { auth: ["LOGIN"], username: "u", takes: "password" }],
    ["--authmd51", { auth: ["CRAM-MD5"], username: "u", takes: "password" }],
    ["--authmd5", { auth: ["CRAM-MD5"], username: "u", takes: "password" }],
    ["--authmd5 --noauthmd51 --authmech1 PLAIN", { auth: ["PLAIN"], username: "u", takes: "password" }],
    ["--authmech1 EXTERNAL", { auth: ["EXTERNAL"], username: "u", takes: "nothing" }],
    ["--authmech1 PREAUTH", { auth: [], isPreauthenticated: true, takes: "nothing" }],
    ["--oauthaccesstoken1 t", { auth: ["XOAUTH2", "OAUTHBEARER"], username: "u", takes: "token" }],
    ["--oauthaccesstoken1 t --authmech1 OAUTHBEARER", { auth: ["OAUTHBEARER"], takes: "token" }],
    ["--authuser1 admin --authmech1 PLAIN", { auth: ["PLAIN"], username: "admin", authzid: "u" }],
    ["--authuser1 admin --proxyauth1 --authmech1 LOGIN", { auth: ["LOGIN"], username: "admin", becomes: "u" }],
    ["--authuser1 u", { username: "u", authzid: undefined }],
  ] as const) {
    test(argv, () => {
      const found = plan(argv);
      const named = Object.fromEntries(Object.keys(expected).map((key) => [key, found[key as keyof typeof found]]));
      assert.deepEqual(named, expected);
    });
  }

  test("--authuser1 admin: PLAIN first", () => {
    const { auth, username, authzid } = plan("--authuser1 admin");
    assert.deepEqual([auth[0], username, authzid], ["PLAIN", "admin", "u"]);
    assert.ok(!auth.includes("LOGIN") && !auth.includes("CRAM-MD5"));
  });
});

describe("what is refused", () => {
  for (const [argv, exit, words] of [
    ["--authmech1 NTLM", "EX_USAGE", /NTLM/],
    ["--authmech1 X-MASTERAUTH", "EX_USAGE", /--authuser/],
    ["--authmech1 NONSENSE", "EX_USAGE", /SCRAM-SHA-256/],
    ["--authuser1 admin --authmech1 CRAM-MD5", "EX_USAGE", /PLAIN/],
    ["--authmech1 LOGIN --oauthaccesstoken1 t", "EX_USAGE", /token/],
    ["--authmech1 XOAUTH2 --password1 key.json", "EXIT_AUTHENTICATION_FAILURE", /--oauthaccesstoken1/],
  ] as const) {
    test(argv, () => {
      assert.throws(
        () => plan(argv),
        (error: unknown) => error instanceof AccountFailure && error.exit === exit && words.test(error.message),
      );
    });
  }
});
