// The private keys of workers, each in a file of its own.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { closeSync, constants, writeSync } from "node:fs";
import { readSecretFile } from "../../credentials/read-secret-file.ts";
import { createPrivately } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import { keyId } from "./seal.ts";

/** Makes a key and writes it to a file that is not there yet, in PEM. @throws InterimapError FILE_CREATE */
export function makeKeyFile(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync("x25519");
  try {
    const descriptor = createPrivately(path, constants.O_WRONLY);
    writeSync(descriptor, privateKey.export({ type: "pkcs8", format: "pem" }) as string);
    closeSync(descriptor);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new InterimapError("FILE_CREATE", `cannot write the key to ${path} (${code})`, {
      hint: code === "EEXIST" ? "name a file that is not there yet" : "name another file",
    });
  }
  return privateKey;
}

/** @throws InterimapError CREDENTIALS */
export function readKeyFiles(paths: readonly string[]): ReadonlyMap<string, KeyObject> {
  return new Map(
    paths.map((path) => {
      const privateKey = readKey(path);
      return [keyId(createPublicKey(privateKey)), privateKey];
    }),
  );
}

function readKey(path: string): KeyObject {
  const octets = readSecretFile(path, { setting: "--key-file", name: "--key-file" });
  try {
    const key = createPrivateKey(octets);
    if (key.asymmetricKeyType === "x25519") return key;
  } catch {
    // What Node says of it may quote it.
  }
  throw new InterimapError("CREDENTIALS", `--key-file (${path}) is no key of interimap-fleet`, {
    hint: "make one with: interimap-fleet keys new FILE",
  });
}
