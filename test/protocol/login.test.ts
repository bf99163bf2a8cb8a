// Logging in to servers that keep to a mechanism, and to those that do not.

import assert from "node:assert/strict";
import { createHash, createHmac, X509Certificate } from "node:crypto";
import { describe, test } from "node:test";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { connect } from "../../src/imap/connect.ts";
import type { CredentialKind, Credentials } from "../../src/imap/sasl/credentials.ts";
import { TokenRefused } from "../../src/imap/sasl/token-refused.ts";
import type { Log } from "../../src/log/log.ts";
import { type AuthMechanism, authMechanisms, type InetSettings } from "../../src/model/server-settings.ts";
import { inetSettings, listen, tlsSettings } from "../support/inet-settings.ts";
import { type Attempt, type LoginServer, withLoginServer } from "../support/login-server.ts";
import { scramServer, type ScramServerOptions } from "../support/scram-server.ts";
import { makeTlsFixtures } from "../support/tls-fixtures.ts";
import { failsWith, recordedLog, serverSettings } from "./fixture.ts";

const { caFile, trusted } = makeTlsFixtures();

interface Wish {
  readonly auth?: readonly AuthMechanism[];
  readonly transport?: Partial<InetSettings>;
  readonly credentials?: Credentials;
  readonly log?: Log;
}

/** In order: each is handed out when the one before was refused. */
interface Secrets {
  readonly passwords?: readonly string[];
  readonly tokens?: readonly string[];
  readonly certificate?: boolean;
  readonly username?: string | undefined;
  readonly authzid?: string;
}

function credentials({ passwords = [], tokens = [], certificate = false, ...names }: Secrets): Credentials {
  const kinds = new Set<CredentialKind>();
  if (passwords.length > 0) kinds.add("password");
  if (tokens.length > 0) kinds.add("token");
  if (certificate) kinds.add("certificate");
  const secrets = new Set<string>();
  const handOut = (stock: readonly string[]) => {
    let next = 0;
    return ({ rejected }: { readonly rejected: boolean }): Promise<string | undefined> => {
      if (rejected) next++;
      const secret = stock[next];
      if (secret !== undefined) secrets.add(secret);
      return Promise.resolve(secret);
    };
  };
  const username = "username" in names ? names.username : "u";
  return {
    account: {},
    username,
    authzid: names.authzid,
    kinds,
    secrets,
    password: handOut(passwords),
    token: handOut(tokens),
  };
}

const password = (...passwords: string[]): Credentials => credentials({ passwords });
const token = (...tokens: string[]): Credentials => credentials({ tokens });

async function logIn({ port }: Pick<LoginServer, "port">, wish: Wish = {}): Promise<void> {
  const { auth = authMechanisms, transport = {}, log = recordedLog() } = wish;
  const settings = serverSettings(port, { auth, transport: inetSettings(port, transport) });
  const how = { side: "remote", log, keepAlive: false, credentials: wish.credentials ?? password("p") } as const;
  const session = await connect(settings, how);
  session.destroy();
}

const overTls = { type: "imaps", host: "localhost", isIpLiteral: false, tls: tlsSettings({ caFile }) } as const;

/** Answers SCRAM as the RFC says. */
async function byScram(attempt: Attempt, options: Partial<ScramServerOptions> = {}): Promise<string> {
  const hash = attempt.mechanism.startsWith("SCRAM-SHA-256") ? "sha256" : "sha1";
  const server = scramServer({ hash, password: "p", ...options });
  const proof = await attempt.ask(Buffer.from(server.first(await attempt.first())));
  const final = server.final(Buffer.from(proof, "base64").toString());
  assert.equal(await attempt.ask(Buffer.from(final)), "");
  return final.startsWith("v=") ? "OK" : "NO [AUTHENTICATIONFAILED] wrong";
}

/** The server's end of a connection, worked out without our code. */
function channelOf(socket: Attempt["socket"]): { readonly type: string; readonly data: Buffer } {
  const tls = socket as TLSSocket;
  return tls.getProtocol() === "TLSv1.3"
    ? { type: "tls-exporter", data: tls.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0)) }
    : {
        type: "tls-server-end-point",
        data: createHash("sha256").update(new X509Certificate(trusted.cert).raw).digest(),
      };
}

