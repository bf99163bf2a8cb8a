// Names of files that are made of what users and servers are called.

/** What some file system has no room for in a name. */

const forbidden = /[*|?:"<>'\\\x00-\x1f\x7f]/g;

/** Each character that cannot be in a name becomes `_`. Slashes stay: a path may be meant. */
export function filterName(name: string): string {
  return name.replace(forbidden, "_");
}

/** One part of a path: never two, and neither `.` nor `..`. */
export function filterPart(name: string): string {
  const part = cutOctets(filterName(name).replaceAll("/", "_"), maxPartOctets);
  return /^\.*$/.test(part) ? "_".repeat(Math.max(1, part.length)) : part;
}

/** A file's name has at most 255 octets; two of these and a date fit in. */
const maxPartOctets = 100;

function cutOctets(text: string, octets: number): string {
  if (Buffer.byteLength(text) <= octets) return text;
  // Half a character at the end would become another one.
  return Buffer.from(text)
    .subarray(0, octets)
    .toString("utf8")
    .replace(/\ufffd+$/, "");
}

export interface LogFileName {
  /** In ms since the epoch. */
  readonly startedAt: number;
  readonly user1: string;
  readonly user2: string;
  /** Of a run that ends another one. */
  readonly abort?: boolean;
}

/** As `2019_12_22_23_57_59_532_user1_user2.txt`, in local time. */
export function logFileName({ startedAt, user1, user2, abort = false }: LogFileName): string {
  const at = new Date(startedAt);
  const two = (number: number): string => String(number).padStart(2, "0");
  const moment = [
    at.getFullYear(),
    ...[at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()].map(two),
    String(at.getMilliseconds()).padStart(3, "0"),
  ];
  const users = [user1, user2].map((user) => (user === "" ? "" : filterPart(user)));
  return `${[...moment, ...users, ...(abort ? ["abort"] : [])].join("_")}.txt`;
}
