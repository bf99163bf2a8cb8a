// What can be wrong with a certificate, or with those that it depends on, in words.

import type { X509Certificate } from "node:crypto";
import { instant } from "./certificate-words.ts";

export interface ChainError {
  /** OpenSSL's name for what is wrong, as far as Node.js knows one. */
  readonly code: string;
  /** OpenSSL's words for it. */
  readonly words: string;
}

const untrusted = "comes from an authority that is not trusted";

const faults: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${untrusted}, or whose certificate the server does not send`,
  INVALID_PURPOSE: "is not meant for servers, or was issued by one that may not issue others",
  INVALID_CA: "was issued by one that may not issue others",
  PATH_LENGTH_EXCEEDED: "was issued by one that may not issue others",
  CERT_CHAIN_TOO_LONG: "depends on too many others",
  CERT_SIGNATURE_FAILURE: "is forged: its signature is wrong",
  CERT_REVOKED: "has been revoked",
  CERT_REJECTED: "is not meant for servers",
  CERT_UNTRUSTED: untrusted,
};

/** OpenSSL's words where Node.js has no code for them. */
const wordings: readonly (readonly [words: RegExp, fault: string])[] = [
  [/^CA signature digest algorithm too weak/, "is signed with a digest that is too weak, or depends on one that is"],
  [/^(?:EE|CA) certificate key too weak/, "has a key that is too short, or depends on one that has"],
  [/unhandled critical extension/, "has a critical extension that is not known here"],
  [/subtree violation/, "is for a name that its authority may not vouch for"],
  [/CRL/, "could not be checked for revocation"],
];

/** It may as well be our clock that is wrong. */
export function isAboutTime({ code }: ChainError): boolean {
  return code === "CERT_NOT_YET_VALID" || code === "CERT_HAS_EXPIRED";
}

/** Nothing is known of its authority: it may be a good one. */
export function isAboutTrust({ code }: ChainError): boolean {
  return faults[code]?.startsWith(untrusted) === true || code === "DEPTH_ZERO_SELF_SIGNED_CERT";
}

/** To be read after "the server's certificate". `now` in ms since 1970. */
export function chainFault({ code, words }: ChainError, certificate: X509Certificate, now: number): string {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (code === "CERT_NOT_YET_VALID")
    return from > now ? `is not valid before ${instant(from)}` : "depends on one that is not valid yet";
  if (code === "CERT_HAS_EXPIRED") return to < now ? `expired on ${instant(to)}` : "depends on one that has expired";
  const wording = wordings.find(([pattern]) => pattern.test(words))?.[1];
  return faults[code] ?? wording ?? `is not acceptable (${words})`;
}
