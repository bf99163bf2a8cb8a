// Every mechanism with real servers: what they offer × what there is to log in with.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect } from "../../src/imap/connect.ts";
import type { CredentialKind, Credentials } from "../../src/imap/sasl/credentials.ts";
import { TokenRefused } from "../../src/imap/sasl/token-refused.ts";
import { type AuthMechanism, authMechanisms, type TlsSettings } from "../../src/model/server-settings.ts";
import { failsWith, recordedLog, serverSettings } from "../protocol/fixture.ts";
import { makeAuthority } from "../support/authority.ts";
import { isCyrusInstalled, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { requireCertificatesOf } from "../support/dovecot-certificates.ts";
import { acceptTokensOf } from "../support/dovecot-oauth.ts";
import { inetSettings, tlsSettings } from "../support/inet-settings.ts";
import type { MailServer } from "../support/mail-server.ts";
import { type OAuthIssuer, startOAuthIssuer } from "../support/oauth-issuer.ts";
import { removeScratch } from "../support/scratch.ts";

const byDefault = authMechanisms.filter((name) => name !== "CRAM-MD5");
const authority = makeAuthority("Users");
const mine = authority.issue("mine", { subject: "/CN=u" });
let issuer: OAuthIssuer;
let token = "";

/** What each server announces. */
const offers = {
  everything: "plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer external",
  "old SCRAM": "plain scram-sha-1",
  "what sends no password": "cram-md5 scram-sha-256",
  "what can be read": "plain login xoauth2",
  certificates: "external plain",
  nothing: "gssapi",
} as const;
type Offer = keyof typeof offers;
const servers = new Map<Offer, MailServer>();

before(async () => {
  issuer = await startOAuthIssuer();
  token = await issuer.accessToken();
  await Promise.all(
    (Object.keys(offers) as Offer[])
      .filter((name) => name !== "nothing")
      .map(async (name) => {
        servers.set(name, await startDovecot({ tls: true, extraConfig: withMechanisms(offers[name]) }));
      }),
  );
});

after(async () => {
  await Promise.all([...servers.values()].map((server) => server.stop()));
  await issuer.stop();
  removeScratch(authority.directory);
});

/** Certificates are asked for and not needed; `admin`, whose password is "m", may act for anybody. */
function withMechanisms(names: string): string {
  return `${acceptTokensOf(issuer)}${requireCertificatesOf(authority, names)}
auth_ssl_require_client_cert = no
passdb {
  driver = static
  master = yes
  mechanisms = plain scram-sha-1 scram-sha-256
  args = password=m
}
`;
}

interface Wish {
  readonly auth?: readonly AuthMechanism[];
  readonly has?: readonly CredentialKind[];
  readonly password?: string;
  readonly token?: string;
  readonly username?: string;
  readonly authzid?: string;
  readonly tls?: Partial<TlsSettings>;
}

function credentials(wish: Wish): Credentials {
  const { has = ["password"], username = "u", authzid } = wish;
  const secret = { password: wish.password ?? "p", token: wish.token ?? token };
  return {
    account: {},
    username,
    authzid,
    kinds: new Set(has),
    secrets: Object.values(secret),
    password: ({ rejected }) => Promise.resolve(rejected ? undefined : secret.password),
    token: ({ rejected }) => Promise.resolve(rejected ? undefined : secret.token),
  };
}

/** The mechanisms that were tried, in order, and what went wrong. */
async function logIn(server: MailServer, wish: Wish = {}, how: "imaps" | "STARTTLS" | "plain" = "imaps") {
  const log = recordedLog(1);
  const shows = wish.has?.includes("certificate") === true;
  const ownCertificate = shows ? { certFile: mine.certFile, keyFile: mine.keyFile } : undefined;
  const tls = tlsSettings({ caFile: server.certificateFile, ownCertificate, ...wish.tls });
  const transport = inetSettings(how === "imaps" ? server.tlsPort! : server.port, {
    type: how === "imaps" ? "imaps" : "imap",
    startTls: how === "STARTTLS",
    tls,
  });
  const settings = serverSettings(how === "imaps" ? server.tlsPort! : server.port, {
    auth: wish.auth ?? byDefault,
    transport,
  });
  const tried = (): (string | undefined)[] =>
    log.lines.flatMap((line) => {
      const [, verb, mechanism] = /^C: \S+ (LOGIN|AUTHENTICATE) (\S+)/.exec(line) ?? [];
      return verb === undefined ? [] : [verb === "LOGIN" ? verb : mechanism];
    });
  try {
    const session = await connect(settings, {
      side: "remote",
      log,
      keepAlive: false,
      credentials: credentials(wish),
    });
    await session.logout();
    return { tried: tried(), error: undefined };
  } catch (error) {
    return { tried: tried(), error };
  }
}

/** As the servers' lists and the credentials have it, from strong to weak; undefined: there is none. */
const matrix: readonly (readonly [
  offer: Offer,
  has: readonly CredentialKind[],
  mechanism: AuthMechanism | undefined,
])[] = [
  ["everything", ["password"], "SCRAM-SHA-256"],
  ["everything", ["token"], "OAUTHBEARER"],
  ["everything", ["certificate"], "EXTERNAL"],
  ["everything", ["password", "token", "certificate"], "SCRAM-SHA-256"],
  ["everything", ["token", "certificate"], "OAUTHBEARER"],
  ["everything", [], undefined],
  ["old SCRAM", ["password"], "SCRAM-SHA-1"],
  ["old SCRAM", ["token"], undefined],
  ["old SCRAM", ["certificate"], undefined],
  ["what sends no password", ["password"], "SCRAM-SHA-256"],
  ["what can be read", ["password"], "PLAIN"],
  ["what can be read", ["token"], "XOAUTH2"],
  ["what can be read", ["password", "token"], "XOAUTH2"],
  ["what can be read", ["certificate"], undefined],
  ["certificates", ["certificate"], "EXTERNAL"],
  ["certificates", ["password"], "PLAIN"],
  ["certificates", ["password", "certificate"], "EXTERNAL"],
  ["certificates", ["token"], undefined],
];

describe("Dovecot, by default", () => {
  for (const [offer, has, mechanism] of matrix) {
    test(`offers ${offers[offer]}; there is ${has.join(" and ") || "nothing"}: ${mechanism ?? "no login"}`, async () => {
      const { tried, error } = await logIn(servers.get(offer)!, { has });
      if (mechanism === undefined) assert.ok(failsWith("AUTH_NO_MECHANISM")(error));
      else assert.ifError(error);
      assert.deepEqual(tried, mechanism === undefined ? [] : [mechanism]);
    });
  }
});

const needs = { OAUTHBEARER: "token", XOAUTH2: "token", EXTERNAL: "certificate" } as const;
function kindFor(mechanism: AuthMechanism): CredentialKind {
  return mechanism in needs ? needs[mechanism as keyof typeof needs] : "password";
}
const plainMechanisms = authMechanisms.filter((name) => !name.endsWith("-PLUS"));

for (const mechanism of plainMechanisms) {
  describe(`Dovecot, ${mechanism}`, () => {
    const wish = { auth: [mechanism], has: [kindFor(mechanism)] } as const;

    test("over TLS, after STARTTLS, and without", async () => {
      for (const how of ["imaps", "STARTTLS", "plain"] as const) {
        if (how === "plain" && mechanism === "EXTERNAL") continue;
        const { tried, error } = await logIn(servers.get("everything")!, wish, how);
        assert.ifError(error);
        assert.deepEqual(tried, [mechanism]);
      }
    });

    test("refused: no other mechanism, no other try", async () => {
      const wrong: Wish =
        mechanism === "EXTERNAL"
          ? { authzid: "somebody else" }
          : { password: "wrong", token: await issuer.accessToken({ email: "somebody else" }) };
      const order = { ...wish, ...wrong, auth: [mechanism, ...authMechanisms], has: [...wish.has] };
      const { tried, error } = await logIn(servers.get("everything")!, order);
      assert.ok(failsWith("AUTH_FAILED")(error));
      assert.deepEqual(tried, [mechanism]);
    });

    if (mechanism !== "LOGIN")
      test("not offered: no login", async () => {
        const without = (Object.keys(offers) as Offer[]).find(
          (offer) => servers.has(offer) && !offers[offer].split(" ").includes(mechanism.toLowerCase()),
        );
        assert.ok(without);
        const { tried, error } = await logIn(servers.get(without)!, wish);
        assert.ok(failsWith("AUTH_NO_MECHANISM", /none of the configured ways/)(error));
        assert.deepEqual(tried, []);
      });
  });
}

test("names and passwords of other scripts", async () => {
  const mechanisms = "plain cram-md5 scram-sha-1 scram-sha-256";
  const extraConfig = `auth_mechanisms = ${mechanisms}\nauth_username_chars =\n`;
  const server = await startDovecot({ password: "pässwörd", extraConfig });
  try {
    for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"] as const) {
      const wish = { auth: [mechanism], username: "jürgen", password: "pässwörd" };
      assert.ifError((await logIn(server, wish, "plain")).error);
    }
  } finally {
    await server.stop();
  }
});

