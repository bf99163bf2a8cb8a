// Breaks lines that are too long for a server, as --wraplines asks for: at blanks where there are any, so that a header stays a
// header and words stay words.

import { endOfHeader } from "./message-text.ts";

const lf = 0x0a;
const cr = 0x0d;
const lineEnd = Buffer.from("\r\n");
/** A line of a header goes on in a line that begins with a blank (RFC 5322 2.2.3). */
const fold = Buffer.from("\r\n ");

/** No line has more octets than `most`, its end not counted. The same buffer when no line is longer. */
export function wrapLines(message: Buffer, most: number): Buffer {
  const pieces: Buffer[] = [];
  const header = endOfHeader(message);
  let copied = 0;
  for (let at = 0; at < message.length;) {
    const newline = message.indexOf(lf, at);
    const next = newline === -1 ? message.length : newline + 1;
    const end = newline === -1 ? next : message[newline - 1] === cr && newline > at ? newline - 1 : newline;
    // The blank that a fold begins with counts, too.
    for (let from = at, blanks = 0; blanks + end - from > most;) {
      const stretch = { from, to: from + most - blanks };
      const blank = lastBlank(message, stretch);
      from = blank ?? startOfCharacter(message, stretch);
      blanks = blank === undefined && at < header ? 1 : 0;
      pieces.push(message.subarray(copied, from), blanks === 1 ? fold : lineEnd);
      copied = from;
    }
    at = next;
  }
  return copied === 0 ? message : Buffer.concat([...pieces, message.subarray(copied)]);
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The next line begins with it. */
function lastBlank(message: Buffer, { from, to }: Stretch): number | undefined {
  for (let at = to; at > from; at--) if (message[at] === 0x20 || message[at] === 0x09) return at;
  return undefined;
}

/** Not in the middle of a character of UTF-8, if it is that. */
function startOfCharacter(message: Buffer, { from, to }: Stretch): number {
  for (let at = to; at > Math.max(from, to - 4); at--) if ((message[at]! & 0xc0) !== 0x80) return at;
  return to;
}
