// One FETCH response of the server in memory.

import type { StoredMessage } from "./store.ts";

/** `items` as the client named them. */
export function fetchLine(sequence: number, message: StoredMessage, items: readonly string[]): string {
  const told = items.flatMap((item) => valueOf(item, message) ?? []);
  return `* ${String(sequence)} FETCH (${told.join(" ")})`;
}

function valueOf(item: string, { uid, flags, modSeq, internalDate, bytes }: StoredMessage): string | undefined {
  switch (item) {
    case "UID":
      return `UID ${String(uid)}`;
    case "FLAGS":
      return `FLAGS (${[...flags].join(" ")})`;
    case "MODSEQ":
      return `MODSEQ (${String(modSeq)})`;
    case "INTERNALDATE":
      return `INTERNALDATE "${internalDate}"`;
    case "RFC822.SIZE":
      return `RFC822.SIZE ${String(bytes.length)}`;
    case "BODY.PEEK[]":
      return `BODY[] ${literal(bytes.toString("latin1"))}`;
    case "BODY.PEEK[HEADER]":
      return `BODY[HEADER] ${literal(headerOf(bytes))}`;
    default:
      if (item.startsWith("BODY.PEEK[]<")) return partOf(item, bytes);
      if (!item.startsWith("BODY.PEEK[HEADER.FIELDS")) return undefined;
      return `BODY[HEADER.FIELDS (MESSAGE-ID)] ${literal(messageIdOf(bytes))}`;
  }
}

/** BODY.PEEK[]<first.count> */
function partOf(item: string, bytes: Buffer): string {
  const [first = 0, count = 0] = (item.match(/\d+/g) ?? []).map(Number);
  return `BODY[]<${String(first)}> ${literal(bytes.toString("latin1", first, first + count))}`;
}

function headerOf(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  return end === -1 ? text : text.slice(0, end + 4);
}

function messageIdOf(bytes: Buffer): string {
  return `${/^message-id:[^\r\n]*\r\n/im.exec(headerOf(bytes))?.[0] ?? ""}\r\n`;
}

function literal(octets: string): string {
  return `{${String(octets.length)}}\r\n${octets}`;
}
