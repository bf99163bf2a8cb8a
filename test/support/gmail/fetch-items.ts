// What FETCH tells of a message. ENVELOPE and BODYSTRUCTURE are as good as the tests' client needs them.

import type { Account, Entry } from "./account.ts";
import { isList, textOf, type Token } from "./read-command.ts";
import { Refusal } from "./refusal.ts";

/** As FETCH tells them. */
export function flagsOf({ message, isDeleted }: Entry): string[] {
  return [...message.flags, ...(isDeleted ? ["\\Deleted"] : [])];
}

const macros: Readonly<Record<string, readonly string[]>> = {
  ALL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
  FAST: ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
  FULL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"],
};

export function itemsOf(token: Token | undefined): string[] {
  if (isList(token)) return token.map(word).map((item) => item.toUpperCase());
  const only = textOf(token).toUpperCase();
  return [...(macros[only] ?? [only])];
}

function word(token: Token): string {
  return isList(token) ? `(${token.map(word).join(" ")})` : textOf(token);
}

/** RFC 3501 6.4.5: BODY[…] without PEEK and RFC822 mark a message as seen. */
export function marksSeen(item: string): boolean {
  return /^(?:BODY\[|RFC822$|RFC822\.TEXT$)/.test(item);
}

/** One item with its value. */
export function fetchItem(item: string, entry: Entry, account: Account): (string | Buffer)[] {
  const { message, uid } = entry;
  const { bytes } = message;
  switch (item) {
    case "UID":
      return [`UID ${uid}`];
    case "FLAGS":
      return [`FLAGS (${flagsOf(entry).join(" ")})`];
    case "MODSEQ":
      return [`MODSEQ (${message.modSeq})`];
    case "INTERNALDATE":
      return [`INTERNALDATE "${message.internalDate}"`];
    case "RFC822.SIZE":
      return [`RFC822.SIZE ${bytes.length}`];
    case "X-GM-MSGID":
    case "X-GM-THRID":
      return [`${item} ${message.id}`];
    case "X-GM-LABELS":
      return [`X-GM-LABELS (${labelsOf(entry, account).join(" ")})`];
    case "ENVELOPE":
      return [`ENVELOPE ${envelope(bytes)}`];
    case "BODYSTRUCTURE":
    case "BODY":
      return [`${item} ("TEXT" "PLAIN" NIL NIL NIL "8BIT" ${bytes.length} 1)`];
    default:
      return section(item, bytes);
  }
}

function labelsOf({ message }: Entry, account: Account): string[] {
  return account.placesOf(message).flatMap(({ name, use }) => {
    if (use === "All" || use === "Trash" || use === "Junk") return [];
    if (name === "INBOX") return ['"\\\\Inbox"'];
    if (use === undefined) return [`"${name.replace(/["\\]/g, "\\$&")}"`];
    return [`"\\\\${use === "Flagged" ? "Starred" : use === "Drafts" ? "Draft" : use}"`];
  });
}

function section(item: string, bytes: Buffer): (string | Buffer)[] {
  const [, name, what = "", from, count] =
    /^(BODY|BODY\.PEEK|RFC822)(?:\[([^\]]*)\]|(?:\.(HEADER|TEXT))?)(?:<(\d+)\.(\d+)>)?$/.exec(item) ?? [];
  if (name === undefined) throw new Refusal("BAD", `Could not parse command: ${item}`);
  const part = partOf(what, bytes);
  const text = from === undefined ? part : part.subarray(Number(from), Number(from) + Number(count));
  const shown = name === "RFC822" ? item : `BODY[${what}]${from === undefined ? "" : `<${from}>`}`;
  return [`${shown} {${text.length}}\r\n`, text];
}

function partOf(what: string, bytes: Buffer): Buffer {
  const end = bytes.indexOf("\r\n\r\n");
  const [header, body] = end === -1 ? [bytes, Buffer.alloc(0)] : [bytes.subarray(0, end + 4), bytes.subarray(end + 4)];
  if (what === "") return bytes;
  if (what === "HEADER") return header;
  if (what === "TEXT" || what === "1") return body;
  const names = /^HEADER\.FIELDS \((.*)\)$/.exec(what)?.[1]?.split(" ");
  if (names === undefined) throw new Refusal("BAD", `no such part: ${what}`);
  const fields = header.toString("latin1").match(/^[^\s:]+:.*(?:\r\n[ \t].*)*\r\n/gm) ?? [];
  const wanted = fields.filter((field) => names.includes(field.slice(0, field.indexOf(":")).toUpperCase()));
  return Buffer.from(`${wanted.join("")}\r\n`, "latin1");
}

function envelope(bytes: Buffer): string {
  const field = (name: string): string => {
    const header = partOf(`HEADER.FIELDS (${name})`, bytes)
      .toString("latin1")
      .replace(/\r\n(?=[ \t])/g, "");
    const value = header.slice(header.indexOf(":") + 1).trim();
    return value === "" ? "NIL" : `"${value.replace(/["\\]/g, "\\$&")}"`;
  };
  return `(${field("DATE")} ${field("SUBJECT")} NIL NIL NIL NIL NIL NIL NIL ${field("MESSAGE-ID")})`;
}
