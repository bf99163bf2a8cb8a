// Secrets that only workers can read: whoever adds accounts needs a public key, and the database has nothing to open them with.
// Each is sealed for itself: X25519 with a key pair of its own, HKDF-SHA-256 (RFC 5869), AES-256-GCM.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";

export interface Sealed {
  /** Of the key that opens it. */
  readonly key: string;
  /** Each in base64url. */
  readonly ephemeral: string;
  readonly nonce: string;
  readonly text: string;
  readonly tag: string;
}

/** Whom the secret is for. It opens for nothing else: who can write to the database cannot have it sent to another server. */
export interface Purpose {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string;
}

const purposeOf = ({ host, port, user }: Purpose): Buffer =>
  Buffer.from(JSON.stringify([host.toLowerCase(), port ?? null, user]));

/** By which tables and files call it. */
export function keyId(publicKey: KeyObject): string {
  return createHash("sha256").update(rawOf(publicKey)).digest("hex").slice(0, 16);
}

export function seal(secret: string, publicKey: KeyObject, purpose: Purpose): Sealed {
  const { privateKey: own, publicKey: ownPublic } = generateKeyPairSync("x25519");
  const ephemeral = rawOf(ownPublic);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", agreed(own, publicKey, [ephemeral, rawOf(publicKey)]), nonce);
  cipher.setAAD(purposeOf(purpose));
  const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  const written = { ephemeral, nonce, text, tag: cipher.getAuthTag() };
  const texts = Object.entries(written).map(([name, octets]) => [name, octets.toString("base64url")] as const);
  return { key: keyId(publicKey), ...(Object.fromEntries(texts) as Omit<Sealed, "key">) };
}

/** @throws Error where it was sealed for another key or purpose, or changed */
export function open(sealed: Sealed, privateKey: KeyObject, purpose: Purpose): string {
  const [ephemeral, nonce, text, tag] = [sealed.ephemeral, sealed.nonce, sealed.text, sealed.tag].map((part) =>
    Buffer.from(part, "base64url"),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const key = agreed(privateKey, publicOf(ephemeral), [ephemeral, rawOf(createPublicKey(privateKey))]);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  decipher.setAAD(purposeOf(purpose));
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
}

function agreed(privateKey: KeyObject, publicKey: KeyObject, both: readonly Buffer[]): Buffer {
  const secret = diffieHellman({ privateKey, publicKey });
  return Buffer.from(hkdfSync("sha256", secret, Buffer.concat(both), "interimap-fleet secret 1", 32));
}

/** RFC 8410 wraps its 32 octets. */
const prefix = Buffer.from("302a300506032b656e032100", "hex");

function rawOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: "spki", format: "der" }).subarray(prefix.length);
}

export function publicOf(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: "der", type: "spki" });
}

export function rawPublic(privateKey: KeyObject): Buffer {
  return rawOf(createPublicKey(privateKey));
}