for (const mechanism of ["OAUTHBEARER", "XOAUTH2"] as const) {
  test(`Dovecot says why it refuses a token, by ${mechanism}`, async () => {
    const past = Math.floor(Date.now() / 1000) - 60;
    for (const claims of [{ exp: past }, { scope: "calendar" }]) {
      const wish: Wish = { auth: [mechanism], has: ["token"], token: await issuer.accessToken(claims) };
      const { error } = await logIn(servers.get("everything")!, wish);
      assert.ok(error instanceof TokenRefused, String(error));
      assert.match(error.serverError?.status ?? "", /^(401|400|invalid_token|insufficient_scope)$/);
      assert.match(error.serverError?.openidConfiguration ?? "", /openid-configuration$/);
    }
  });
}

describe("an administrator who acts for a user", () => {
  for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"] as const) {
    test(`may, by ${mechanism}, with the administrator's password`, async () => {
      const wish = { auth: [mechanism], username: "admin", authzid: "v", password: "m" };
      assert.ifError((await logIn(servers.get("everything")!, wish)).error);
      const { error } = await logIn(servers.get("everything")!, { ...wish, password: "wrong" });
      assert.ok(failsWith("AUTH_FAILED", /as admin for v refused/)(error));
    });
  }

  for (const mechanism of ["CRAM-MD5", "LOGIN", "XOAUTH2"] as const) {
    test(`is not sent by ${mechanism}, which cannot say so`, async () => {
      const wish = { auth: [mechanism], has: [kindFor(mechanism)], authzid: "v" };
      const { tried, error } = await logIn(servers.get("everything")!, wish);
      assert.ok(failsWith("AUTH_NO_MECHANISM", /can act for another user/)(error));
      assert.deepEqual(tried, []);
    });
  }
});

