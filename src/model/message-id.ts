// Finds the Message-ID in a message's header (RFC 5322 3.6.4), for matching and for reports.

/** What FETCH brings for BODY[HEADER.FIELDS (MESSAGE-ID)] of nearly all messages. */
const shortHeader = 256;
const nothingElse = /^message-id: ?(<[!-~]+>)\r\n(?:\r\n)?$/iu;

/** Headers are read this far at most; a Message-ID comes early. */
const headerLimit = 64 * 1024;

/**
 * Without the angle brackets' surrounding space; undefined when there is none. `header` may be the whole message. Octets that
 * are not ASCII are an X each, as Cyrus stores them: what it made of a message has the same one.
 */
export function messageIdOf(header: Buffer): string | undefined {
  if (header.length <= shortHeader) {
    const [, id] = nothingElse.exec(header.toString("latin1")) ?? [];
    if (id !== undefined) return Buffer.from(id, "latin1").toString("latin1");
  }
  const text = header.toString("latin1", 0, endOfHeader(header));
  if (/^\r?\n/u.test(text)) return undefined;
  const field = /^message-id:(?:[ \t]|\r?\n[ \t])*([^\s]+)/imu.exec(text);
  const id = field?.[1]?.replaceAll(/[\x80-\xff]/g, "X");
  // By itself, not as a part of the header, which would be kept with it.
  return id === undefined ? undefined : Buffer.from(id, "latin1").toString("latin1");
}

/** Where the empty line is, if any: messages are much longer than their headers. */
function endOfHeader(message: Buffer): number {
  let header = message.subarray(0, headerLimit);
  for (const line of ["\r\n\r\n", "\n\n"]) {
    const end = header.indexOf(line, 0, "latin1");
    if (end !== -1) header = header.subarray(0, end);
  }
  return header.length;
}
