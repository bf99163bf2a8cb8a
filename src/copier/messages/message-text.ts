// What a message is made of, as far as it is changed on the way to host2: header, lines.

/** Where the header ends: behind the line end in front of the empty line. */
export function endOfHeader(message: Buffer): number {
  for (let at = 0; at < message.length;) {
    if (message[at] === lf || (message[at] === cr && message[at + 1] === lf)) return at;
    const newline = message.indexOf(lf, at);
    if (newline === -1) break;
    at = newline + 1;
  }
  return message.length;
}

const cr = 0x0d;
const lf = 0x0a;

/** In octets, with its line end. */
export function longestLine(message: Buffer): number {
  let longest = 0;
  for (let at = 0; at < message.length;) {
    const newline = message.indexOf(lf, at);
    const next = newline === -1 ? message.length : newline + 1;
    longest = Math.max(longest, next - at);
    at = next;
  }
  return longest;
}

/** Nobody is asked again whether a message was read (RFC 8098 2.1). */
export function withoutReceiptRequests(message: Buffer): Buffer {
  const end = endOfHeader(message);
  const header = message.toString("latin1", 0, end);
  const disarmed = header.replace(/(^|\n)(Disposition-Notification-To:)/gi, "$1X-$2");
  if (disarmed === header) return message;
  return Buffer.concat([Buffer.from(disarmed, "latin1"), message.subarray(end)]);
}

export function withLineInFront(message: Buffer, line: string): Buffer {
  return Buffer.concat([Buffer.from(`${line}\r\n`, "latin1"), message]);
}
