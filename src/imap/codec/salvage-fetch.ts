// Reads as much as possible of a FETCH response that imapflow's parser refuses, or would take long for: the items that we
// know, one by one. Anything else in between is skipped, however long it is.

import { readModSeq } from "../../model/mod-seq.ts";
import type { FetchResponse, UnreadableResponse } from "../responses.ts";
import { type FetchItem, fetchItems, type MutableFetch, nothingFetched } from "./fetch-items.ts";
import { salvageFlagList } from "./flag-lists.ts";
import { readNonZero, readSize, unreadable } from "./wire-values.ts";

/** Items that hold text of a message. */
const mayHoldText = /BODY|BINARY|ENVELOPE|RFC822(?!\.SIZE)/i;

/** Unreadable if flags or a message are malformed, or if it is unknown to which message they belong. */
export function salvageFetch(line: string, literals: readonly Buffer[]): FetchResponse | UnreadableResponse {
  const { items, isComplete } = fetchItems(line);
  const uids = new Set(items.filter(({ name }) => name === "UID").map(({ value }) => readNonZero(value)));
  const [uid] = uids;
  const isCut = isComplete || !mayHoldText.test(line) ? {} : ({ isCut: true } as const);
  if (uids.size > 1 || uids.has(undefined)) return unreadable("fetch", line, isCut);
  const found = { ...nothingFetched(), uid };
  const isSound = items.every((item) => readItem(found, item, literals));
  if (!isSound || !isComplete) return unreadable("fetch", line, uid === undefined ? isCut : { uid, ...isCut });
  return { kind: "fetch", sequence: Number(/[0-9]+/.exec(line)?.[0] ?? 0), ...found };
}

/** False for an item whose absence would be mistaken for something. */
function readItem(found: MutableFetch, item: FetchItem, literals: readonly Buffer[]): boolean {
  const { name, value } = item;
  switch (name) {
    case "FLAGS":
      found.flags = value.startsWith("(") ? salvageFlagList(value.slice(1, -1)) : undefined;
      return found.flags !== undefined;
    case "MODSEQ":
      // RFC 7162 section 7, fetch-mod-resp
      found.modSeq = readModSeq(value.slice(1, -1)) ?? 0n;
      return true;
    case "INTERNALDATE":
      found.internalDate = value.startsWith('"') ? unquoted(value) : undefined;
      return true;
    case "RFC822.SIZE":
      found.size = readSize(value);
      return true;
    case "BODY[]":
    case "BINARY[]":
      found.body = octetsOf(item, literals);
      return found.body !== undefined;
    case "BODY[HEADER]":
    case "BODY[HEADER.FIELDS]":
      found.headerFields = octetsOf(item, literals);
      return found.headerFields !== undefined;
    default:
      return true;
  }
}

function octetsOf({ value, literal }: FetchItem, literals: readonly Buffer[]): Buffer | null | undefined {
  if (literal !== undefined) return literals[literal];
  if (value.startsWith('"')) return Buffer.from(unquoted(value), "latin1");
  return value.toUpperCase() === "NIL" ? null : undefined;
}

function unquoted(value: string): string {
  return value.slice(1, -1).replace(/\\(.)/gs, "$1");
}
