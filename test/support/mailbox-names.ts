// Mailbox names between tests and servers: NUL as hierarchy delimiter and UTF-8 inside, modified UTF-7
// (RFC 3501 5.1.3) and the server's delimiter on the wire.

import type { MailServer } from "./mail-server.ts";

/** The octets a server knows a name by; `reference` is put before every name. */
export function wireName(server: MailServer, name: string, reference = server.prefix): string {
  const path = name.replaceAll("\0", server.delimiter);
  return isInbox(name) && reference === server.prefix ? "INBOX" : reference + encodeName(path);
}

/** The reverse; undefined for names that are not below the reference. */
export function plainName(server: MailServer, wire: string, reference = server.prefix): string | undefined {
  if (isInbox(wire) && reference === server.prefix) return "INBOX";
  if (!wire.startsWith(reference)) return undefined;
  const name = wire.slice(reference.length);
  return decodeName(isInbox(name) ? "INBOX" : name).replaceAll(server.delimiter, "\0");
}

export function encodeName(name: string): string {
  return name.replaceAll("&", "&-").replace(/[^\x20-\x7e]+/g, (text) => {
    const base64 = Buffer.from(text, "utf16le").swap16().toString("base64");
    return `&${base64.replaceAll("/", ",").replaceAll("=", "")}-`;
  });
}

export function decodeName(name: string): string {
  return name.replace(/&([^-]*)-/g, (_, base64: string) =>
    base64 === "" ? "&" : Buffer.from(base64.replaceAll(",", "/"), "base64").swap16().toString("utf16le"),
  );
}

function isInbox(name: string): boolean {
  return name.toUpperCase() === "INBOX";
}