describe("SCRAM", () => {
  for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-1"]) {
    for (const more of ["SASL-IR", ""]) {
      test(`${mechanism} ${more === "" ? "without" : "with"} an initial response`, async () => {
        const offers = `AUTH=PLAIN AUTH=${mechanism} ${more}`;
        await withLoginServer({ offers, onLogin: byScram }, async (server) => {
          await logIn(server);
          assert.match(server.heard[0] ?? "", new RegExp(`^AUTHENTICATE ${mechanism}${more === "" ? "$" : " "}`));
        });
      });
    }
  }

  test("a user name and a password beyond ASCII are prepared", async () => {
    const onLogin = async (attempt: Attempt): Promise<string> => {
      assert.match(await attempt.first(), /^n,a==3D,n=IX,r=/);
      return byScram(attempt, { password: "ü a" });
    };
    await withLoginServer({ offers: "AUTH=SCRAM-SHA-256 SASL-IR", onLogin }, (server) =>
      logIn(server, {
        credentials: credentials({ username: "I\u00adX", authzid: "=", passwords: ["u\u0308\u00a0a"] }),
      }),
    );
  });

  for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) {
    for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-1"]) {
      const offers = `AUTH=PLAIN AUTH=${mechanism} AUTH=${mechanism}-PLUS SASL-IR`;
      test(`${mechanism}-PLUS is bound to ${maxVersion}`, async () => {
        const mechanisms: string[] = [];
        const onLogin = (attempt: Attempt): Promise<string> => {
          mechanisms.push(attempt.mechanism);
          return byScram(attempt, { channel: channelOf(attempt.socket) });
        };
        await withLoginServer({ offers, tls: { ...trusted, maxVersion }, onLogin }, (server) =>
          logIn(server, { transport: overTls }),
        );
        assert.deepEqual(mechanisms, [`${mechanism}-PLUS`]);
      });
    }
  }

  test("-PLUS through somebody who ends TLS in between, with the same certificate, is refused", async () => {
    const onLogin = (attempt: Attempt): Promise<string> => byScram(attempt, { channel: channelOf(attempt.socket) });
    const offers = "AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS SASL-IR";
    await withLoginServer({ offers, tls: trusted, onLogin }, (server) =>
      inBetween(server, undefined, async (port) => {
        const attempt = logIn({ port }, { transport: overTls });
        await assert.rejects(attempt, failsWith("AUTH_UNSAFE", /sees another TLS connection/));
      }),
    );
  });

  test("whoever takes -PLUS from the list is found out", async () => {
    const onLogin = (attempt: Attempt): Promise<string> => byScram(attempt, { channel: channelOf(attempt.socket) });
    const offers = "AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS SASL-IR";
    await withLoginServer({ offers, tls: trusted, onLogin }, (server) =>
      inBetween(server, "AUTH=SCRAM-SHA-256-PLUS ", async (port) => {
        const attempt = logIn({ port }, { transport: overTls });
        await assert.rejects(attempt, failsWith("AUTH_UNSAFE", /offered SCRAM-SHA-256-PLUS, and it did not reach us/));
        // Whoever asks for no -PLUS has nothing to lose.
        await logIn({ port }, { transport: overTls, auth: ["SCRAM-SHA-256"] });
      }),
    );
  });

  for (const [what, offers, auth, flag] of [
    ["nobody offers it", "", authMechanisms, "y"],
    ["the other hash has it", "AUTH=SCRAM-SHA-1-PLUS", authMechanisms, "n"],
    ["nobody wants it", "", ["SCRAM-SHA-256"], "n"],
    ["it is not wanted", "AUTH=SCRAM-SHA-256-PLUS", ["SCRAM-SHA-256"], "n"],
  ] as const) {
    test(`SCRAM without -PLUS under TLS because ${what}: ${flag}`, async () => {
      const onLogin = async (attempt: Attempt): Promise<string> => {
        assert.equal((await attempt.first())[0], flag);
        return byScram(attempt);
      };
      await withLoginServer({ offers: `AUTH=SCRAM-SHA-256 SASL-IR ${offers}`, tls: trusted, onLogin }, (server) =>
        logIn(server, { transport: overTls, auth }),
      );
    });
  }

  test("a server that says OK without its proof, or with a wrong one, gets no command", async () => {
    const proofless: readonly ((attempt: Attempt) => Promise<string> | string)[] = [
      () => "OK",
      async (attempt) => {
        await attempt.ask(Buffer.from(scramServer({ hash: "sha256", password: "p" }).first(await attempt.first())));
        return "OK";
      },
      (attempt) => byScram(attempt, { password: "another" }).then(() => "OK"),
      async (attempt) => {
        await attempt.ask(Buffer.from(scramServer({ hash: "sha256", password: "p" }).first(await attempt.first())));
        await attempt.ask(Buffer.from(`v=${Buffer.alloc(32).toString("base64")}`));
        return "OK";
      },
    ];
    for (const onLogin of proofless) {
      await withLoginServer({ offers: "AUTH=SCRAM-SHA-256 AUTH=PLAIN SASL-IR", onLogin }, async (server) => {
        await assert.rejects(logIn(server), failsWith("AUTH_UNSAFE", /did not prove that it knows the password/));
        assert.equal(server.heard.filter((line) => /^[A-Z]+( |$)/.test(line)).length, 1, server.heard.join("\n"));
      });
    }
  });

  test("what cannot be read, or is not safe, ends the connection at once", async () => {
    for (const [challenge, fails] of [
      ["!", failsWith("PROTOCOL", /not base64/)],
      ["ab", failsWith("PROTOCOL", /not base64/)],
      [Buffer.from("nonsense"), failsWith("PROTOCOL", /cannot be read/)],
      [Buffer.from("r=mine,s=QSXCR+Q6sek8bf92,i=4096"), failsWith("AUTH_UNSAFE", /another login/)],
    ] as const) {
      const onLogin = (attempt: Attempt): Promise<string> => attempt.ask(challenge);
      await withLoginServer({ offers: "AUTH=SCRAM-SHA-256 SASL-IR", onLogin }, async (server) => {
        await assert.rejects(logIn(server), fails);
        assert.equal(server.heard.length, 1);
      });
    }
  });

  test("challenges without end are not answered", async () => {
    const onLogin = async (attempt: Attempt): Promise<string> => {
      await byScram(attempt);
      for (;;) await attempt.ask(Buffer.from("more"));
    };
    await withLoginServer({ offers: "AUTH=SCRAM-SHA-256 SASL-IR", onLogin }, async (server) => {
      await assert.rejects(logIn(server), failsWith("PROTOCOL", /keeps asking for data/));
    });
  });
});

