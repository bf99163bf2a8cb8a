// Decides whether a server is the right one, from what the handshake showed: pinned key, chain of trust, name.

import type { X509Certificate } from "node:crypto";
import { checkServerIdentity } from "node:tls";
import { InterimapError } from "../../model/errors.ts";
import type { Fingerprint, InetSettings } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { type CertificateFacts, CertificateRefused } from "./certificate-refused.ts";
import { describe, factsOf, instant, keyDigest, keyPin, namesOf } from "./certificate-words.ts";
import { type ChainError, chainFault, isAboutTime, isAboutTrust } from "./chain-fault.ts";
import { endpointName } from "./tcp.ts";

export interface PeerFacts {
  readonly certificate: X509Certificate | undefined;
  /** Undefined when nothing is wrong with the chain. */
  readonly chainError: ChainError | undefined;
  /** In ms since 1970; this machine's clock unless told. */
  readonly now?: number;
}

/**
 * The error that must end the connection, if any. SSL_fingerprint and SSL_verify are independent measures: each of them
 * that is set must be satisfied.
 */
export function verdict(settings: InetSettings, peer: PeerFacts): InterimapError | undefined {
  const { certificate, chainError, now = Date.now() } = peer;
  const { fingerprints, verify } = settings.tls;
  const server = endpointName(settings);
  if (certificate === undefined) {
    if (!verify && fingerprints.length === 0) return undefined;
    const hint = `remove anonymous ciphers from ${asSetting("SSL_cipherlist")}`;
    return new InterimapError("TLS", `${server}: the server shows no certificate`, { hint });
  }
  /** `shown`: what of the certificate the line has. */
  const refuse = (fault: string, shown: string, hint: string): InterimapError => {
    const facts: CertificateFacts = { reason: fault, ...factsOf(certificate) };
    return new CertificateRefused(`${server}: ${fault} (${shown})`, { hint, facts });
  };
  if (!isPinned(certificate, fingerprints)) {
    const pin = keyPin(certificate);
    return refuse(
      `the server's key ${seenAs(certificate, fingerprints)} is not in ${asSetting("SSL_fingerprint")}, which has ${listed(fingerprints)}`,
      describe(certificate, { key: false }),
      `if the server has a new key, set ${asSetting(`SSL_fingerprint=${pin}`)}; else somebody else may be answering`,
    );
  }
  if (!verify) return undefined;
  const trustIt = `trust this very key by setting ${pinning(certificate, fingerprints)}${asSetting("SSL_verify=NO")}`;
  const shown = describe(certificate, { key: true });
  if (chainError !== undefined) {
    return refuse(
      `the server's certificate ${chainFault(chainError, certificate, now)}`,
      shown,
      advice(chainError, now, trustIt),
    );
  }
  const name = settings.tls.verifiedName ?? settings.host;
  const mismatch = checkServerIdentity(name, certificate.toLegacyObject());
  if (mismatch === undefined) return undefined;
  return refuse(
    `the server's certificate is for ${namesOf(certificate)}, not for ${name}`,
    shown,
    `set ${asSetting("host")} to a name the certificate has, or ${trustIt}`,
  );
}

function advice(chainError: ChainError, now: number, trustIt: string): string {
  if (isAboutTrust(chainError)) return `name its authority in ${asSetting("SSL_CAfile")}, or ${trustIt}`;
  if (!isAboutTime(chainError)) return `the server needs another one; if you know the server, ${trustIt}`;
  return `${clockWords(now)}; if the server is right, ${trustIt}`;
}

function isPinned(certificate: X509Certificate, fingerprints: readonly Fingerprint[]): boolean {
  return (
    fingerprints.length === 0 ||
    fingerprints.some(({ algorithm, digest }) => keyDigest(certificate, algorithm) === digest)
  );
}

/** By each of the algorithms in the setting, so that they can be compared. */
function seenAs(certificate: X509Certificate, fingerprints: readonly Fingerprint[]): string {
  const algorithms = new Set(["sha256", ...fingerprints.map(({ algorithm }) => algorithm)]);
  return [...algorithms].map((algorithm) => keyPin(certificate, algorithm)).join(" = ");
}

const maxListed = 3;

function listed(fingerprints: readonly Fingerprint[]): string {
  const all = fingerprints.map(({ algorithm, digest }) => `${algorithm}$${digest}`);
  const rest = all.length > maxListed ? ` and ${all.length - maxListed} more` : "";
  return all.slice(0, maxListed).join(", ") + rest;
}

/** The setting that goes before SSL_verify=NO, where it is not there yet. */
function pinning(certificate: X509Certificate, fingerprints: readonly Fingerprint[]): string {
  return fingerprints.length > 0 ? "" : `${asSetting(`SSL_fingerprint=${keyPin(certificate)}`)} and `;
}

/** Before this program was written, no clock was right. */
const programBegan = Date.UTC(2026, 0, 1);

function clockWords(now: number): string {
  if (now < programBegan) return `this machine's clock is wrong: it says ${instant(now)}; set it`;
  return `check this machine's clock, which says ${instant(now)}`;
}
