// Which account a side of the configuration uses: what tells one account from another, and stays when a password
// changes.

import { createHash } from "node:crypto";
import { cut, printable } from "../util/printable.ts";
import type { ServerSettings, TransportSettings } from "./server-settings.ts";

export interface Account {
  /** `imap.example.net`, `[::1]:1143`, or `tunnel:ssh#0a1b2c3d`: one server has one such text. */
  readonly server: string;
  /** Whose mail it is, exactly as it is sent; undefined where the server asks for no name. */
  readonly username: string | undefined;
  /** Raw octets (latin1), "" for none: where the mailboxes begin. */
  readonly listReference: string;
}

/** Nobody has longer names. Names are cut before they are compared with the database, as they are when written there. */
const maxLength = 2_000;

export function accountOf({ transport, username, authzid = username, listReference }: ServerSettings): Account {
  return {
    server: serverOf(transport),
    username: authzid?.slice(0, maxLength),
    listReference: listReference.slice(0, maxLength),
  };
}

export function isSameAccount(one: Account, other: Account): boolean {
  return one.server === other.server && one.username === other.username && one.listReference === other.listReference;
}

/** One host has many ports, and behind another one there may be the same server, or another. */
export function differInPort(one: Account, other: Account): boolean {
  if (isSameAccount(one, other) || isTunnel(one) || isTunnel(other)) return false;
  return isSameAccount({ ...one, server: hostOf(one) }, { ...other, server: hostOf(other) });
}

function hostOf({ server }: Account): string {
  return server.replace(/:\d+$/, "");
}

export function isTunnel({ server }: Account): boolean {
  return tunnel.test(server);
}

/** For people: `alice at imap.example.net`. */
export function accountText({ server, username, listReference }: Account): string {
  const program = tunnel.exec(server)?.[1];
  const where = program === undefined ? server : `a tunnel${program === "" ? "" : ` by ${program}`}`;
  const who = username === undefined ? "" : `${shown(username)} ${program === undefined ? "at" : "through"} `;
  return `${who}${shown(where)}${listReference === "" ? "" : ` below "${shown(listReference)}"`}`;
}

/** Host names have no case (RFC 4343), and may end with the root's dot; IPv6 addresses have many forms (RFC 5952). */
export function plainHost(host: string): string {
  const lower = host.toLowerCase();
  // Node's isIPv6 takes as long as all the rest of a run's start.
  if (!lower.includes(":")) return lower.replace(/\.$/, "");
  // One with a zone is no URL.
  const url = `imap://[${lower}]`;
  return URL.canParse(url) ? new URL(url).hostname : `[${lower}]`;
}

const tunnel = /^tunnel:([^#]*)#[0-9a-f]{8}$/;

function serverOf(transport: TransportSettings): string {
  if (transport.type !== "tunnel") {
    const { host, port } = transport;
    // Either of the two usual ports is the same server's: to go from STARTTLS to TLS is to stay (RFC 8314).
    return `${plainHost(host)}${port === 143 || port === 993 ? "" : `:${String(port)}`}`;
  }
  // There may be a secret in a command. Of its digest there is enough to notice another one, too little to find it out.
  const words = transport.command
    .trim()
    .split(/\s+/)
    .join(" ")
    .replace(/^exec /, "");
  const digest = createHash("sha256").update(words).digest("hex").slice(0, 8);
  const [program = ""] = words.split(" ");
  return `tunnel:${/^[\w./+-]{1,200}$/.test(program) ? program : ""}#${digest}`;
}

function shown(text: string): string {
  return cut(printable(text), 100);
}
