// Reads any FETCH response with imapflow's parser: unknown items, odd spacing, quoted strings in place of literals. If the
// parser refuses a response, it is read as far as possible.

import parser from "imapflow/lib/handler/imap-parser.js";
import type { ImapAttribute, ImapAttributeNode } from "imapflow/lib/handler/types.js";
import { readModSeq } from "../../model/mod-seq.ts";
import type { FetchResponse, UnreadableResponse } from "../responses.ts";
import { fetchItems, type MutableFetch, nothingFetched } from "./fetch-items.ts";
import { internFlagList } from "./flag-lists.ts";
import { salvageFetch } from "./salvage-fetch.ts";
import { ownCopy, readNonZero, readSize } from "./wire-values.ts";

// The parser makes a node of every word. Longer lines are read in one pass, which is ten times faster.
const maxLineLength = 0x1000;

/** Reads `* n FETCH (...)`. The line must be a latin1 string: the parser takes bytes for UTF-8. */
export async function parseFetch(
  line: string,
  literals: readonly Buffer[],
): Promise<FetchResponse | UnreadableResponse> {
  const response = (await parseSound(line, literals)) ?? salvageFetch(line, literals);
  if (response.kind !== "fetch") return response;
  if (/X-GM-LABELS/i.test(line)) return { ...response, ...labelsIn(line) };
  return /SAVEDATE/i.test(line) ? { ...response, ...saveDateIn(line) } : response;
}

function saveDateIn(line: string): Pick<FetchResponse, "saveDate"> {
  const value = fetchItems(line).items.find(({ name }) => name === "SAVEDATE")?.value ?? "";
  const [, date] = /^"([^"\\\r\n]{1,40})"$/.exec(value) ?? [];
  return date === undefined ? {} : { saveDate: ownCopy(date) };
}

function labelsIn(line: string): Pick<FetchResponse, "labels"> {
  const list = fetchItems(line).items.find(({ name }) => name === "X-GM-LABELS")?.value ?? "";
  return list.startsWith("(") && !/[\r\n]/.test(list) ? { labels: ownCopy(list.slice(1, -1)) } : {};
}

/** Undefined if anything is wrong. */
async function parseSound(line: string, literals: readonly Buffer[]): Promise<FetchResponse | undefined> {
  const { command = "", attributes = [], truncatedAttributes } = await parseLine(line, literals);
  // The parser returns NIL for a value that is nested too deeply. For a message, NIL means that it is gone.
  if (truncatedAttributes !== undefined) return undefined;
  const list = attributes[1];
  const sequence = readNonZero(command);
  if (sequence === undefined || attributes.length !== 2 || !Array.isArray(list) || list.length % 2 !== 0)
    return undefined;
  const item = nothingFetched();
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i];
    if (name === undefined || name === null || Array.isArray(name)) return undefined;
    if (!readItem(item, name, list[i + 1] ?? null)) return undefined;
  }
  return { kind: "fetch", sequence, ...item };
}

async function parseLine(
  line: string,
  literals: readonly Buffer[],
): Promise<Partial<Awaited<ReturnType<typeof parser>>>> {
  if (line.length > maxLineLength) return {};
  try {
    // A copy: the parser declares that it may change the array.
    return await parser(line, { literals: [...literals] });
  } catch {
    return {};
  }
}

/** False if the value is invalid. */
function readItem(item: MutableFetch, nameNode: ImapAttributeNode, value: ImapAttribute): boolean {
  const name = itemName(nameNode);
  switch (name) {
    case "UID": {
      const uid = readNonZero(textOf(value) ?? "");
      if (uid === undefined || (item.uid ?? uid) !== uid) return false;
      item.uid = uid;
      return true;
    }
    case "FLAGS":
      item.flags = Array.isArray(value) ? flagsOf(value.map(textOf)) : undefined;
      return item.flags !== undefined;
    case "MODSEQ":
      // RFC 7162 section 7, fetch-mod-resp
      item.modSeq = Array.isArray(value) && value.length === 1 ? readModSeq(textOf(value[0] ?? null) ?? "") : undefined;
      return item.modSeq !== undefined;
    case "INTERNALDATE":
      item.internalDate = isString(value) ? textOf(value) : undefined;
      return true;
    case "RFC822.SIZE":
      item.size = readSize(textOf(value) ?? "");
      return item.size !== undefined;
    case "BODY[]":
    case "BINARY[]":
      item.body = octetsOf(value);
      return item.body !== undefined;
    case "BODY[]<>":
      item.part = octetsOf(value);
      return item.part !== undefined;
    case "BODY[HEADER]":
    case "BODY[HEADER.FIELDS]":
      item.headerFields = octetsOf(value);
      return item.headerFields !== undefined;
    default:
      // Nothing we ask for: ENVELOPE, X-...
      return true;
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

function isString(value: ImapAttribute): boolean {
  return value !== null && !Array.isArray(value) && value.type !== "ATOM";
}

function textOf(value: ImapAttribute): string | undefined {
  // An atom NIL, which is null to the parser, is a flag like any other.
  if (value === null) return "NIL";
  if (Array.isArray(value)) return undefined;
  if (typeof value.value === "string") return value.value;
  return Buffer.isBuffer(value.value) ? value.value.toString("latin1") : undefined;
}

/** Flags that are strings or literals could contain what ends the list, or the line, of a command in which we send them. */
function flagsOf(flags: readonly (string | undefined)[]): readonly string[] | undefined {
  const list = internFlagList(flags.join(" "));
  return list?.length === flags.length ? list : undefined;
}

function octetsOf(value: ImapAttribute): Buffer | null | undefined {
  if (value === null) return null;
  if (Array.isArray(value)) return undefined;
  if (Buffer.isBuffer(value.value)) return value.value;
  return value.type === "STRING" && typeof value.value === "string" ? Buffer.from(value.value, "latin1") : undefined;
}
