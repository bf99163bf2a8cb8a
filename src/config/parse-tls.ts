// The SSL_* settings that need more than a choice.

import { createHash, getHashes } from "node:crypto";
import type { Fingerprint, TlsVersion } from "../model/server-settings.ts";
import { BadValue } from "./bad-value.ts";
import { words } from "./parse-text.ts";

/** In ascending order. */
export const tlsVersions: readonly [TlsVersion, ...TlsVersion[]] = ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/** What Node offers unasked; switching a version off must never switch an older one on. */
const defaultVersions: readonly TlsVersion[] = ["TLSv1.2", "TLSv1.3"];

/** The deprecated SSL_protocols: the versions that are left enabled, ascending. */
export function protocols(text: string): readonly TlsVersion[] {
  const known: readonly string[] = ["SSLv2", ...tlsVersions];
  const list = words(text).map((word) => word.replace(/^(!?TLSv1)\.0$/, "$1"));
  if (list.length === 0 || list.some((word) => !known.includes(word.replace(/^!/, "")))) {
    throw new BadValue(`some of ${known.join(", ")}, each with or without a ! in front`);
  }
  const wanted = list.filter((word) => !word.startsWith("!"));
  const enabled = wanted.length === 0 ? defaultVersions : tlsVersions.filter((version) => wanted.includes(version));
  const left = enabled.filter((version) => !list.includes(`!${version}`));
  if (left.length === 0) throw new BadValue("at least one of TLSv1.2 and TLSv1.3", "this leaves no version enabled");
  return left;
}

export function fingerprints(text: string): readonly Fingerprint[] {
  const list = words(text);
  if (list.length === 0) throw new BadValue("[ALGORITHM$]HEX, separated by spaces");
  return list.map(fingerprint);
}

function fingerprint(text: string): Fingerprint {
  const [, algorithm = "sha256", digest] = /^(?:([^$]+)\$)?([0-9a-f]+)$/i.exec(text) ?? [];
  if (digest === undefined) throw new BadValue("[ALGORITHM$]HEX, separated by spaces");
  const name = algorithm.toLowerCase();
  if (!getHashes().some((hash) => hash.toLowerCase() === name)) {
    throw new BadValue("one that Node.js knows, such as sha256", "the digest algorithm is unknown");
  }
  const length = createHash(name).digest().length * 2;
  if (digest.length !== length) {
    throw new BadValue(`${length}`, `this ${name} digest has ${digest.length} hexadecimal digits`);
  }
  return { algorithm: name, digest: digest.toLowerCase() };
}

export function cipherList(text: string): string {
  if (!/^[\x20-\x7e]+$/.test(text)) throw new BadValue("a cipher list as in ciphers(1ssl)");
  return text;
}

/** May be empty. */
export function cipherSuites(text: string): string {
  if (!/^(?:\w+(?::\w+)*)?$/.test(text)) throw new BadValue("TLS 1.3 cipher suites, separated by colons");
  return text;
}
