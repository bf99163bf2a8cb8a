// Files that the configuration names: a certificate with its key, and the operator's token. Others must not have a hand in them.

import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { distrusted, distrustOf } from "../../files/examine.ts";
import { InterimapError } from "../../model/errors.ts";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** @throws InterimapError CONFIG_INVALID or CONFIG_UNSAFE */
export function readCertificate(certificate: string, keyFile: string): Certificate {
  const cert = readTrusted("certificate", certificate);
  const key = readTrusted("certificate-key", keyFile);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InterimapError("CONFIG_INVALID", `certificate ${certificate}: it cannot be used (${reason})`, {
      hint: "name a certificate in PEM format and the key that belongs to it, not encrypted",
    });
  }
  return { cert, key };
}

/** A token that can be guessed is none. */
const minTokenLength = 20;

/** The first line. @throws as {@link readCertificate} */
export function readToken(path: string): string {
  const [token = ""] = readTrusted("operator-token-file", path).split(/\r?\n/);
  if (token.trim().length >= minTokenLength) return token.trim();
  const hint = "write one with: openssl rand -base64 32";
  const problem = `operator-token-file ${path}: its first line has less than ${minTokenLength} characters`;
  throw new InterimapError("CONFIG_INVALID", problem, { hint });
}

function readTrusted(name: string, path: string): string {
  const distrust = distrustOf(path);
  if (distrust !== undefined) throw distrusted("CONFIG_UNSAFE", `${name} ${path}`, distrust);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "?" } = error as NodeJS.ErrnoException;
    throw new InterimapError("CONFIG_INVALID", `${name} ${path}: the file cannot be read (${code})`);
  }
}
