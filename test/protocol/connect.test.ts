// From nothing to a session ready to synchronise, with servers that say what they should and what they should not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, withCondstore, withQresync } from "../../src/imap/abilities.ts";
import { line } from "../../src/imap/codec/write-command.ts";
import { enter, reach } from "../../src/imap/connect.ts";
import type { Session } from "../../src/imap/session/session.ts";
import type { Log } from "../../src/log/log.ts";
import { InterimapError } from "../../src/model/errors.ts";
import { someCredentials } from "../support/credentials.ts";
import { errorLine } from "../support/error-line.ts";
import { patienceMs } from "../support/eventually.ts";
import { inetSettings } from "../support/inet-settings.ts";
import { withScript } from "../support/scripted-server.ts";
import { connectTo, failsWith, recordedLog, serverSettings, type SomeSettings } from "./fixture.ts";

const needed = "ENABLE QRESYNC LIST-EXTENDED LIST-STATUS UIDPLUS";
const ready = `
  C: e ENABLE QRESYNC
  S: * ENABLED QRESYNC
  S: e OK`;

/** Connects to a server that follows the script; `work` gets the session. */
function connecting(
  script: string,
  settings: SomeSettings & { readonly isEager?: boolean } = {},
  work: (session: Session) => Promise<void> | void = () => undefined,
): Promise<void> {
  const { isEager = false, ...more } = settings;
  return withScript(script, async ({ port }) => {
    const session = await connectTo(serverSettings(port, more), {
      side: "remote",
      log: recordedLog(),
      keepAlive: false,
      isEager,
    });
    try {
      await work(session);
    } finally {
      session.destroy();
    }
  });
}

function withStartTls(script: string): Promise<void> {
  return withScript(script, async ({ port }) => {
    const settings = serverSettings(port, { transport: inetSettings(port, { startTls: true }) });
    await connectTo(settings, { side: "remote", log: recordedLog(), keepAlive: false, timeoutMs: patienceMs / 2 });
  });
}

test("a greeting with capabilities, a login whose answer has them, QRESYNC", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
    C: l AUTHENTICATE PLAIN AHUAcA==
    S: l OK [CAPABILITY IMAP4rev1 ${needed}] in
    ${ready}`;
  await connecting(script, {}, (session) => {
    assert.ok(session.isUsable);
    assert.ok(session.capabilities.has("QRESYNC"));
    assert.equal(session.abilities, withQresync);
    assert.equal(session.side, "remote");
  });
});

test("capabilities nobody mentioned are asked for, before the login and after it", async () => {
  const script = `
    S: * OK hello
    C: c CAPABILITY
    S: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR
    S: c OK
    C: l AUTHENTICATE PLAIN AHUAcA==
    S: l OK
    C: d CAPABILITY
    S: * CAPABILITY IMAP4rev1 ${needed}
    S: d OK
    ${ready}`;
  await connecting(script);
});

test("PREAUTH needs no login", async () => {
  await connecting(`S: * PREAUTH [CAPABILITY IMAP4rev1 ${needed}] hello u\n${ready}`, { username: undefined });
});

test("a server that turns us away, says nothing or does not speak IMAP", async () => {
  await assert.rejects(connecting("S: * BYE too many connections"), failsWith("CONNECT", /too many connections/));
  const elsewhere = "S: * BYE [REFERRAL imap://u@there/] elsewhere.";
  await assert.rejects(
    connecting(elsewhere),
    failsWith("CONNECT", /refused the connection: \[REFERRAL\] elsewhere; try again later$/),
  );
  await assert.rejects(connecting("close"), failsWith("CONNECT", /without a greeting/));
  await assert.rejects(connecting("S: 220 mail.example.org ESMTP"), failsWith("PROTOCOL", /ESMTP/));
});

test("every error names its side", async () => {
  await assert.rejects(connecting("S: * BYE no"), { side: "remote" });
});

// Whoever strips STARTTLS from the conversation must not get the password.

test("STARTTLS that the server does not offer ends it before the login", async () => {
  const script = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready";
  await assert.rejects(withStartTls(script), failsWith("STARTTLS_MISSING", /does not offer STARTTLS/));
});

test("PREAUTH makes STARTTLS impossible, whatever is offered", async () => {
  const script = "S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello";
  await assert.rejects(withStartTls(script), failsWith("STARTTLS_MISSING", /PREAUTH/));
});

test("plain text injected behind the answer to STARTTLS is an attack", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
    C: s STARTTLS
    S: s OK begin
    S: * CAPABILITY IMAP4rev1 AUTH=PLAIN`;
  await assert.rejects(withStartTls(script), failsWith("TLS", /tampering/));
});

