// The write-ahead log that a killed process, or the loss of power, leaves beside the database. SQLite takes its commits over at
// the next start, and passes over a log that it cannot read without a word.

import { closeSync, openSync, readSync } from "node:fs";

/** https://www.sqlite.org/fileformat.html#walformat; the last bit says in which order the checksum reads its words. */
const magic = 0x377f0682;
const headerSize = 32;
const checkedSize = 24;

/**
 * `none`: nothing was left, or nothing of it reached the disk, not even what was waited for. `garbage`: SQLite would not
 * read it, although it holds something.
 */
export function leftoverLog(database: string): "none" | "readable" | "garbage" {
  const header = beginning(`${database}-wal`);
  if (header.every((octet) => octet === 0)) return "none";
  return header.length === headerSize && isValid(header) ? "readable" : "garbage";
}

function beginning(path: string): Buffer {
  const header = Buffer.alloc(headerSize);
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    return header.subarray(0, readSync(fd, header));
  } catch {
    // none, or one that SQLite will complain about
    return Buffer.alloc(0);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function isValid(header: Buffer): boolean {
  const kind = header.readUInt32BE(0);
  if ((kind & ~1) >>> 0 !== magic) return false;
  const word = (at: number): number => (kind === magic ? header.readUInt32LE(at) : header.readUInt32BE(at));
  let [a, b] = [0, 0];
  for (let at = 0; at < checkedSize; at += 8) {
    a = (a + word(at) + b) >>> 0;
    b = (b + word(at + 4) + a) >>> 0;
  }
  return a === header.readUInt32BE(checkedSize) && b === header.readUInt32BE(checkedSize + 4);
}