test("a refusal of -PLUS, or of another mechanism that sends no password, says what else may be the matter", async () => {
  const onLogin = (): string => "NO [AUTHENTICATIONFAILED] wrong";
  const rows = [
    ["SCRAM-SHA-1-PLUS", /the server cannot bind logins: then set auth = SCRAM-SHA-1$/],
    ["SCRAM-SHA-256", /some servers offer SCRAM-SHA-256 and cannot use it: then set auth = PLAIN$/],
    ["CRAM-MD5", /some servers offer CRAM-MD5 and cannot use it: then set auth = PLAIN$/],
    ["PLAIN", /; check username and password$/],
  ] as const;
  for (const [mechanism, hint] of rows) {
    await withLoginServer({ offers: `AUTH=${mechanism} SASL-IR`, tls: trusted, onLogin }, async (server) => {
      const attempt = logIn(server, { transport: overTls, auth: [mechanism] });
      await assert.rejects(attempt, failsWith("AUTH_FAILED", hint));
    });
  }
});

describe("a refusal", () => {
  for (const auth of authMechanisms.filter((name) => !name.endsWith("-PLUS"))) {
    test(`of ${auth} is not followed by another mechanism`, async () => {
      const offers = `${authMechanisms.map((name) => `AUTH=${name}`).join(" ")} SASL-IR`;
      const onLogin = (): string => "NO [AUTHENTICATIONFAILED] wrong";
      await withLoginServer({ offers, onLogin }, async (server) => {
        const all = credentials({ passwords: ["p"], tokens: ["t"], certificate: true });
        const order = [auth, ...authMechanisms];
        await assert.rejects(
          logIn(server, { credentials: all, auth: order }),
          failsWith("AUTH_FAILED", /AUTHENTICATIONFAILED/),
        );
        assert.equal(server.heard.length, 1, server.heard.join("\n"));
      });
    });
  }

  test("has the password asked for once more, and no third time", async () => {
    const tries: string[] = [];
    const onLogin = async (attempt: Attempt): Promise<string> => {
      tries.push((await attempt.first()).split("\0")[2] ?? "");
      return tries.at(-1) === "right" ? "OK" : "NO [AUTHENTICATIONFAILED] wrong";
    };
    await withLoginServer({ offers: "AUTH=PLAIN SASL-IR", onLogin }, async (server) => {
      await logIn(server, { credentials: password("wrong", "right") });
      await assert.rejects(logIn(server, { credentials: password("a", "b", "right") }), failsWith("AUTH_FAILED"));
    });
    assert.deepEqual(tries, ["wrong", "right", "a", "b"]);
  });

  test("for SCRAM works out the other password's proof", async () => {
    await withLoginServer({ offers: "AUTH=SCRAM-SHA-1 SASL-IR", onLogin: byScram }, (server) =>
      logIn(server, { credentials: password("wrong", "p") }),
    );
  });

  test("that is not about the password asks for no other", async () => {
    for (const [answer, fails] of [
      ["NO [AUTHORIZATIONFAILED] not for v", failsWith("AUTH_FAILED", /as u for v refused.*may not act for v/)],
      ["NO [PRIVACYREQUIRED] no", failsWith("AUTH_NO_MECHANISM", /use type = imaps/)],
      ["NO [UNAVAILABLE] later", failsWith("CONNECT")],
    ] as const) {
      await withLoginServer({ offers: "AUTH=PLAIN SASL-IR", onLogin: () => answer }, async (server) => {
        const wish = { credentials: credentials({ passwords: ["p", "q"], authzid: "v" }) };
        await assert.rejects(logIn(server, wish), fails);
        assert.equal(server.heard.length, 1);
      });
    }
  });
});

