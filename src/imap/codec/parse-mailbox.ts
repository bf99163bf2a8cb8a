// LIST, LSUB and STATUS, by hand: imapflow's parser refuses atoms such as `1:1` or `]x` and control characters, all of
// which servers send in mailbox names or beside them, and takes a mailbox `BODY[x]` for something else.

import type { ListResponse, MailboxStatusResponse } from "../responses.ts";
import { notUnderstood, parseHighestModSeq, parseNonZero, parseNumber } from "./wire-values.ts";

// mailbox-list of RFC 3501 section 9, up to the name. A lone backslash as delimiter is wrong, but clear; "" is a flat
// name space.
const listHead = /^\* L(?:IST|SUB) \(([^()"]*)\) (?:NIL|"(?:\\?([^\r\n]))?") /i;

/** Extended data items (RFC 5258) behind the name are none of our business. Throws PROTOCOL. */
export function parseList(line: string, literals: readonly Buffer[]): ListResponse {
  const head = listHead.exec(line);
  if (head === null) throw notUnderstood(line);
  const [whole, attributes = "", delimiter = null] = head;
  const name = readName(line, whole.length, literals);
  const next = name === undefined ? undefined : line[name.end];
  if (name === undefined || (next !== undefined && next !== " ")) throw notUnderstood(line);
  return {
    kind: "list",
    attributes: attributes.split(" ").filter((attribute) => attribute !== ""),
    delimiter,
    name: name.value,
  };
}

/**
 * Looks for the items we know wherever they are: a Cyrus bug (3.6.1) puts raw memory into MAILBOXID values, which no
 * grammar survives. Throws PROTOCOL.
 */
export function parseMailboxStatus(line: string, literals: readonly Buffer[]): MailboxStatusResponse {
  const name = readName(line, "* STATUS ".length, literals);
  if (name === undefined || !line.startsWith(" (", name.end)) throw notUnderstood(line);
  const counts: { messages?: number; uidNext?: number; uidValidity?: number; highestModSeq?: bigint } = {};
  const items = line.slice(name.end);
  for (const [, key = "", value = ""] of items.matchAll(
    /[ (](MESSAGES|UIDNEXT|UIDVALIDITY|HIGHESTMODSEQ) ([^ ()]*)/gi,
  )) {
    const item = key.toUpperCase();
    if (item === "MESSAGES") counts.messages = parseNumber(value, item);
    else if (item === "UIDNEXT") counts.uidNext = parseNonZero(value, item);
    else if (item === "UIDVALIDITY") counts.uidValidity = parseNonZero(value, item);
    else counts.highestModSeq = parseHighestModSeq(value, item);
  }
  return { kind: "mailbox-status", name: name.value, ...counts };
}

/** An astring: atom, quoted string or literal. */
function readName(
  line: string,
  start: number,
  literals: readonly Buffer[],
): { readonly value: string; readonly end: number } | undefined {
  if (line[start] === '"') return readQuoted(line, start + 1);
  const marker = /^~?\{[0-9]+\}\r?\n/.exec(line.slice(start, start + 32));
  if (marker !== null) {
    return { value: literals[0]?.toString("latin1") ?? "", end: start + marker[0].length };
  }
  const space = line.indexOf(" ", start);
  const end = space < 0 ? line.length : space;
  return end > start ? { value: line.slice(start, end), end } : undefined;
}

function readQuoted(line: string, start: number): { readonly value: string; readonly end: number } | undefined {
  let value = "";
  let copied = start;
  for (let i = start; i < line.length; i++) {
    if (line[i] === '"') return { value: value + line.slice(copied, i), end: i + 1 };
    if (line[i] === "\\") {
      value += line.slice(copied, i);
      copied = ++i;
    }
  }
  return undefined;
}
