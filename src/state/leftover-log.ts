// The write-ahead log that a killed process, or a loss of power, leaves beside the database. At the next start SQLite
// adopts its commits, whichever database they were made for, and silently ignores a log that it cannot read.

import { closeSync, constants, openSync, readSync } from "node:fs";

/**
 * `none`: nothing was left, or nothing of it reached the disk, not even what was waited for. `garbage`: SQLite would not
 * read it, although it holds something. `foreign`: it was written beside another database, or a later state of this one.
 */
export type LeftoverLog = "none" | "readable" | "garbage" | "foreign";

/** https://www.sqlite.org/fileformat.html#walformat; the last bit says in which order the checksum reads its words. */
const magic = 0x377f0682;
const logHeader = { size: 32, pageSizeAt: 8, checked: 24 };
const frameHeader = { size: 24, checked: 8 };
/** https://www.sqlite.org/fileformat.html#the_database_header */
const databaseHeader = { size: 100, changeCounterAt: 24, applicationIdAt: 68 };
const largestPage = 65_536;

/** To be called before the database is opened. */
export function leftoverLog(database: string): LeftoverLog {
  const log = beginning(`${database}-wal`, logHeader.size + frameHeader.size + largestPage);
  const file = beginning(database, databaseHeader.size);
  // SQLite removes the log of a database that holds nothing.
  if (file.length < databaseHeader.size || log.every((octet) => octet === 0)) return "none";
  const sum = log.length < logHeader.size ? undefined : checkedHeader(log);
  if (sum === undefined) return "garbage";
  const first = firstPage(log, sum);
  return first !== undefined && !belongs(first, file) ? "foreign" : "readable";
}

function beginning(path: string, size: number): Buffer {
  const octets = Buffer.alloc(size);
  let fd: number | undefined;
  try {
    // Were it a pipe by now, nobody would wait for its other end.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return octets.subarray(0, readSync(fd, octets));
  } catch {
    // none, or one that SQLite will complain about
    return Buffer.alloc(0);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

type Sum = readonly [number, number];

/** Undefined if the header is wrong. */
function checkedHeader(log: Buffer): Sum | undefined {
  if ((log.readUInt32BE(0) & ~1) >>> 0 !== magic) return undefined;
  const sum = addTo([0, 0], log, log.subarray(0, logHeader.checked));
  return isAt(log, logHeader.checked, sum) ? sum : undefined;
}

/** Page 1 of the database, if the log begins with it: Connection sees to that. */
function firstPage(log: Buffer, sum: Sum): Buffer | undefined {
  const pageSize = log.readUInt32BE(logHeader.pageSizeAt);
  const frame = log.subarray(logHeader.size, logHeader.size + frameHeader.size + pageSize);
  if (frame.length < frameHeader.size + pageSize || frame.readUInt32BE(0) !== 1) return undefined;
  const page = frame.subarray(frameHeader.size);
  const whole = addTo(addTo(sum, log, frame.subarray(0, frameHeader.checked)), log, page);
  // A frame that is not whole ends the log.
  return isAt(frame, frameHeader.size - 8, whole) ? page : undefined;
}

/** The counter is one more than the file's, until the log is folded into the file. */
function belongs(page: Buffer, file: Buffer): boolean {
  const { applicationIdAt, changeCounterAt } = databaseHeader;
  return (
    page.readUInt32BE(applicationIdAt) === file.readUInt32BE(applicationIdAt) &&
    page.readUInt32BE(changeCounterAt) <= file.readUInt32BE(changeCounterAt) + 1
  );
}

function addTo([a, b]: Sum, log: Buffer, octets: Buffer): Sum {
  const isLittle = log.readUInt32BE(0) === magic;
  const word = (at: number): number => (isLittle ? octets.readUInt32LE(at) : octets.readUInt32BE(at));
  for (let at = 0; at < octets.length; at += 8) {
    a = (a + word(at) + b) >>> 0;
    b = (b + word(at + 4) + a) >>> 0;
  }
  return [a, b];
}

function isAt(octets: Buffer, at: number, [a, b]: Sum): boolean {
  return octets.readUInt32BE(at) === a && octets.readUInt32BE(at + 4) === b;
}
