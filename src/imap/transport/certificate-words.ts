// Certificates in words, so that people can compare them. Their texts come from strangers: they may be long, and may hold what
// steers a terminal or looks like something else.

import { createHash, type X509Certificate } from "node:crypto";
import { cut, printable } from "../../util/printable.ts";
import type { CertificateFacts } from "./certificate-refused.ts";

/** Subject, issuer and dates, as they stand in parentheses; with `key`, how SSL_fingerprint has the key, too. */
export function describe(certificate: X509Certificate, { key }: { readonly key: boolean }): string {
  const { subject, issuer, validFrom, validTo } = certificate;
  const names = [`subject: ${nameWords(subject)}`, `issuer: ${nameWords(issuer)}`];
  const dates = `valid from ${instant(Date.parse(validFrom))} to ${instant(Date.parse(validTo))}`;
  return [...names, dates, ...(key ? [`key: ${keyPin(certificate)}`] : [])].join("; ");
}

/** The same, each by itself. */
export function factsOf(certificate: X509Certificate): Omit<CertificateFacts, "reason"> {
  const { subject, issuer, validFrom, validTo } = certificate;
  return {
    ...{ subject: nameWords(subject), issuer: nameWords(issuer) },
    ...{ validFrom: isoTime(validFrom), validTo: isoTime(validTo), keyDigest: keyDigest(certificate, "sha256") },
  };
}

export function isoTime(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? clean(text) : new Date(ms).toISOString();
}

/** `sha256$HEX`, as SSL_fingerprint has it. */
export function keyPin(certificate: X509Certificate, algorithm = "sha256"): string {
  return `${algorithm}$${keyDigest(certificate, algorithm)}`;
}

/** Of the Subject Public Key Info, lower-case hexadecimal. */
export function keyDigest(certificate: X509Certificate, algorithm: string): string {
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  return createHash(algorithm).update(key).digest("hex");
}

/** To the second, in UTC. */
export function instant(ms: number): string {
  return Number.isNaN(ms) ? "an unknown time" : `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const maxNames = 5;

/** For whom it was issued: alternative names, or else the common name (RFC 6125 6.4.4). */
export function namesOf(certificate: X509Certificate): string {
  // Node.js puts quotes around what could be mistaken for another name.
  const plainNames = (certificate.subjectAltName ?? "").replace(/"(?:[^"\\]|\\.)*"/g, "");
  const names = [...plainNames.matchAll(/(?:DNS|IP Address):([^,"\s]+)/g)].map(([, name]) => name ?? "");
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  const all = names.length > 0 ? names : commonName === undefined ? [] : [commonName];
  if (all.length === 0) return "no name at all";
  const rest = all.length > maxNames ? ` and ${all.length - maxNames} more` : "";
  return all.slice(0, maxNames).map(clean).join(", ") + rest;
}

/** Node.js writes each part of a name in a line of its own. The common name comes first: the end may be cut off. */
function nameWords(name: string): string {
  const parts = name.split("\n").filter((part) => part !== "");
  const [common, others] = [true, false].map((isCommon) => parts.filter((part) => part.startsWith("CN=") === isCommon));
  return parts.length === 0 ? "empty" : clean([...common!, ...others!].join(", "));
}

const maxLength = 120;

function clean(text: string): string {
  return cut(printable(cut(text, maxLength)), maxLength);
}
