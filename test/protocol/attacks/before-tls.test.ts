// Whoever stands in between, before TLS and while it begins: the credentials stay here.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { Wire } from "../../support/attacker.ts";
import { findSecret, startAttacker } from "../../support/attacker.ts";
import { tlsSettings } from "../../support/inet-settings.ts";
import { makeTlsFixtures, type TlsFixtures } from "../../support/tls-fixtures.ts";
import { connecting, heldOff, password, requireNoCredentials, startTls, username } from "./scene.ts";

const offersBoth = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN AUTH=LOGIN SASL-IR] ready\r\n";

/** Greets, and answers the first command. */
function answering(answer: string, greeting = offersBoth) {
  return async (wire: Wire): Promise<void> => {
    wire.say(greeting);
    const line = await wire.line();
    if (line !== undefined) wire.say(answer.replaceAll("TAG", line.split(" ")[0] ?? ""));
  };
}

const base = { transport: startTls, left: ["a0 STARTTLS"] };

heldOff({
  ...base,
  name: "PREAUTH on a link to be upgraded",
  script: answering("TAG OK\r\n", "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] welcome\r\n"),
  left: [],
  fails: "STARTTLS_MISSING",
  words: /PREAUTH/,
});

heldOff({
  ...base,
  name: "PREAUTH without any capability on a link to be upgraded",
  script: answering("* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK\r\n", "* PREAUTH welcome\r\n"),
  left: ["a0 CAPABILITY"],
  fails: "STARTTLS_MISSING",
  words: /PREAUTH/,
});

const injected = "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\na1 OK in\r\n";

heldOff({
  ...base,
  name: "data injected with the STARTTLS answer, in the same packet",
  script: answering(`TAG OK begin\r\n${injected}`),
  fails: "TLS",
  words: /tampering/,
});

for (const [name, octets] of [
  ["a line end", "\r\n"],
  ["one octet", "x"],
  ["an answer to what comes next", "a1 OK in\r\n"],
  ["a continuation", "+ \r\n"],
] as const)
  heldOff({
    ...base,
    name: `data injected with the STARTTLS answer: ${name}`,
    script: answering(`TAG OK begin\r\n${octets}`),
    fails: "TLS",
    words: /tampering/,
  });

heldOff({
  ...base,
  name: "data injected with the STARTTLS answer, in the next packet",
  script: async (wire) => {
    await answering("TAG OK begin\r\n")(wire);
    // The client's part of the handshake.
    await wire.octets();
    wire.say(injected);
  },
  fails: "TLS",
});

heldOff({
  ...base,
  name: "data injected before the STARTTLS answer",
  script: answering("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n* PREAUTH in\r\na1 OK in\r\nTAG OK begin\r\n"),
  fails: "PROTOCOL",
  words: /never sent/,
});

for (const status of ["NO", "BAD"])
  heldOff({
    ...base,
    name: `STARTTLS stripped: answered with ${status}, and a list of mechanisms behind it`,
    script: answering(`TAG ${status} sorry\r\n${injected}`),
    fails: "PROTOCOL",
  });

for (const capabilities of ["IMAP4rev1 AUTH=PLAIN SASL-IR", "IMAP4rev1 AUTH=LOGIN", "IMAP4rev1", "IMAP4rev1 XSTARTTLS"])
  heldOff({
    ...base,
    name: `STARTTLS stripped: the server offers ${capabilities}`,
    script: answering("TAG OK\r\n", `* OK [CAPABILITY ${capabilities}] ready\r\n`),
    left: [],
    fails: "STARTTLS_MISSING",
  });

heldOff({
  ...base,
  name: "STARTTLS stripped: not in the answer to CAPABILITY either",
  script: answering("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK\r\n", "* OK ready\r\n"),
  left: ["a0 CAPABILITY"],
  fails: "STARTTLS_MISSING",
});

heldOff({
  ...base,
  name: "STARTTLS stripped: answered with BYE",
  script: answering("* BYE no TLS here\r\n"),
  fails: "CONNECTION_LOST",
});

heldOff({
  ...base,
  name: "STARTTLS stripped: never answered",
  script: answering("* OK still here\r\n"),
  timeoutMs: 100,
  fails: "CONNECTION_SILENT",
});

heldOff({
  ...base,
  name: "STARTTLS stripped: answered with OK, and then no handshake but IMAP",
  script: async (wire) => {
    await answering("TAG OK begin\r\n")(wire);
    await wire.octets();
    wire.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] go on in clear\r\n");
  },
  fails: "TLS",
});

heldOff({
  ...base,
  name: "a continuation that nobody asked for, in place of an answer to STARTTLS",
  script: answering(`${"+ \r\n".repeat(10)}+ UGFzc3dvcmQ6\r\nTAG NO\r\n`),
  fails: "PROTOCOL",
});

heldOff({
  ...base,
  name: "an answer to STARTTLS before it is sent",
  script: (wire) => {
    wire.say(`${offersBoth}a0 OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n`);
  },
  left: [],
  fails: "PROTOCOL",
});

let fixtures: TlsFixtures;
before(() => {
  fixtures = makeTlsFixtures();
});

test("capabilities told before TLS are not believed after it", async (t) => {
  const attacker = await startAttacker(t, async (wire) => {
    // What is offered in clear would have the password sent at once, and by the weaker command.
    wire.say("* OK [CAPABILITY IMAP4rev1 STARTTLS SASL-IR LITERAL+ AUTH=LOGIN AUTH=PLAIN QRESYNC ENABLE] ready\r\n");
    wire.say(`${(await wire.line())!.split(" ")[0]!} OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] begin\r\n`);
    await wire.tls(fixtures.trusted);
    const asked = (await wire.line())!;
    wire.say(`* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n${asked.split(" ")[0]!} OK\r\n`);
    const login = (await wire.line())!;
    wire.say(`${login.split(" ")[0]!} NO not you\r\n`);
  });
  const transport = { startTls: true, tls: tlsSettings({ caFile: fixtures.caFile }) };
  await assert.rejects(connecting("remote", attacker, { transport }), { code: "AUTH_FAILED" });
  assert.deepEqual(attacker.lines, ["a0 STARTTLS", "TLS a1 CAPABILITY", "TLS a2 AUTHENTICATE PLAIN"]);
  requireNoCredentials(attacker);
});

test("capabilities told before the login are not believed after it", async (t) => {
  const attacker = await startAttacker(t, async (wire) => {
    wire.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR QRESYNC ENABLE] ready\r\n");
    wire.say(`${(await wire.line())!.split(" ")[0]!} OK in\r\n`);
    wire.say(`* CAPABILITY IMAP4rev1\r\n${(await wire.line())!.split(" ")[0]!} OK\r\n`);
  });
  await connecting("local", attacker, {});
  assert.equal(attacker.lines.length, 2, "nothing is enabled that is not offered any more");
  assert.equal(attacker.lines[1], "a1 CAPABILITY");
});

test("what looks for secrets finds them, wherever they begin", () => {
  const secret = "hunter2";
  for (const before of ["", "a", "ab", "abc", "\0somebody\0"]) {
    const sent = Buffer.from(Buffer.from(`${before}${secret}`).toString("base64"));
    assert.match(String(findSecret(sent, secret)), /^base64/, before);
  }
  assert.equal(findSecret(Buffer.from(`LOGIN u "${password}"`, "utf8"), password), "plain");
  assert.equal(findSecret(Buffer.from(`a0 AUTHENTICATE PLAIN`), username), undefined);
});
