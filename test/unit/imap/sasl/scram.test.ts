// SCRAM as the RFCs show it, and servers that do not keep to it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandRefused } from "../../../../src/imap/command-refused.ts";
import type { Exchange } from "../../../../src/imap/sasl/exchange.ts";
import { prepared, SaltedPasswords } from "../../../../src/imap/sasl/salted-passwords.ts";
import { scram, type ScramOptions } from "../../../../src/imap/sasl/scram.ts";
import { failsWith } from "../../../protocol/fixture.ts";
import { scramServer } from "../../../support/scram-server.ts";

function exchange(password: string, more: Partial<ScramOptions> = {}): Exchange {
  const known = new SaltedPasswords();
  return scram({
    mechanism: "SCRAM-SHA-256",
    username: "user",
    authzid: undefined,
    saltedPassword: (salting) => known.derive(password, salting),
    binding: "none",
    hide: () => undefined,
    ...more,
  });
}

async function said(dialogue: Exchange, challenge: string): Promise<string | undefined> {
  return (await dialogue.answer(Buffer.from(challenge)))?.toString();
}

describe("the dialogues of the RFCs", () => {
  test("RFC 5802 5, SCRAM-SHA-1", async () => {
    const dialogue = exchange("pencil", { mechanism: "SCRAM-SHA-1", nonce: "fyko+d2lbbFgONRv9qkxdawL" });
    assert.equal(dialogue.first?.toString(), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    assert.equal(
      await said(dialogue, "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"),
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    );
    assert.equal(await said(dialogue, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), "");
    dialogue.conclude?.();
  });

  test("RFC 7677 3, SCRAM-SHA-256", async () => {
    const dialogue = exchange("pencil", { nonce: "rOprNGfwEbeRWgbNEkqO" });
    assert.equal(dialogue.first?.toString(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assert.equal(
      await said(dialogue, "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    );
    assert.equal(await said(dialogue, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), "");
    dialogue.conclude?.();
  });
});

const first = (more: string): string => `r=nonce1,${more}`;
const salted = "s=QSXCR+Q6sek8bf92";

const hostile: readonly (readonly [what: string, serverFirst: string, fails: ReturnType<typeof failsWith>])[] = [
  ["nothing", "", failsWith("PROTOCOL", /cannot be read/)],
  ["no salt", first("i=4096"), failsWith("PROTOCOL")],
  ["an empty salt", first("s=,i=4096"), failsWith("PROTOCOL")],
  ["a salt that is not base64", first("s=Q*,i=4096"), failsWith("PROTOCOL")],
  ["a salt with loose ends", first("s=QSXCR+Q6sek8bf9,i=4096"), failsWith("PROTOCOL")],
  ["no count", first(salted), failsWith("PROTOCOL")],
  ["no number", first(`${salted},i=x`), failsWith("PROTOCOL")],
  ["a negative number", first(`${salted},i=-4096`), failsWith("PROTOCOL")],
  ["a number in disguise", first(`${salted},i=04096`), failsWith("PROTOCOL")],
  ["a number without end", first(`${salted},i=${"9".repeat(400)}`), failsWith("PROTOCOL")],
  ["another order", `${salted},r=nonce1,i=4096`, failsWith("PROTOCOL")],
  ["a nonce of its own", `r=other,${salted},i=4096`, failsWith("AUTH_UNSAFE", /another login/)],
  ["our nonce, and nothing added", `r=nonce,${salted},i=4096`, failsWith("AUTH_UNSAFE", /another login/)],
  ["too few iterations", first(`${salted},i=4095`), failsWith("AUTH_UNSAFE", /4095 iterations.*4096 to 2000000/)],
  ["one iteration", first(`${salted},i=1`), failsWith("AUTH_UNSAFE")],
  ["too many iterations", first(`${salted},i=2000001`), failsWith("AUTH_UNSAFE", /2000001 iterations/)],
  ["iterations for years", first(`${salted},i=999999999999999`), failsWith("AUTH_UNSAFE")],
  ["a mandatory extension", `m=x,${first(`${salted},i=4096`)}`, failsWith("AUTH_UNSAFE", /extension/)],
];

for (const [what, serverFirst, fails] of hostile) {
  test(`a server that begins with ${what} gets no proof`, async () => {
    let derivations = 0;
    const saltedPassword = (): Promise<Buffer> => {
      derivations++;
      return Promise.resolve(Buffer.alloc(32));
    };
    await assert.rejects(said(exchange("p", { nonce: "nonce", saltedPassword }), serverFirst), fails);
    assert.equal(derivations, 0);
  });
}

test("optional extensions are passed over", async () => {
  const dialogue = exchange("p", { nonce: "nonce" });
  assert.match((await said(dialogue, first(`${salted},i=4096,x=y,z=1`))) ?? "", /^c=biws,r=nonce1,p=/);
});

async function proved(): Promise<Exchange> {
  const dialogue = exchange("p", { nonce: "nonce" });
  await said(dialogue, first(`${salted},i=4096`));
  return dialogue;
}

test("a server without the right proof is not believed, whatever it says", async () => {
  const wrong = Buffer.alloc(32).toString("base64");
  for (const final of [`v=${wrong}`, "v=AAAA", `v=${wrong},x=y`]) {
    const dialogue = await proved();
    await assert.rejects(said(dialogue, final), failsWith("AUTH_UNSAFE", /did not prove/));
    assert.throws(() => dialogue.conclude?.(), failsWith("AUTH_UNSAFE"));
  }
  for (const final of ["", "x", "v=", "v=*", `V=${wrong}`, `x=1,v=${wrong}`]) {
    await assert.rejects(said(await proved(), final), failsWith("PROTOCOL"));
  }
  const early = exchange("p", { nonce: "nonce" });
  assert.throws(() => early.conclude?.(), failsWith("AUTH_UNSAFE"));
  const unanswered = await proved();
  assert.throws(() => unanswered.conclude?.(), failsWith("AUTH_UNSAFE"));
  const asksOnlyOnce = await proved();
  await said(asksOnlyOnce, "e=other-error");
  assert.throws(() => asksOnlyOnce.conclude?.(), failsWith("AUTH_UNSAFE"));
  assert.equal(await said(asksOnlyOnce, `v=${wrong}`), undefined);
});

for (const [reason, code, line] of [
  ["channel-bindings-dont-match", "AUTH_UNSAFE", /another TLS connection/],
  ["server-does-support-channel-binding", "AUTH_UNSAFE", /SCRAM-SHA-256-PLUS, and it did not reach us/],
  ["channel-binding-not-supported", "AUTH_NO_MECHANISM", /set auth = SCRAM-SHA-256$/],
  ["unsupported-channel-binding-type", "AUTH_NO_MECHANISM", /set auth = SCRAM-SHA-256$/],
  ["no-resources", "CONNECT", /try again later/],
] as const) {
  test(`the server's reason ${reason} is told`, async () => {
    const dialogue = await proved();
    assert.equal(await said(dialogue, `e=${reason}`), "");
    const refusal = new CommandRefused(
      "AUTHENTICATE",
      { kind: "tagged", tag: "a", status: "NO", code: undefined, text: "no" },
      "local",
    );
    const explained = dialogue.explain?.(refusal);
    assert.ok(failsWith(code, line)(explained));
  });
}

test("a wrong password needs no other words than the refusal's", async () => {
  const dialogue = await proved();
  await said(dialogue, "e=invalid-proof");
  const refusal = new CommandRefused(
    "AUTHENTICATE",
    { kind: "tagged", tag: "a", status: "NO", code: undefined, text: "no" },
    "local",
  );
  assert.equal(dialogue.explain?.(refusal), undefined);
});

test("names are escaped, and the user to act for stands in the header", async () => {
  const dialogue = exchange("p", { username: "a=b,c", authzid: "d,e=", nonce: "nonce" });
  assert.equal(dialogue.first?.toString(), "n,a=d=2Ce=3D,n=a=3Db=2Cc,r=nonce");
  const header = Buffer.from("n,a=d=2Ce=3D,").toString("base64");
  assert.match((await said(dialogue, first(`${salted},i=4096`))) ?? "", new RegExp(`^c=${header},`));
});

test("each login has a nonce of its own", () => {
  assert.notEqual(exchange("p").first?.toString(), exchange("p").first?.toString());
});

test("whoever may bind and is not offered it says so, in the part that the proof covers", async () => {
  const dialogue = exchange("p", { binding: "missed", nonce: "nonce" });
  assert.equal(dialogue.first?.toString(), "y,,n=user,r=nonce");
  assert.match((await said(dialogue, first(`${salted},i=4096`))) ?? "", /^c=eSws,/);
});

test("the binding's data are part of what is proved", async () => {
  const binding = { type: "tls-exporter", data: Buffer.from([0, 255, 1]) } as const;
  const options = { mechanism: "SCRAM-SHA-256-PLUS", binding } as const;
  const server = scramServer({ hash: "sha256", password: "p", channel: binding });
  const dialogue = exchange("p", options);
  const final = server.final((await said(dialogue, server.first(dialogue.first!.toString()))) ?? "");
  assert.equal(await said(dialogue, final), "");
  dialogue.conclude?.();

  const elsewhere = scramServer({ hash: "sha256", password: "p", channel: { ...binding, data: Buffer.from([1]) } });
  const caught = exchange("p", options);
  assert.equal(
    elsewhere.final((await said(caught, elsewhere.first(caught.first!.toString()))) ?? ""),
    "e=channel-bindings-dont-match",
  );
});

test("both proofs are hidden before they are sent", async () => {
  const hidden: string[] = [];
  const server = scramServer({ hash: "sha256", password: "p" });
  const dialogue = exchange("p", { hide: (secret) => hidden.push(secret) });
  const proof = (await said(dialogue, server.first(dialogue.first!.toString()))) ?? "";
  assert.deepEqual([`p=${hidden[0] ?? ""}`, `v=${hidden[1] ?? ""}`], [/p=.*/.exec(proof)?.[0], server.final(proof)]);
});

describe("SASLprep", () => {
  for (const [what, text, result] of [
    ["plain ASCII stays", "p ,=ASS~", "p ,=ASS~"],
    ["RFC 4013 3: what maps to nothing", "I\u00adX", "IX"],
    ["RFC 4013 3: compatible forms", "\u2168", "IX"],
    ["RFC 4013 3: a feminine ordinal", "\u00aa", "a"],
    ["blanks of any kind", "a\u00a0b", "a b"],
    ["composed letters", "u\u0308", "ü"],
    ["what it forbids is taken as it is", "\u0007", "\u0007"],
    ["… mixed directions, too", "\u06271", "\u06271"],
    ["… and what is newer than it", "p🦊", "p🦊"],
    ["nothing", "", ""],
  ] as const) {
    test(what, async () => {
      assert.equal(await prepared(text), result);
    });
  }
});

describe("salted passwords", () => {
  const salting = { hash: "sha256", salt: Buffer.from("salt"), iterations: 4096 } as const;

  test("are derived once for all connections, also while that is being done", () => {
    const known = new SaltedPasswords();
    const [one, other] = [known.derive("p", salting), known.derive("p", { ...salting, salt: Buffer.from("salt") })];
    assert.equal(one, other);
  });

  test("differ by all that they are made of", async () => {
    const known = new SaltedPasswords();
    const made = await Promise.all([
      known.derive("p", salting),
      known.derive("q", salting),
      known.derive("p", { ...salting, salt: Buffer.from("other") }),
      known.derive("p", { ...salting, iterations: 4097 }),
      known.derive("p", { ...salting, hash: "sha1" }),
    ]);
    assert.equal(new Set(made.map((key) => key.toString("hex"))).size, made.length);
  });

  test("of a server that has another salt each time do not fill the memory", () => {
    const known = new SaltedPasswords();
    const first = known.derive("p", salting);
    for (let count = 0; count < 4; count++) void known.derive("p", { ...salting, salt: Buffer.from([count]) });
    assert.notEqual(known.derive("p", salting), first);
  });
});
