// What SCRAM makes of a password: it takes long, and so is done once for all connections of a run.

import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";

export type ScramHash = "sha1" | "sha256";

export interface Salting {
  readonly hash: ScramHash;
  readonly salt: Buffer;
  readonly iterations: number;
}

export type SaltedPassword = (salting: Salting) => Promise<Buffer>;

/** A server has one salt for a user; one that has another each time must not fill the memory. */
const mostRemembered = 4;

const octetsOf: Readonly<Record<ScramHash, number>> = { sha1: 20, sha256: 32 };

export class SaltedPasswords {
  readonly #known = new Map<string, Promise<Buffer>>();

  /** RFC 5802 2.2, Hi(); off the main thread. */
  derive(password: string, { hash, salt, iterations }: Salting): Promise<Buffer> {
    const key = [hash, iterations, salt.toString("base64"), password].join(" ");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const salted = derived(password, salt, iterations, octetsOf[hash], hash);
    const [oldest] = this.#known.size < mostRemembered ? [] : this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, salted);
    return salted;
  }
}

const derived = promisify(pbkdf2);

/**
 * RFC 4013, of a name or a password. What it forbids, such as letters that are newer than Unicode 3.2, is taken as it is: a
 * server that accepted it as a password did so, too.
 */
export async function prepared(text: string): Promise<string> {
  // Printable ASCII stays as it is.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const { saslPrepared } = await import("./saslprep.ts");
  return saslPrepared(text) ?? text;
}