describe("tokens", () => {
  test("OAUTHBEARER says where we are, and for whom", async () => {
    let message = "";
    let at = 0;
    const onLogin = async (attempt: Attempt): Promise<string> => {
      message = await attempt.first();
      return "OK";
    };
    await withLoginServer({ offers: "AUTH=OAUTHBEARER AUTH=XOAUTH2 SASL-IR", onLogin }, async (server) => {
      at = server.port;
      await logIn(server, { credentials: credentials({ username: "u=,@x", tokens: ["t"] }) });
      assert.equal(message, `n,a=u=3D=2C@x,\x01host=127.0.0.1\x01port=${String(at)}\x01auth=Bearer t\x01\x01`);
      await logIn(server, { credentials: credentials({ authzid: "v", tokens: ["t"] }) });
      assert.match(message, /^n,a=v,\x01/);
      await logIn(server, { credentials: credentials({ username: undefined, tokens: ["t"] }) });
      assert.match(message, /^n,,\x01host/);
    });
  });

  test("XOAUTH2 names the user", async () => {
    let message = "";
    const onLogin = async (attempt: Attempt): Promise<string> => {
      message = await attempt.first();
      return "OK";
    };
    await withLoginServer({ offers: "AUTH=XOAUTH2", onLogin }, (server) => logIn(server, { credentials: token("t") }));
    assert.equal(message, "user=u\x01auth=Bearer t\x01\x01");
  });

  for (const [mechanism, acknowledgement] of [
    ["OAUTHBEARER", Buffer.from("\x01").toString("base64")],
    ["XOAUTH2", ""],
  ] as const) {
    const reasons = {
      status: "invalid_token",
      schemes: "bearer",
      scope: "imap",
      "openid-configuration": "https://x/y",
    };
    const refusing =
      (good: string, challenge: Buffer | string) =>
      async (attempt: Attempt): Promise<string> => {
        if ((await attempt.first()).includes(`Bearer ${good}\x01`)) return "OK";
        assert.equal(await attempt.ask(challenge), acknowledgement);
        return "NO [AUTHENTICATIONFAILED] no";
      };

    test(`${mechanism}: a fresh token is asked for once when the server refuses one`, async () => {
      const onLogin = refusing("fresh", Buffer.from(JSON.stringify(reasons)));
      await withLoginServer({ offers: `AUTH=${mechanism} SASL-IR`, onLogin }, async (server) => {
        await logIn(server, { credentials: token("stale", "fresh") });
        assert.equal(server.heard.length, 3);
        await assert.rejects(logIn(server, { credentials: token("a", "b", "fresh") }), (error) => {
          assert.ok(error instanceof TokenRefused);
          assert.deepEqual(error.serverError, {
            status: "invalid_token",
            schemes: "bearer",
            scope: "imap",
            openidConfiguration: "https://x/y",
          });
          return failsWith("AUTH_FAILED", /login as u refused: \[AUTHENTICATIONFAILED\] no/)(error);
        });
        assert.equal(server.heard.length, 7);
      });
    });

    test(`${mechanism}: what is no JSON, or shows the token, does no harm`, async () => {
      for (const text of ["{", "[]", "null", '"x"', '{"status":{"a":1},"scope":7}', '{"scope":"Bearer s3cretToken"}']) {
        const onLogin = refusing("none", Buffer.from(text));
        await withLoginServer({ offers: `AUTH=${mechanism} SASL-IR`, onLogin }, async (server) => {
          await assert.rejects(logIn(server, { credentials: token("s3cretToken") }), (error) => {
            assert.ok(error instanceof TokenRefused);
            assert.doesNotMatch(JSON.stringify(error.serverError) + error.message, /s3cretToken/);
            return true;
          });
        });
      }
    });

    test(`${mechanism}: a server that asks for what it got does not get it again`, async () => {
      const onLogin = async (attempt: Attempt): Promise<string> => {
        assert.equal(await attempt.ask(""), "*");
        return "BAD cancelled";
      };
      await withLoginServer({ offers: `AUTH=${mechanism} SASL-IR`, onLogin }, async (server) => {
        await assert.rejects(logIn(server, { credentials: token("t") }), failsWith("AUTH_FAILED"));
        assert.equal(server.heard.length, 2);
      });
    });
  }
});

