import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AccountFailure } from "../../../../src/copier/accounts/account-failure.ts";
import { tlsSettings } from "../../../../src/copier/accounts/tls-options.ts";
import type { TlsSettings } from "../../../../src/model/server-settings.ts";

function settings(...args: readonly (readonly [string, string])[]): TlsSettings {
  return tlsSettings({ number: 1, sslargs: new Map(args), sslVersion: undefined }, { SSL_CERT_FILE: "/ca.pem" });
}

const digest = "ab".repeat(32);

describe("what is understood", () => {
  for (const [key, value, expected] of [
    ["SSL_verify_mode", "0", { verify: false, environment: undefined }],
    ["SSL_verify_mode", "SSL_VERIFY_NONE", { verify: false }],
    ["SSL_verify_mode", "1", { verify: true }],
    ["SSL_ca_file", "/etc/passwd", { caFile: "/etc/passwd", verify: true, environment: undefined }],
    ["SSL_ca_path", "/etc", { caPath: "/etc" }],
    ["SSL_version", "TLSv1_2", { versions: ["TLSv1.2"] }],
    ["SSL_version", "SSLv23", { versions: undefined }],
    ["SSL_version", "SSLv2/3", { versions: undefined }],
    ["SSL_version", "SSLv23:!SSLv3:!SSLv2", { versions: undefined }],
    ["SSL_version", "SSLv23:!TLSv1:!TLSv1_1", { versions: ["TLSv1.2", "TLSv1.3"] }],
    ["SSL_cipher_list", "DEFAULT:!DH", { cipherList: "DEFAULT:!DH" }],
    ["SSL_hostname", "other", { hostname: "other" }],
    ["SSL_verifycn_name", "other", { verifiedName: "other" }],
    ["SSL_fingerprint", `sha256$pub$${digest}`, { fingerprints: [{ algorithm: "sha256", digest }], verify: false }],
  ] as const) {
    test(`${key}=${value}`, () => {
      const found = settings([key, value]);
      const named = Object.fromEntries(Object.keys(expected).map((name) => [name, found[name as keyof TlsSettings]]));
      assert.deepEqual(named, expected);
    });
  }

  test("nothing: verified, by whom the environment names", () => {
    const { verify, environment } = settings();
    assert.equal(verify, true);
    assert.equal(environment?.certFile, "/ca.pem");
  });

  test("a pinned key and a chain, both", () => {
    assert.equal(settings(["SSL_fingerprint", `sha256$pub$${digest}`], ["SSL_verify_mode", "1"]).verify, true);
  });
});

describe("what is refused", () => {
  for (const [key, value, exit] of [
    ["SSL_reuse_ctx", "1", "EX_USAGE"],
    ["SSL_verify_mode", "perhaps", "EX_USAGE"],
    ["SSL_version", "SSLv3", "EX_USAGE"],
    ["SSL_version", "TLSv9", "EX_USAGE"],
    ["SSL_fingerprint", `sha256$${digest}`, "EX_USAGE"],
    ["SSL_fingerprint", "sha256$pub$ab", "EX_USAGE"],
    ["SSL_ca_file", "/nowhere", "EX_NOINPUT"],
    ["SSL_key_file", "/nowhere", "EX_NOINPUT"],
  ] as const) {
    test(`${key}=${value}`, () => {
      assert.throws(
        () => settings([key, value]),
        (error: unknown) => error instanceof AccountFailure && error.exit === exit && error.message.includes(key),
      );
    });
  }
});