test("a server that breaks off behind its answer to STARTTLS is not waited for", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
    C: s STARTTLS
    S: s OK begin
    close`;
  await assert.rejects(withStartTls(script), (error: unknown) => {
    assert.ok(error instanceof InterimapError);
    assert.doesNotMatch(error.message, /no answer within/);
    return true;
  });
});

interface Login {
  readonly what: string;
  /** The greeting's capabilities. */
  readonly offers: string;
  readonly settings?: SomeSettings;
  /** Up to the tagged answer to the login, whose tag is `l`. */
  readonly says: string;
}

const logins: readonly Login[] = [
  {
    what: "AUTHENTICATE PLAIN without SASL-IR waits for the +",
    offers: "AUTH=PLAIN",
    says: `
      C: l AUTHENTICATE PLAIN
      ...
      S: +
      C: AHUAcA==`,
  },
  {
    what: "PLAIN carries names and passwords in UTF-8",
    offers: "AUTH=PLAIN SASL-IR",
    settings: { username: "jürgen", password: "pä ß" },
    says: `C: l AUTHENTICATE PLAIN ${Buffer.from("\0jürgen\0pä ß").toString("base64")}`,
  },
  { what: "the LOGIN command needs no AUTH=LOGIN", offers: "SASL-IR", says: "C: l LOGIN u p" },
  {
    what: "the first configured mechanism that is offered is taken",
    offers: "AUTH=PLAIN SASL-IR",
    settings: { auth: ["LOGIN", "PLAIN"] },
    says: "C: l LOGIN u p",
  },
  {
    what: "LOGIN quotes what is no atom",
    offers: "",
    settings: { username: "u@example.org", password: 'a "b\\ (c) {1} *%' },
    says: String.raw`C: l LOGIN u@example.org "a \"b\\ (c) {1} *%"`,
  },
  {
    what: "LOGIN sends 8-bit text as literals, which wait for their +",
    offers: "",
    settings: { username: "jürgen", password: "pä" },
    says: String.raw`
      C: l LOGIN {7}
      S: + go
      C: j\xc3\xbcrgen {3}
      ...
      S: + go
      C: p\xc3\xa4`,
  },
  {
    what: "LOGIN waits for + with LITERAL+, too",
    offers: "LITERAL+",
    settings: { password: "pä" },
    says: String.raw`
      C: l LOGIN u {3}
      S: + go
      C: p\xc3\xa4`,
  },
  { what: "an empty password is quoted", offers: "", settings: { password: "" }, says: 'C: l LOGIN u ""' },
];

for (const { what, offers, settings = {}, says } of logins) {
  test(what, async () => {
    const script = `
      S: * OK [CAPABILITY IMAP4rev1 ${offers}] ready
      ${says}
      S: l OK [CAPABILITY IMAP4rev1 ${needed}] in
      ${ready}`;
    await connecting(script, settings);
  });
}

interface Refusal {
  readonly what: string;
  readonly offers?: string;
  readonly settings?: SomeSettings;
  /** The server's answer to the login. */
  readonly answer?: string;
  readonly fails: ReturnType<typeof failsWith>;
}

const refusals: readonly Refusal[] = [
  {
    what: "no mechanism in common",
    offers: "AUTH=PLAIN",
    settings: { auth: [] },
    fails: failsWith("AUTH_NO_MECHANISM"),
  },
  ...["AUTH=GSSAPI", "AUTH=PLAIN SASL-IR", "AUTH=LOGIN AUTH=PLAIN", "STARTTLS"].map((others) => ({
    what: `LOGINDISABLED without TLS, beside ${others},`,
    offers: `loginDisabled ${others}`,
    fails: failsWith("AUTH_NO_MECHANISM", /no password without TLS \(LOGINDISABLED\); none was sent; use type = imaps/),
  })),
  {
    what: "no user name configured",
    settings: { username: undefined },
    fails: failsWith("AUTH_NO_MECHANISM", /no username.*section \[remote\]/),
  },
  {
    what: "no password configured",
    settings: { password: undefined },
    fails: failsWith("AUTH_NO_MECHANISM", /no password/),
  },
  {
    what: "a wrong password",
    answer: "NO [AUTHENTICATIONFAILED] Sorry",
    fails: failsWith("AUTH_FAILED", /u refused: \[AUTHENTICATIONFAILED\] Sorry/),
  },
  { what: "a refusal without a code", answer: "NO Sorry", fails: failsWith("AUTH_FAILED") },
  { what: "a login called bad", answer: "BAD What?", fails: failsWith("AUTH_FAILED") },
  {
    what: "a server that cannot check passwords now",
    answer: "NO [UNAVAILABLE] Backend down",
    fails: failsWith("CONNECT", /now: \[UNAVAILABLE\] Backend down; try again later$/),
  },
  { what: "an account in use", answer: "NO [INUSE] Locked", fails: failsWith("CONNECT") },
];

for (const { what, offers = "", settings = {}, answer, fails } of refusals) {
  test(`${what} ends the side`, async () => {
    const says = answer === undefined ? "" : `C: l LOGIN u p\nS: l ${answer}`;
    await assert.rejects(connecting(`S: * OK [CAPABILITY IMAP4rev1 ${offers}] ready\n${says}`, settings), fails);
  });
}

test("LOGINDISABLED without TLS that is told only when asked ends the side, too", async () => {
  const script = `
    S: * OK hello
    C: c CAPABILITY
    S: * CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN SASL-IR
    S: c OK`;
  await assert.rejects(connecting(script), failsWith("AUTH_NO_MECHANISM", /LOGINDISABLED/));
});

test("LOGINDISABLED where no login is needed, or after it, means nothing", async () => {
  const has = `[CAPABILITY IMAP4rev1 LOGINDISABLED ${needed}]`;
  await connecting(`S: * PREAUTH ${has} hello\n${ready}`);
  await connecting(`S: * OK [CAPABILITY IMAP4rev1] hello\nC: l LOGIN u p\nS: l OK ${has} in\n${ready}`);
});

test("LOGINDISABLED in a tunnel, as under TLS, is about the LOGIN command only", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=LOGIN AUTH=PLAIN SASL-IR] ready
    C: l AUTHENTICATE PLAIN AHUAcA==
    S: l OK [CAPABILITY IMAP4rev1 ${needed}] in
    ${ready}`;
  await withScript(script, async ({ port }) => {
    const relay = `const s = require("net").connect(${port}, "127.0.0.1"); process.stdin.pipe(s).pipe(process.stdout)`;
    const transport = {
      type: "tunnel",
      command: `exec '${process.execPath}' -e '${relay}'`,
      nullStderr: false,
    } as const;
    const options = { side: "remote", log: recordedLog(), keepAlive: false } as const;
    const session = await connectTo(serverSettings(port, { transport, auth: ["LOGIN", "PLAIN"] }), options);
    session.destroy();
  });
});

