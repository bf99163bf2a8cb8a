// The first line of a file with a password or a token in it. Unlike those that the settings of a synchronisation name, it may be
// readable for others: such files are there already, and scripts write them. It is said, though.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** In octets. What is longer was not meant. */
const maxOctets = 64 * 1024;

export interface SecretLine {
  readonly text: string;
  readonly isReadByOthers: boolean;
  /** A pipe, as a shell makes them of `<(command)`, gives it once. */
  readonly isThereAgain: boolean;
}

/** Without its line break. Throws what Node throws. */
export function readSecretLine(path: string): SecretLine {
  const file = openSync(path, "r");
  try {
    const stats = fstatSync(file);
    const octets = Buffer.alloc(maxOctets);
    let length = 0;
    for (
      let count = -1;
      count !== 0 && length < maxOctets && !octets.subarray(0, length).includes(10);
      length += count
    ) {
      count = readSync(file, octets, length, maxOctets - length, null);
    }
    const [line = ""] = octets
      .toString("utf8", 0, length)
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/, 1);
    const isThereAgain = stats.isFile();
    return { text: line.replace(/\r$/, ""), isReadByOthers: isThereAgain && (stats.mode & 0o077) !== 0, isThereAgain };
  } finally {
    closeSync(file);
  }
}
