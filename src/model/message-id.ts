// Finds the Message-ID in a message's header (RFC 5322 3.6.4), for matching and for reports.

/** Headers are read this far at most; a Message-ID comes early. */
const headerLimit = 64 * 1024;

/** Without the angle brackets' surrounding space; undefined when there is none. `header` may be the whole message. */
export function messageIdOf(header: Buffer): string | undefined {
  const text = header.toString("latin1", 0, Math.min(header.length, headerLimit));
  if (/^\r?\n/u.test(text)) return undefined;
  const end = text.search(/\r?\n\r?\n/u);
  const field = /^message-id:(?:[ \t]|\r?\n[ \t])*([^\s]+)/imu.exec(end === -1 ? text : text.slice(0, end));
  const id = field?.[1];
  // By itself, not as a part of the header, which would be kept with it.
  return id === undefined ? undefined : Buffer.from(id, "latin1").toString("latin1");
}