test("the password is in no message", async () => {
  const script = "S: * OK [CAPABILITY IMAP4rev1]\nC: l LOGIN u hunter2\nS: l NO [AUTHENTICATIONFAILED] No";
  await assert.rejects(connecting(script, { password: "hunter2" }), (error: unknown) => {
    for (let each = error; each instanceof Error; each = each.cause) {
      assert.doesNotMatch(JSON.stringify({ ...each }) + (each.stack ?? ""), /hunter2/);
    }
    return true;
  });
});

test("a server that offers no IMAP4rev1 is told apart from one that offers nothing else", async () => {
  await assert.rejects(
    connecting("S: * PREAUTH [CAPABILITY IMAP4] hello"),
    failsWith("CAPABILITY_MISSING", /neither IMAP4rev1 nor IMAP4rev2/),
  );
  await connecting("S: * PREAUTH [CAPABILITY IMAP4rev1] hello", {}, (session) => {
    assert.equal(session.abilities, basic);
    return Promise.resolve();
  });
});

const preauth = `S: * PREAUTH [CAPABILITY IMAP4rev1 ${needed} COMPRESS=DEFLATE] hello\n`;

test("QRESYNC advertised and not enabled is done without, here and on further connections", async () => {
  for (const [enabled, offered, expected] of [
    ["S: * ENABLED", "", basic],
    ["S: * ENABLED CONDSTORE", "", withCondstore],
    ["S: * ENABLED", "CONDSTORE ", withCondstore],
    ["", "CONDSTORE ", withCondstore],
  ] as const) {
    const greeting = preauth.replace("QRESYNC", `${offered}QRESYNC`);
    await connecting(`${greeting}C: e ENABLE QRESYNC\n${enabled}\nS: e OK`, {}, (session) => {
      assert.equal(session.abilities, expected, enabled);
      assert.equal(session.capabilities.has("QRESYNC"), false);
      return Promise.resolve();
    });
  }
});