describe("others", () => {
  test("EXTERNAL says nothing, or for whom", async () => {
    const said: (string | undefined)[] = [];
    const onLogin = (attempt: Attempt): string => {
      said.push(attempt.response);
      return "OK";
    };
    await withLoginServer({ offers: "AUTH=EXTERNAL SASL-IR", onLogin }, async (server) => {
      await logIn(server, { credentials: credentials({ certificate: true, username: undefined }) });
      await logIn(server, { credentials: credentials({ certificate: true, authzid: "v" }) });
    });
    assert.deepEqual(said, ["=", Buffer.from("v").toString("base64")]);
    const asking = async (attempt: Attempt): Promise<string> => ((await attempt.ask("")) === "" ? "OK" : "BAD");
    await withLoginServer({ offers: "AUTH=EXTERNAL", onLogin: asking }, (server) =>
      logIn(server, { credentials: credentials({ certificate: true, username: undefined }) }),
    );
  });

  test("CRAM-MD5, as RFC 2195 2 shows it, when it is asked for", async () => {
    const challenge = "<1896.697170952@postoffice.reston.mci.net>";
    const onLogin = async (attempt: Attempt): Promise<string> => {
      assert.equal(attempt.mechanism, "CRAM-MD5");
      const answer = Buffer.from(await attempt.ask(Buffer.from(challenge)), "base64").toString();
      assert.equal(answer, "tim b913a602c7eda7a495b4e6e7334d3890");
      return "OK";
    };
    const tim = credentials({ username: "tim", passwords: ["tanstaaftanstaaf"] });
    await withLoginServer({ offers: "AUTH=CRAM-MD5 AUTH=PLAIN SASL-IR", onLogin }, (server) =>
      logIn(server, { auth: ["CRAM-MD5"], credentials: tim }),
    );
  });

  test("PLAIN for another user", async () => {
    const onLogin = async (attempt: Attempt): Promise<string> =>
      (await attempt.first()) === "v\0u\0p" ? "OK" : "NO wrong";
    await withLoginServer({ offers: "AUTH=PLAIN", onLogin }, (server) =>
      logIn(server, { credentials: credentials({ authzid: "v", passwords: ["p"] }) }),
    );
  });

  for (const [what, secrets, auth] of [
    ["a password", { passwords: ["p\0q"] }, "PLAIN"],
    ["a password for LOGIN", { passwords: ["p\0q"] }, "LOGIN"],
    ["a user name", { passwords: ["p"], username: "u\0v" }, "PLAIN"],
    ["a token", { tokens: ["t\x01auth=Bearer x"] }, "XOAUTH2"],
    ["a user for a token", { tokens: ["t"], authzid: "v\x01x" }, "OAUTHBEARER"],
  ] as const satisfies readonly (readonly [string, Secrets, AuthMechanism])[]) {
    test(`what would become another message is not sent: ${what}`, async () => {
      await withLoginServer({ offers: `AUTH=${auth} SASL-IR`, onLogin: () => "OK" }, async (server) => {
        const attempt = logIn(server, { auth: [auth], credentials: credentials(secrets) });
        await assert.rejects(attempt, failsWith("AUTH_NO_MECHANISM", /cannot carry/));
        assert.deepEqual(server.heard, []);
      });
    });
  }
});

