// A message's fingerprint on one server, short enough to keep for a million of them: 32 bits for its Message-ID, or its
// date if it has none, and 16 for its size. It reveals neither; together with a UID it tells whether the message is
// still the same.

import { crc32 } from "node:zlib";

interface Message {
  readonly messageId: string | undefined;
  /** RFC822.SIZE in octets; 0: not known. */
  readonly size: number;
  /** INTERNALDATE in ms since 1970. */
  readonly date: number;
}

const sizes = 0x1_0000;

export function fingerprint({ messageId, size, date }: Message): number {
  const sizePart = size === 0 ? 0 : (size % (sizes - 1)) + 1;
  return crc32(messageId ?? String(date)) * sizes + sizePart;
}

/** Fingerprints of messages with the same Message-ID, as far as can be told; their sizes may differ. */
export function areOfOneName(a: number, b: number): boolean {
  return Math.floor(a / sizes) === Math.floor(b / sizes);
}

export type Fit =
  /** As far as can be told. */
  | "same"
  /** It has the same name, but it was larger, or smaller: another version, or servers that measure anew. */
  | "resized"
  | "other"
  | "unknown";

/** `print`: of the message that should be there. */
export function fitOf(print: number | undefined, message: Message): Fit {
  if (print === undefined) return "unknown";
  const now = fingerprint(message);
  if (!areOfOneName(now, print)) return "other";
  const [sizeNow, size] = [now % sizes, print % sizes];
  return sizeNow === size || sizeNow === 0 || size === 0 ? "same" : "resized";
}
