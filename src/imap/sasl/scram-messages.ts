// What a server says in SCRAM (RFC 5802 7): nothing of it is believed before it is checked.

import { InterimapError } from "../../model/errors.ts";

export interface ServerFirst {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/**
 * RFC 5802 5.1 and RFC 7677 4 want this many at least. With fewer, whoever plays the server could try passwords faster
 * than is meant.
 */
const fewestIterations = 4096;
/** More than anybody recommends; they take a second or two. */
const mostIterations = 2_000_000;

/** @throws InterimapError PROTOCOL for what cannot be read, AUTH_UNSAFE for what must not be gone along with. */
export function readServerFirst(text: string, clientNonce: string): ServerFirst {
  if (text.startsWith("m=")) throw unsafe("the server wants an extension of SCRAM that is not known");
  const [, nonce, saltText, count] =
    /^r=([\x21-\x2b\x2d-\x7e]+),s=([^,]+),i=([1-9]\d{0,15})(?:,.*)?$/s.exec(text) ?? [];
  const salt = fromBase64(saltText ?? "");
  if (nonce === undefined || salt === undefined || salt.length === 0) throw malformed();
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
    throw unsafe("the server's answer belongs to another login (SCRAM nonce)");
  }
  const iterations = Number(count);
  if (iterations < fewestIterations || iterations > mostIterations) {
    const limits = `${String(fewestIterations)} to ${String(mostIterations)}`;
    throw unsafe(`the server wants ${String(iterations)} iterations for SCRAM; ${limits} are accepted`);
  }
  return { nonce, salt, iterations };
}

/** The server's proof, or the name of an error (RFC 5802 7, server-error-value). @throws InterimapError PROTOCOL */
export function readServerFinal(text: string): Buffer | string {
  const [, kind, value = ""] = /^([ve])=([^,]+)(?:,.*)?$/s.exec(text) ?? [];
  if (kind === "e") return value;
  const proof = kind === "v" ? fromBase64(value) : undefined;
  if (proof === undefined) throw malformed();
  return proof;
}

/** Undefined for what is not base64, or not in its one form (RFC 4648 3.5). */
export function fromBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, "base64");
  return octets.toString("base64") === text ? octets : undefined;
}

function malformed(): InterimapError {
  return new InterimapError("PROTOCOL", "the server's part of the SCRAM login cannot be read");
}

function unsafe(message: string): InterimapError {
  return new InterimapError("AUTH_UNSAFE", message, { hint: "no proof of the password was sent" });
}
