// Sealed secrets: for one key, one server and one user.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeKeyFile, readKeyFiles } from "../../../src/fleet/secrets/key-file.ts";
import { resolveSecret } from "../../../src/fleet/secrets/resolve.ts";
import { keyId, open, seal } from "../../../src/fleet/secrets/seal.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const { privateKey, publicKey } = generateKeyPairSync("x25519");
const purpose = { host: "a.example", port: undefined, user: "u" };
const secret = "pässword\u0000;";

test("a secret opens with its key", () => {
  assert.equal(open(seal(secret, publicKey, purpose), privateKey, purpose), secret);
});

test("nothing of a secret is in what is sealed, and no two are alike", () => {
  const sealed = [seal(secret, publicKey, purpose), seal(secret, publicKey, purpose)];
  assert.notEqual(sealed[0]?.text, sealed[1]?.text);
  assert.doesNotMatch(JSON.stringify(sealed), /ssword/);
});

for (const other of [
  { ...purpose, host: "evil.example" },
  { ...purpose, port: 1143 },
  { ...purpose, user: "w" },
])
  test(`a secret does not open for ${JSON.stringify(other)}`, () => {
    assert.throws(() => open(seal(secret, publicKey, purpose), privateKey, other));
  });

test("a secret that was changed does not open", () => {
  const sealed = seal(secret, publicKey, purpose);
  const other = seal(secret, publicKey, purpose);
  for (const part of ["ephemeral", "nonce", "text", "tag"] as const)
    assert.throws(() => open({ ...sealed, [part]: other[part] }, privateKey, purpose), Error, part);
});

test("a key file is for its owner alone, and is not written over", () => {
  const path = join(scratchDirectory("keys"), "key");
  const made = makeKeyFile(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.throws(() => makeKeyFile(path), { code: "FILE_CREATE" });
  const [[id, read] = []] = readKeyFiles([path]);
  const sealed = seal(secret, publicKey, purpose);
  assert.equal(read?.equals(made), true);
  assert.notEqual(id, keyId(publicKey));
  assert.throws(() => open(sealed, made, purpose));
});

test("whoever lacks the key is told which one", async () => {
  const sealed = seal(secret, publicKey, purpose);
  const account = { ...purpose, secret: { from: "sealed", sealed } } as const;
  const how = { credentials: undefined, signal: new AbortController().signal };
  await assert.rejects(resolveSecret(account, { ...how, keys: new Map() }), {
    code: "CREDENTIALS",
    message: `the secret of u at a.example is sealed for the key ${keyId(publicKey)}`,
  });
  assert.equal(await resolveSecret(account, { ...how, keys: new Map([[keyId(publicKey), privateKey]]) }), secret);
});