describe("Cyrus", { skip: isCyrusInstalled() ? false : "Cyrus is not installed" }, () => {
  let cyrus: MailServer;
  before(async () => {
    const mechanisms = "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN";
    cyrus = await startCyrus({ tls: true, mechanisms, extraConfig: "failedloginpause: 0" });
  });
  after(() => cyrus.stop());

  for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"] as const) {
    test(`${mechanism}: the right password, and a wrong one`, async () => {
      for (const how of ["STARTTLS", "plain"] as const) {
        const { tried, error } = await logIn(cyrus, { auth: [mechanism] }, how);
        assert.ifError(error);
        assert.deepEqual(tried, [mechanism]);
      }
      const { tried, error } = await logIn(cyrus, { auth: [mechanism, ...authMechanisms], password: "wrong" }, "plain");
      assert.ok(failsWith("AUTH_FAILED")(error));
      assert.deepEqual(tried, [mechanism]);
    });
  }

  for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) {
    for (const hash of ["SCRAM-SHA-256", "SCRAM-SHA-1"] as const) {
      test(`${hash}-PLUS, bound to ${maxVersion}: the right password, and a wrong one`, async () => {
        const wish: Wish = { auth: [`${hash}-PLUS`, hash], tls: { maxVersion } };
        for (const how of ["imaps", "STARTTLS"] as const) {
          const { tried, error } = await logIn(cyrus, wish, how);
          assert.ifError(error);
          assert.deepEqual(tried, [`${hash}-PLUS`]);
        }
        const { tried, error } = await logIn(cyrus, { ...wish, password: "wrong" });
        assert.ok(failsWith("AUTH_FAILED", new RegExp(`set auth = ${hash}$`))(error));
        assert.deepEqual(tried, [`${hash}-PLUS`]);
      });
    }
  }
});