test("without TLS a password that can be read gets one warning a run, other than to this machine", async () => {
  // 0.0.0.0 is this machine, too, and does not look like it.
  const away = { host: "0.0.0.0" };
  const here = { host: "127.0.0.1" };
  const rows: readonly (readonly [Partial<InetSettings>, string, Credentials, RegExp | undefined])[] = [
    [away, "PLAIN", password("p"), /^STARTTLS = NO: the password goes to 0\.0\.0\.0 unprotected/],
    [away, "XOAUTH2", token("t"), /the access token goes to 0\.0\.0\.0 unprotected/],
    [here, "PLAIN", password("p"), undefined],
    [away, "SCRAM-SHA-256", password("p"), undefined],
    [away, "CRAM-MD5", password("p"), undefined],
  ];
  for (const [transport, mechanism, who, warning] of rows) {
    const onLogin = async (attempt: Attempt): Promise<string> => {
      if (mechanism === "CRAM-MD5") await attempt.ask(Buffer.from("<1@x>"));
      return mechanism.startsWith("SCRAM") ? byScram(attempt) : "OK";
    };
    await withLoginServer({ offers: `AUTH=${mechanism} SASL-IR`, onLogin }, async (server) => {
      const warnings: string[] = [];
      const log = { ...recordedLog(), warn: (text: string) => void warnings.push(text) };
      for (let count = 0; count < 3; count++) await logIn(server, { transport, credentials: who, log });
      assert.equal(warnings.length, warning === undefined ? 0 : 1, warnings.join("\n"));
      if (warning !== undefined) assert.match(warnings[0] ?? "", warning);
    });
  }
});

test("the traffic log shows nothing that could log in, or that a guess could be compared with", async () => {
  const secret = "k0rrekt-Horse=";
  for (const mechanism of authMechanisms.filter((name) => !name.endsWith("-PLUS"))) {
    const shown: string[] = [];
    const onLogin = async (attempt: Attempt): Promise<string> => {
      if (mechanism.startsWith("SCRAM")) return byScram(attempt, { password: secret });
      if (mechanism === "CRAM-MD5") {
        const digest = createHmac("md5", secret).update("<1@x>").digest("hex");
        await attempt.ask(Buffer.from("<1@x>"));
        return `NO ${digest}`;
      }
      return `NO you said ${(await attempt.first().catch(() => "")) || "nothing"} ${attempt.response ?? ""}`.replace(
        /[\0\x01]/g,
        " ",
      );
    };
    const log = recordedLog(1);
    const all = credentials({ passwords: [secret], tokens: [secret], certificate: true });
    await withLoginServer({ offers: `AUTH=${mechanism} SASL-IR`, onLogin }, async (server) => {
      await logIn(server, { auth: [mechanism], credentials: all, log }).catch((error: unknown) => {
        shown.push(String(error), JSON.stringify({ ...(error as Error) }));
      });
      for (const line of server.heard) {
        const octets = Buffer.from(line.replace(/^AUTHENTICATE \S+ /, ""), "base64").toString("latin1");
        const proofs = [/p=(.*)$/.exec(octets)?.[1], /^u ([0-9a-f]{32})$/.exec(octets)?.[1]];
        for (const proof of proofs) if (proof !== undefined) shown.push(`never ${proof}`);
      }
    });
    const never = [secret, ...shown.flatMap((line) => /^never (.*)$/.exec(line)?.[1] ?? [])];
    const text = [...log.lines, ...shown.filter((line) => !line.startsWith("never "))].join("\n");
    for (const one of never) {
      for (const form of [
        one,
        ...[0, 1, 2].map((by) =>
          Buffer.from("x".repeat(by) + one)
            .toString("base64")
            .slice(4, -4),
        ),
      ]) {
        assert.ok(!text.includes(form), `${mechanism} shows ${form}:\n${text}`);
      }
    }
    assert.ok(log.lines.some((line) => line.includes(mechanism)));
  }
});

/** Somebody with the server's own key, who reads along; `strips`: taken from what the server says. */
async function inBetween(
  { port }: LoginServer,
  strips: string | undefined,
  work: (port: number) => Promise<void>,
): Promise<void> {
  const relay = createTlsServer({ key: trusted.key, cert: trusted.cert }, (client) => {
    const server = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    client.on("error", () => server.destroy());
    server.on("error", () => client.destroy());
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
    client.pipe(server);
    server.on("data", (bytes: Buffer) => {
      client.write(strips === undefined ? bytes : bytes.toString("latin1").replace(strips, ""), "latin1");
    });
  });
  try {
    await work(await listen(relay));
  } finally {
    relay.close();
  }
}
