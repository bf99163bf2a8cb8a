// What a browser shows to see a job. The server keeps only hashes of it: what lies on the disk opens nothing.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export interface NewSecret {
  /** 256 bits, for a cookie. */
  readonly secret: string;
  readonly hash: string;
}

export function newJobSecret(): NewSecret {
  const secret = randomBytes(32).toString("base64url");
  return { secret, hash: hashOf(secret) };
}

/** 128 bits: nobody finds one by trying. */
export function newJobId(): string {
  return randomBytes(16).toString("hex");
}

export function isJobId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** As many browsers can have found their way to a job. */
export const maxSecrets = 50;

const nobodysHash = "0".repeat(64);

/** Does the same for any secret and any number of hashes: how long it takes says nothing, not even whether there are any. */
export function isSecretOf(secret: string, hashes: readonly string[]): boolean {
  const given = Buffer.from(hashOf(secret), "hex");
  let fits = false;
  for (let i = 0; i < maxSecrets; i++)
    if (timingSafeEqual(given, Buffer.from(hashes[i] ?? nobodysHash, "hex"))) fits = true;
  return fits;
}

/** A secret has as many bits as its hash: no salt and no slow hash would add anything. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}
