// From the command line to both accounts: by which mechanism they are logged in to.

import assert from "node:assert/strict";
import { unlinkSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { bothIn, mechanism, startAccountServers } from "../support/account-servers.ts";
import { makeAuthority } from "../support/authority.ts";
import { failureOf, noHeard, withAccounts } from "../support/copier-accounts.ts";
import { isCyrusInstalled, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { requireCertificatesOf } from "../support/dovecot-certificates.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import { isMailutilsInstalled, startMailutils } from "../support/mailutils.ts";
import { removeScratch } from "../support/scratch.ts";

const { issuer, file, host, tlsHost } = await startAccountServers();

describe("ways to log in", () => {
  for (const name of ["LOGIN", "PLAIN", "cram-md5"]) {
    test(`--authmech1 ${name}`, async () => {
      assert.equal(mechanism(await bothIn([...host(1, { authmech: name }), ...host(2)])), name.toUpperCase());
    });
  }

  test("an administrator for the user, by PLAIN", async () => {
    const argv = [...host(1, { authuser: "admin", password: "m", authmech: "PLAIN" }), ...host(2)];
    assert.equal(mechanism(await bothIn(argv)), "PLAIN");
  });

  test("a mechanism that is not offered", async () => {
    const [exit, line] = await failureOf([...host(1, { authmech: "SCRAM-SHA-256" }), ...host(2)]);
    assert.equal(exit, "EXIT_AUTHENTICATION_FAILURE_USER1");
    assert.match(line, /SCRAM-SHA-256/);
  });

  test("nothing else is tried after a refusal", async () => {
    const heard = noHeard();
    const argv = [...host(1, { authmech: "CRAM-MD5", password: "wrong" }), ...host(2)];
    assert.equal((await failureOf(argv, { heard }))[0], "EXIT_AUTHENTICATION_FAILURE_USER1");
    assert.deepEqual(
      heard.traffic.filter((line) => /^C: \S+ (LOGIN|AUTHENTICATE)/.test(line) && !/PLAIN/.test(line)).length,
      // One for each host.
      2,
    );
  });

  test("--authmech1 PREAUTH where the server wants a login", async () => {
    const argv = [...host(1, { authmech: "PREAUTH", password: undefined }), ...host(2)];
    assert.equal((await failureOf(argv))[0], "EXIT_AUTHENTICATION_FAILURE");
  });

  test("a certificate of ours, and no name", async (t) => {
    const authority = makeAuthority("Users");
    const mine = authority.issue("mine", { subject: "/CN=u1" });
    const server = await startDovecot({ tls: true, extraConfig: requireCertificatesOf(authority, "external plain") });
    t.after(async () => {
      await server.stop();
      removeScratch(authority.directory);
    });
    const argv = [
      ...host(1, { port: server.tlsPort, user: undefined, password: undefined, authmech: "EXTERNAL" }),
      ...["--ssl1", "--sslargs1", `SSL_ca_file=${server.certificateFile ?? ""}`],
      ...host(2),
    ];
    const files = ["--sslargs1", `SSL_cert_file=${mine.certFile}`, "--sslargs1", `SSL_key_file=${mine.keyFile}`];
    assert.equal(mechanism(await bothIn([...argv, ...files])), "EXTERNAL");
    const [exit, line] = await failureOf(argv);
    assert.equal(exit, "EXIT_AUTHENTICATION_FAILURE");
    assert.match(line, /--sslargs1 SSL_cert_file/);
  });

  test("a token in a file is read again at each login", async () => {
    const path = file("token", `${await issuer.accessToken()}\n`);
    const argv = [...tlsHost(1, { user: "u", password: undefined, oauthaccesstoken: path }), ...host(2)];
    await withAccounts(argv, {}, async ({ pair, lines }) => {
      assert.equal(mechanism(lines), "XOAUTH2");
      writeFileSync(path, "expired\n");
      await assert.rejects(pair.openApart("local"));
      writeFileSync(path, await issuer.accessToken());
      await (await pair.openApart("local")).logout();
      unlinkSync(path);
      await assert.rejects(pair.openApart("local"), /--oauthaccesstoken1/);
    });
  });

  test("the token itself, and what XOAUTH2 sends, whole", async () => {
    const token = await issuer.accessToken();
    await bothIn([...tlsHost(1, { user: "u", password: undefined, oauthaccesstoken: token }), ...host(2)]);
    const direct = Buffer.from(`user=u\x01auth=Bearer ${token}\x01\x01`).toString("base64");
    const argv = [...tlsHost(1, { user: undefined, password: undefined, oauthdirect: direct }), ...host(2)];
    await withAccounts(argv, {}, ({ accounts }) => {
      assert.equal(accounts.local.user, "u");
      return Promise.resolve();
    });
  });
});

describe("servers that offer what they have no passwords for", () => {
  test("Mailutils", { skip: !isMailutilsInstalled() }, async (t) => {
    const server = await startMailutils();
    t.after(() => server.stop());
    const { port, user, password } = server;
    assert.equal(mechanism(await bothIn([...host(1, { port, user, password }), ...host(2)])), "LOGIN");
  });

  test("Cyrus, after STARTTLS, with an administrator for the user, too", { skip: !isCyrusInstalled() }, async (t) => {
    const server = await startCyrus({
      tls: true,
      mechanisms: "SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN",
      extraConfig: "proxyservers: cyrus\nfailedloginpause: 0",
    });
    t.after(() => server.stop());
    const ca = ["--sslargs1", `SSL_ca_file=${server.certificateFile ?? ""}`];
    const argv = [...host(1, { port: server.port, user: "u" }), ...ca, ...host(2)];
    await withAccounts(argv, {}, ({ accounts, lines }) => {
      assert.deepEqual([accounts.local.secure, mechanism(lines)], ["tls", "LOGIN"]);
      return Promise.resolve();
    });
    assert.equal(mechanism(await bothIn([...argv, "--authuser1", "cyrus"])), "PLAIN");
    assert.equal(mechanism(await bothIn([...argv, "--authmech1", "scram-sha-256"])), "SCRAM-SHA-256");
  });

  test("hashed passwords: within verified TLS it does not matter, elsewhere a line says what to do", async (t) => {
    const hashed = await startDovecot({
      tls: true,
      password: "{SHA256}TlmPXar8L9phZB3btZVt6yP95mFjZtyd1afJ9H2k14c=",
      extraConfig: `${promptFailures}\nauth_mechanisms = plain login cram-md5 scram-sha-256\n`,
    });
    t.after(() => hashed.stop());
    // 127.0.0.1, and yet not this machine by its name.
    const argv = (...sslargs: readonly string[]): string[] => [
      ...host(1, { host: "2130706433", port: hashed.tlsPort, password: "hashed-secret" }),
      ...["--ssl1", ...sslargs.flatMap((one) => ["--sslargs1", one])],
      ...host(2),
    ];
    const verified = argv(`SSL_ca_file=${hashed.certificateFile ?? ""}`, "SSL_verifycn_name=localhost");
    assert.equal(mechanism(await bothIn(verified)), "LOGIN");
    const [exit, line] = await failureOf(argv("SSL_verify_mode=0"));
    assert.equal(exit, "EXIT_AUTHENTICATION_FAILURE_USER1");
    assert.match(line, /offer SCRAM-SHA-256.* set --authmech1 PLAIN/);
  });
});
