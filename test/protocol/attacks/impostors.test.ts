// Somebody else answers: with a certificate that is not the server's, or with TLS of former times. The handshake may well
// succeed for them; what is said inside of it is theirs to read, and it is nothing.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { SecureContextOptions } from "node:tls";
import type { InetSettings, TlsSettings } from "../../../src/model/server-settings.ts";
import { sides } from "../../../src/model/side.ts";
import { startAttacker, type Wire } from "../../support/attacker.ts";
import { tlsSettings } from "../../support/inet-settings.ts";
import { type Identity, makeTlsFixtures, type TlsFixtures } from "../../support/tls-fixtures.ts";
import { failsWith } from "../fixture.ts";
import { connecting, heldOff, requireNoCredentials } from "./scene.ts";

let fixtures: TlsFixtures;
before(() => {
  fixtures = makeTlsFixtures();
});

const greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN SASL-IR] come in\r\n";

/** Before the handshake with STARTTLS, and at once without. */
async function handshake(wire: Wire, type: InetSettings["type"], identity: SecureContextOptions): Promise<void> {
  if (type === "imap") {
    wire.say("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready\r\n");
    wire.say(`${(await wire.line())?.split(" ")[0] ?? ""} OK begin\r\n`);
  }
  if (await wire.tls(identity)) wire.say(greeting);
}

interface Impostor {
  readonly name: string;
  readonly shows: (fixtures: TlsFixtures) => SecureContextOptions;
  readonly trusts?: (fixtures: TlsFixtures) => Partial<TlsSettings>;
}

const authority = ({ caFile }: TlsFixtures): Partial<TlsSettings> => ({ caFile });

function fingerprint({ sha256 }: Identity): Pick<TlsSettings, "fingerprints"> {
  return { fingerprints: [{ algorithm: "sha256", digest: sha256 }] };
}

const impostors: readonly Impostor[] = [
  { name: "an authority that is not trusted (wrong certificate)", shows: ({ trusted }) => trusted, trusts: () => ({}) },
  { name: "an expired certificate", shows: ({ expired }) => expired },
  { name: "a self-signed certificate", shows: ({ selfSigned }) => selfSigned },
  { name: "a certificate for another name", shows: ({ otherName }) => otherName },
  {
    name: "another key than the one that is pinned",
    shows: ({ trusted }) => trusted,
    trusts: (all) => ({ ...authority(all), ...fingerprint(all.selfSigned) }),
  },
  {
    name: "another key than the one that is pinned, where nothing else is checked",
    shows: ({ selfSigned }) => selfSigned,
    trusts: ({ trusted }) => ({ verify: false, ...fingerprint(trusted) }),
  },
  {
    name: "the pinned key, in a certificate for another name",
    shows: ({ otherName }) => otherName,
    trusts: (all) => ({ ...authority(all), ...fingerprint(all.otherName) }),
  },
  {
    name: "TLS 1.1, with a certificate that is right",
    shows: ({ trusted }) => ({ ...trusted, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }),
  },
  {
    name: "TLS 1.0, with a certificate that is right",
    shows: ({ trusted }) => ({ ...trusted, minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" }),
  },
  {
    name: "TLS 1.2 where SSL_protocol_min is TLSv1.3",
    shows: ({ trusted }) => ({ ...trusted, maxVersion: "TLSv1.2" }),
    trusts: (all) => ({ ...authority(all), minVersion: "TLSv1.3" }),
  },
];

for (const type of ["imap", "imaps"] as const)
  describe(type === "imap" ? "STARTTLS" : "TLS from the beginning", () => {
    for (const { name, shows, trusts = authority } of impostors)
      for (const side of sides)
        test(`${name} (${side})`, async (t) => {
          const attacker = await startAttacker(t, (wire) => handshake(wire, type, shows(fixtures)));
          const tls = tlsSettings(trusts(fixtures));
          const transport = type === "imap" ? { type, startTls: true, tls } : { type, tls };
          await assert.rejects(connecting(side, attacker, { transport }), failsWith("TLS"));
          assert.deepEqual(attacker.lines, type === "imap" ? ["a0 STARTTLS"] : []);
          requireNoCredentials(attacker);
          assert.equal(attacker.connections, 1, "there is no second try, with less");
        });
  });

/** A fatal alert of TLS 1.0, handshake_failure or protocol_version: who falls back to less has been talked down. */
for (const [name, alert] of [
  ["protocol_version", "\x15\x03\x01\x00\x02\x02\x46"],
  ["handshake_failure", "\x15\x03\x01\x00\x02\x02\x28"],
  ["inappropriate_fallback", "\x15\x03\x00\x00\x02\x02\x56"],
] as const)
  heldOff({
    name: `a server that demands less (alert ${name}) is not tried again with less`,
    transport: { type: "imaps" },
    script: async (wire) => {
      await wire.octets();
      wire.say(alert);
    },
    left: [],
    fails: "TLS",
  });

heldOff({
  name: "a server that answers in clear where TLS is awaited",
  transport: { type: "imaps" },
  script: async (wire) => {
    wire.say(greeting);
    await wire.octets();
    wire.say(greeting);
  },
  left: [],
  fails: "TLS",
});

test("the server itself gets them, or these tests would show nothing", async (t) => {
  const attacker = await startAttacker(t, async (wire) => {
    await handshake(wire, "imaps", fixtures.trusted);
    wire.say(`${(await wire.line())?.split(" ")[0] ?? ""} NO not today\r\n`);
  });
  const tls = tlsSettings({ ...authority(fixtures), ...fingerprint(fixtures.trusted) });
  await assert.rejects(connecting("remote", attacker, { transport: { type: "imaps", tls } }), failsWith("AUTH_FAILED"));
  assert.match(attacker.lines.join("\n"), /^TLS a0 AUTHENTICATE PLAIN \S{20,}$/);
  assert.throws(() => {
    requireNoCredentials(attacker);
  });
});
