// Reads files of certificates and keys.

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { fileKind } from "../../model/file-kind.ts";

export interface PemFile {
  /** Raw octets (latin1). */
  readonly text: string;
  readonly stats: Stats;
}

/** Many times what all authorities of the world have. */
const maxOctets = 64 << 20;

/**
 * Of a file: a pipe would be waited for, even when the run is over, and some devices never end. At once: there may be hundreds
 * of small ones, and to wait for each takes five times as long. Throws the system's error, or what is odd about the file.
 */
export function readPemFile(path: string): PemFile {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error(`${path} is ${fileKind(stats)}`);
    if (stats.size > maxOctets) throw new Error(`${path} has more than ${String(maxOctets >> 20)} MiB`);
    return { text: readFileSync(file, "latin1"), stats };
  } finally {
    closeSync(file);
  }
}

const certificate = /-----BEGIN (?<kind>(?:X509 |TRUSTED )?CERTIFICATE)-----[^]*?-----END \k<kind>-----/g;

/** In PEM, each by itself. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(certificate) ?? [];
}