for (const [answer, code, line] of [
  [
    "NO [UNAVAILABLE] Backend down",
    "SERVER_BUSY",
    /^the server refused ENABLE: NO \[UNAVAILABLE\] .*; try again later$/,
  ],
  ["NO Try again in 3 minutes", "SERVER_BUSY", /ENABLE: NO Try again in 3 minutes; try again later$/],
  ["NO [NOPERM] Not you", "PROTOCOL", /^the server refused ENABLE: NO \[NOPERM\] Not you$/],
  ["BAD What?", "PROTOCOL", /^the server refused ENABLE: BAD What\?$/],
] as const) {
  test(`ENABLE that is answered with ${answer} ends the side: ${code}`, async () => {
    await assert.rejects(connecting(`${preauth}C: e ENABLE QRESYNC\nS: e ${answer}`), failsWith(code, line));
  });
}

test("QRESYNC enabled among others counts, in any case", async () => {
  await connecting(`${preauth}C: e ENABLE QRESYNC\nS: * ENABLED CONDSTORE qresync\nS: e OK`);
});

test("ENABLE and COMPRESS go out together; without compression it goes on", async () => {
  const script = `${preauth}
    C: e ENABLE QRESYNC
    C: c COMPRESS DEFLATE
    S: * ENABLED QRESYNC
    S: e OK
    S: c NO [COMPRESSIONACTIVE] TLS does it
    C: t NOOP
    S: t OK`;
  await connecting(script, { compress: true }, async (session) => {
    await session.run({ name: "NOOP", overlap: "any", parts: line`NOOP` });
  });
});

const noop = (session: Session): Promise<unknown> => session.run({ name: "NOOP", overlap: "any", parts: line`NOOP` });

test("for who is eager, the first commands of the work go out with ENABLE", async () => {
  const script = `${preauth}
    C: e ENABLE QRESYNC
    C: n NOOP
    S: * ENABLED QRESYNC
    S: e OK
    S: n OK`;
  await connecting(script, { isEager: true }, async (session) => {
    await noop(session);
    assert.ok(session.isUsable);
  });
});

test("what went out with an ENABLE that fails, fails as ENABLE does", async () => {
  for (const [answers, code, line] of [
    ["S: e NO [UNAVAILABLE] not yet", "SERVER_BUSY", /ENABLE: NO \[UNAVAILABLE\] not yet/],
    ["S: e NO not today", "PROTOCOL", /ENABLE: NO not today/],
  ] as const) {
    const script = `${preauth}C: e ENABLE QRESYNC\nC: n NOOP\n${answers}\nS: n OK`;
    await connecting(script, { isEager: true }, async (session) => {
      await assert.rejects(noop(session), (error: InterimapError) => {
        assert.equal(error.side, "remote");
        assert.equal(error.abandons, "side");
        return failsWith(code, line)(error);
      });
    });
  }
});

test("COMPRESS is not asked for where it is not offered or not wanted", async () => {
  await connecting(preauth + ready, { compress: false });
  await connecting((preauth + ready).replace("COMPRESS=DEFLATE", ""), { compress: true });
});

// A refusal before the work begins concerns the server, not one mailbox: the run must not end as "partly done".
const handshakes: readonly (readonly [name: string, script: string])[] = [
  ["CAPABILITY", "S: * OK hello\nC: c CAPABILITY\nS: c NO never"],
  ["ENABLE", `${preauth}C: e ENABLE QRESYNC\nS: e BAD never`],
];

for (const [name, script] of handshakes) {
  test(`${name} refused ends the side`, async () => {
    await assert.rejects(connecting(script), { abandons: "side" });
  });
}

test("STARTTLS refused ends the side", async () => {
  const script = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready\nC: s STARTTLS\nS: s NO no certificate today";
  await assert.rejects(withStartTls(script), { abandons: "side" });
});

const waits: readonly (readonly [what: string, script: string])[] = [
  ["the greeting", ""],
  ["the answer to the login", "S: * OK [CAPABILITY IMAP4rev1]\nC: l LOGIN u p"],
];

