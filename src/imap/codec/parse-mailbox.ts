// LIST, LSUB and STATUS, by hand: imapflow's parser refuses atoms such as `1:1` or `]x` and control characters, all of
// which servers send in mailbox names or beside them, and takes a mailbox `BODY[x]` for something else.

import type { ListResponse, MailboxStatusResponse } from "../responses.ts";
import { notUnderstood, parseHighestModSeq, parseNonZero, parseNumber } from "./wire-values.ts";

// mailbox-list of RFC 3501 section 9, up to the name. A lone backslash as delimiter is wrong, but clear; "" is a flat
// name space.
const listHead = /^\* L(?:IST|SUB) \(([^()"]*)\) (?:NIL|"(?:\\?([^\r\n]))?") /i;

// mbox-list-extended-item of RFC 5258 section 6, as in `("OLDNAME" ("before"))`
const oldNameHead = /^ \((?:.* )?"?OLDNAME"? \(/i;

/** Of the extended data items (RFC 5258) behind the name only OLDNAME is our business. Throws PROTOCOL. */
export function parseList(line: string, literals: readonly Buffer[]): ListResponse {
  const head = listHead.exec(line);
  if (head === null) throw notUnderstood(line);
  const [whole, attributes = "", delimiter = null] = head;
  const name = readName(line, whole.length, literals);
  const next = name === undefined ? undefined : line[name.end];
  if (name === undefined || (next !== undefined && next !== " ")) throw notUnderstood(line);
  const oldName = readOldName(line, { start: name.end, literals: literals.slice(name.form === "literal" ? 1 : 0) });
  return {
    kind: "list",
    attributes: attributes.split(" ").filter((attribute) => attribute !== ""),
    delimiter,
    name: name.value,
    ...(oldName !== undefined && { oldName }),
  };
}

function readOldName(
  line: string,
  { start, literals }: { readonly start: number; readonly literals: readonly Buffer[] },
): string | undefined {
  const head = oldNameHead.exec(line.slice(start));
  if (head === null) return undefined;
  const name = readName(line, start + head[0].length, literals);
  return name?.form === "atom" ? name.value.replace(/\)+$/, "") : name?.value;
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

interface Astring {
  readonly value: string;
  readonly end: number;
  readonly form: "atom" | "quoted" | "literal";
}

function readName(line: string, start: number, literals: readonly Buffer[]): Astring | undefined {
  if (line[start] === '"') return readQuoted(line, start + 1);
  const marker = /^~?\{[0-9]+\}\r?\n/.exec(line.slice(start, start + 32));
  if (marker !== null) {
    return { value: literals[0]?.toString("latin1") ?? "", end: start + marker[0].length, form: "literal" };
  }
  const space = line.indexOf(" ", start);
  const end = space < 0 ? line.length : space;
  return end > start ? { value: line.slice(start, end), end, form: "atom" } : undefined;
}

function readQuoted(line: string, start: number): Astring | undefined {
  let value = "";
  let copied = start;
  for (let i = start; i < line.length; i++) {
    if (line[i] === '"') return { value: value + line.slice(copied, i), end: i + 1, form: "quoted" };
    if (line[i] === "\\") {
      value += line.slice(copied, i);
      copied = ++i;
    }
  }
  return undefined;
}
