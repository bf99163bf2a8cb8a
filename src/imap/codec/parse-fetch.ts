// Any FETCH response, through imapflow's parser: unknown items, odd spacing, quoted strings where literals are usual.

import type { ImapAttribute, ImapAttributeNode } from "imapflow/lib/handler/types.js";
import parser from "imapflow/lib/handler/imap-parser.js";
import { InterimapError } from "../../model/errors.ts";
import type { FetchResponse } from "../responses.ts";
import { internFlagList } from "./flag-lists.ts";
import { invalidItem, notUnderstood, parseMessageModSeq, parseNonZero, parseSize } from "./wire-values.ts";

// The parser takes time quadratic in the length of some atoms: a quarter of a second for this many octets. What is
// left for it is short; long lists of UIDs and mailboxes never get here.
const maxLineLength = 0x1_0000;

type Item = Omit<FetchResponse, "kind" | "sequence">;
type MutableItem = { -readonly [K in keyof Item]: Item[K] };

/**
 * Reads `* n FETCH (...)`. The line must be a latin1 string: the parser takes bytes for UTF-8.
 * Rejects with PROTOCOL.
 */
export async function parseFetch(line: string, literals: readonly Buffer[]): Promise<FetchResponse> {
  const { command = "", attributes = [] } = await parseLine(line, literals);
  const list = attributes[1];
  if (attributes.length !== 2 || !Array.isArray(list) || list.length % 2 !== 0) throw notUnderstood(line);
  const item: MutableItem = {
    uid: undefined,
    flags: undefined,
    modSeq: undefined,
    internalDate: undefined,
    size: undefined,
    body: undefined,
    headerFields: undefined,
  };
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i];
    if (name === undefined || name === null || Array.isArray(name)) throw notUnderstood(line);
    readItem(item, name, list[i + 1] ?? null);
  }
  return { kind: "fetch", sequence: parseNonZero(command, "sequence number"), ...item };
}

async function parseLine(line: string, literals: readonly Buffer[]): ReturnType<typeof parser> {
  if (line.length > maxLineLength) throw notUnderstood(line);
  try {
    // A copy: the parser takes the literals out of the array it is given.
    return await parser(line, { literals: [...literals] });
  } catch (cause) {
    throw notUnderstood(line, cause);
  }
}

function readItem(item: MutableItem, nameNode: ImapAttributeNode, value: ImapAttribute): void {
  const name = itemName(nameNode);
  switch (name) {
    case "UID":
      item.uid = parseNonZero(textOf(value, name), name);
      break;
    case "FLAGS":
      if (!Array.isArray(value)) throw invalidItem(name, "");
      item.flags = flagsOf(value.map((flag) => textOf(flag, name)));
      break;
    case "MODSEQ":
      // RFC 7162 section 7, fetch-mod-resp
      if (!Array.isArray(value) || value.length !== 1) throw invalidItem(name, "");
      item.modSeq = parseMessageModSeq(textOf(value[0] ?? null, name), name);
      break;
    case "INTERNALDATE":
      item.internalDate = value === null ? undefined : textOf(value, name);
      break;
    case "RFC822.SIZE":
      item.size = parseSize(textOf(value, name), name);
      break;
    case "BODY[]":
    case "BINARY[]":
      item.body = octetsOf(value, name);
      break;
    case "BODY[HEADER.FIELDS]":
      item.headerFields = octetsOf(value, name);
      break;
    default:
    // Nothing we ask for: ENVELOPE, BODY[]<0>, X-...
  }
}

/** In upper case and without the list of header fields. */
function itemName({ value, section, partial }: ImapAttributeNode): string {
  const name = String(value).toUpperCase();
  if (section === undefined) return name;
  if (partial !== undefined) return `${name}[]<>`;
  const part = section[0];
  return `${name}[${part === undefined || part === null ? "" : String(part.value).toUpperCase()}]`;
}

function textOf(value: ImapAttribute, item: string): string {
  // An atom NIL, which is null to the parser, is a flag like any other.
  if (value === null) return "NIL";
  if (typeof value.value === "string") return value.value;
  if (Buffer.isBuffer(value.value)) return value.value.toString("latin1");
  throw invalidItem(item, "");
}

/** As strings or literals flags could hold what would end the list, or the line, of a command they are sent in. */
function flagsOf(flags: readonly string[]): readonly string[] {
  const list = internFlagList(flags.join(" "));
  if (list?.length !== flags.length) throw invalidItem("FLAGS", flags.join(" "));
  return list;
}

function octetsOf(value: ImapAttribute, item: string): Buffer | null {
  if (value === null) return null;
  if (Buffer.isBuffer(value.value)) return value.value;
  if (value.type === "STRING" && typeof value.value === "string") return Buffer.from(value.value, "latin1");
  throw new InterimapError("PROTOCOL", `the server sent an invalid ${item}`);
}