for (const [what, script] of waits) {
  test(`a signal ends the wait for ${what}`, async () => {
    await withScript(script, async ({ port }) => {
      const interruption = new AbortController();
      const interrupt = () => setTimeout(() => interruption.abort(new Error("interrupted")), 200);
      const log: Log = { ...recordedLog(1), debug: (text) => void (text.includes("LOGIN") && interrupt()) };
      if (script === "") interrupt();
      const options = { side: "local", log, keepAlive: false, signal: interruption.signal } as const;
      await assert.rejects(connectTo(serverSettings(port), options), /^Error: interrupted$/);
    });
  });
}

// Some servers repeat what they do not understand.
const plainText = Buffer.from("\0joe\0S3cret Pw").toString("base64");

for (const [how, script] of [
  [
    "LOGIN",
    `S: * OK [CAPABILITY IMAP4rev1] hi\nC: t1 LOGIN joe "S3cret Pw"\nS: t1 BAD Error in: t1 LOGIN joe "S3cret Pw"`,
  ],
  [
    "AUTHENTICATE",
    `S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\nC: t1 AUTHENTICATE PLAIN\nS: +\nC: ${plainText}\n` +
      `S: * BAD what is ${plainText}?\nS: t1 NO ${plainText} is S3cret Pw`,
  ],
  [
    "BYE",
    `S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\nC: t1 AUTHENTICATE PLAIN ${plainText}\nS: * BYE not with ${plainText}\nclose`,
  ],
  ["a greeting", `S: * BYE not again with S3cret Pw`],
  ["no response at all", "S: 500 S3cret Pw is no command"],
  ["a strange tag", `S: * OK [CAPABILITY IMAP4rev1] hi\nC: t1 LOGIN joe "S3cret Pw"\nS: ${plainText.slice(0, -1)} OK`],
] as const) {
  test(`our own password, repeated by the server (${how}), is neither in the error nor in the log`, async () => {
    await withScript(script, async ({ port }) => {
      const log = recordedLog(1);
      const settings = serverSettings(port, { username: "joe", password: "S3cret Pw" });
      await assert.rejects(connectTo(settings, { side: "remote", log, keepAlive: false }), (error) => {
        assert.ok(error instanceof InterimapError);
        assert.match(errorLine(error), /\[redacted\]/);
        for (const text of [errorLine(error), String(error.cause), log.lines.join("\n")]) {
          assert.doesNotMatch(text, /S3cret|Pw\b/);
          assert.ok(!text.includes(plainText.slice(4, 12)), text);
        }
        return true;
      });
    });
  });
}

test("STARTTLS where offered: a server without it is gone on with", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
    C: l AUTHENTICATE PLAIN AHUAcA==
    S: l OK [CAPABILITY IMAP4rev1] in`;
  await withScript(script, async ({ port }) => {
    const settings = serverSettings(port, { transport: inetSettings(port, { startTls: "where offered" }) });
    const session = await connectTo(settings, { side: "remote", log: recordedLog(), keepAlive: false });
    assert.equal(session.transport.secure, false);
    session.destroy();
  });
});

test("STARTTLS where offered: a server that refuses it then is not gone on with", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready
    C: s STARTTLS
    S: s NO not now`;
  await withScript(script, async ({ port }) => {
    const settings = serverSettings(port, { transport: inetSettings(port, { startTls: "where offered" }) });
    await assert.rejects(
      connectTo(settings, { side: "remote", log: recordedLog(), keepAlive: false }),
      failsWith("PROTOCOL"),
    );
  });
});

test("a server can be reached first, and logged in to later; what is to happen then happens before anything else", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
    C: l AUTHENTICATE PLAIN AHUAcA==
    S: l OK [CAPABILITY IMAP4rev1 ${needed}] in
    C: n NOOP
    S: n OK
    ${ready}`;
  await withScript(script, async ({ port }) => {
    const settings = serverSettings(port);
    const reached = await reach(settings, { side: "remote", log: recordedLog(), keepAlive: false });
    assert.equal(reached.isPreauthenticated, false);
    assert.equal(reached.session.greetingText, "ready");
    let by: string | undefined;
    const session = await enter(reached, settings, {
      side: "remote",
      log: recordedLog(),
      keepAlive: false,
      credentials: someCredentials(settings),
      onLoggedIn: async (session, mechanism) => {
        by = mechanism;
        await session.run({ name: "NOOP", overlap: "any", parts: line`NOOP` });
      },
    });
    assert.equal(by, "PLAIN");
    assert.equal(session.abilities, withQresync);
    session.destroy();
  });
});
