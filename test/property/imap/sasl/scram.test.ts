// SCRAM with a server that was written from the RFC: the right password gets in, and both know it; anything else does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SaltedPasswords } from "../../../../src/imap/sasl/salted-passwords.ts";
import { type Binding, scram, type ScramOptions } from "../../../../src/imap/sasl/scram.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { fc } from "../../../support/examples.ts";
import { scramServer } from "../../../support/scram-server.ts";

const numRuns = Number(process.env["RUNS"] ?? 40);
const name = fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).filter((text) => !/[\0\x01]/.test(text));
const password = fc.string({ unit: "binary", maxLength: 30 });
const known = new SaltedPasswords();

const binding: fc.Arbitrary<Binding> = fc.oneof(
  fc.constantFrom("none" as const, "missed" as const),
  fc.record({
    type: fc.constantFrom("tls-exporter", "tls-server-end-point", "tls-unique"),
    data: fc.uint8Array({ maxLength: 64 }).map((octets) => Buffer.from(octets)),
  }),
);

interface Login {
  readonly hash: "sha1" | "sha256";
  readonly username: string;
  readonly authzid: string | undefined;
  readonly password: string;
  readonly binding: Binding;
  readonly salt: Buffer;
  readonly iterations: number;
}

const login: fc.Arbitrary<Login> = fc.record({
  hash: fc.constantFrom("sha1", "sha256"),
  username: name,
  authzid: fc.option(name, { nil: undefined }),
  password,
  binding,
  salt: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((octets) => Buffer.from(octets)),
  iterations: fc.integer({ min: 4096, max: 4200 }),
});

function client({ hash, ...options }: Login, given = options.password) {
  const mechanism: ScramOptions["mechanism"] = hash === "sha1" ? "SCRAM-SHA-1" : "SCRAM-SHA-256";
  const saltedPassword: ScramOptions["saltedPassword"] = (salting) => known.derive(given, salting);
  return scram({ ...options, mechanism, saltedPassword, hide: () => undefined });
}

function server(options: Login) {
  const channel = typeof options.binding === "string" ? {} : { channel: options.binding };
  return scramServer({ ...options, ...channel, announces: false });
}

test("the right password gets in, by whatever name, and the server proves itself", async () => {
  await fc.assert(
    fc.asyncProperty(login, async (one) => {
      const [ours, theirs] = [client(one), server(one)];
      const proof = await ours.answer(Buffer.from(theirs.first(ours.first!.toString())));
      assert.deepEqual([theirs.username, theirs.authzid], [one.username, one.authzid].map(inUtf8));
      assert.deepEqual(await ours.answer(Buffer.from(theirs.final(proof!.toString()))), Buffer.alloc(0));
      ours.conclude?.();
    }),
    { numRuns },
  );
});

test("another password does not", async () => {
  await fc.assert(
    fc.asyncProperty(login, password, async (one, other) => {
      fc.pre(Buffer.from(other).compare(Buffer.from(one.password)) !== 0 && !sameKey(other, one.password));
      const [ours, theirs] = [client(one, other), server(one)];
      const proof = await ours.answer(Buffer.from(theirs.first(ours.first!.toString())));
      assert.equal(theirs.final(proof!.toString()), "e=invalid-proof");
    }),
    { numRuns },
  );
});

test("whatever else a server says, it is an error with a line, or no login", async () => {
  const said = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.tuple(fc.constantFrom("r=", "s=", "i=", "m=", "v=", "e="), fc.string()).map((parts) => parts.join("")),
    fc
      .array(fc.constantFrom("r=x", ",", "s=AAAA", "i=4096", "=", "v=", "\n", "\0", "é"), { maxLength: 12 })
      .map((parts) => parts.join("")),
  );
  await fc.assert(
    fc.asyncProperty(login, said, said, async (one, first, final) => {
      for (const dialogue of [[first], [undefined, final]] as const) {
        const [ours, theirs] = [client(one), server(one)];
        try {
          for (const text of dialogue) await ours.answer(Buffer.from(text ?? theirs.first(ours.first!.toString())));
          ours.conclude?.();
          assert.fail("it has proved nothing");
        } catch (error) {
          assert.ok(error instanceof InterimapError, String(error));
          assert.match(error.code, /^(PROTOCOL|AUTH_UNSAFE)$/);
        }
      }
    }),
    { numRuns: numRuns * 5 },
  );
});

/** Characters that have no place in UTF-8 become another one. */
function inUtf8(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString();
}

/** HMAC pads its keys with NULs. */
function sameKey(one: string, other: string): boolean {
  const key = (text: string): string => Buffer.from(text).toString("latin1").replace(/\0+$/, "");
  return key(one) === key(other);
}
