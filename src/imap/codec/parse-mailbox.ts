// Reads LIST, LSUB and STATUS by hand. imapflow's parser refuses atoms such as `]x` or `a{b` and control characters, but
// servers send all of these in mailbox names or beside them. It also takes a mailbox `BODY[x]` for something else.

import { readModSeq } from "../../model/mod-seq.ts";
import type { ListResponse, MailboxStatusResponse, UnreadableResponse } from "../responses.ts";
import { ownCopy, readNonZero, readNumber, readObjectId, unreadable } from "./wire-values.ts";

// mailbox-list of RFC 3501 section 9, up to the name. A lone backslash as delimiter is wrong, but clear; "" is a flat
// name space.
const listHead = /^\* L(?:IST|SUB) \(([^()"]*)\) (?:NIL|"(?:\\?([^\r\n\0]))?") /i;

/** Up to the text that is most probably the name. */
const oddListHead = /^\* L(?:IST|SUB) \([^()]*\) (?:NIL|"[^" ]*"|[^" ]+) /i;

// mbox-list-extended-item of RFC 5258 section 6, as in `("OLDNAME" ("before"))`
const oldNameHead = /^ \((?:.* )?"?OLDNAME"? \(/i;

/** All that are known have 300 octets together. */
const maxAttributes = 4096;

/** Of the extended data items (RFC 5258) after the name, we need only OLDNAME. */
export function parseList(line: string, literals: readonly Buffer[]): ListResponse | UnreadableResponse {
  return parseUsualList(line) ?? parseAnyList(line, literals);
}

/** One that may be kept for the sake of a name in it. */
const shortLine = 256;

// Nearly all lines look so, in particular those of servers with thousands of mailboxes. What they say is what the general way
// would find, which takes several times as long.
const usualName = String.raw`(?:([!#-$&'+-Z\[\]^-z|]+)|"([^"\\\0]*)")`;
const usualList = new RegExp(String.raw`^\* LIST \(([^()"]*)\) "([^"\\\r\n\0])" ${usualName}$`);
const usualStatus = new RegExp(
  String.raw`^\* STATUS ${usualName} \(MESSAGES ([0-9]{1,9}) UIDNEXT ([1-9][0-9]{0,8}) UIDVALIDITY ([1-9][0-9]{0,9})(?: HIGHESTMODSEQ ([0-9]{1,18}))?\)$`,
);

function parseUsualList(line: string): ListResponse | undefined {
  const found = line.length <= shortLine ? usualList.exec(line) : null;
  if (found === null) return undefined;
  return { kind: "list", attributes: wordsOf(found[1]!), delimiter: found[2]!, name: found[3] ?? found[4]! };
}

function wordsOf(attributes: string): string[] {
  // Most have one.
  if (attributes !== "" && !attributes.includes(" ")) return [attributes];
  return attributes.split(" ").filter((attribute) => attribute !== "");
}

function parseAnyList(line: string, literals: readonly Buffer[]): ListResponse | UnreadableResponse {
  const head = listHead.exec(line);
  if (head === null) return unreadableList(line);
  const [whole, attributes = "", delimiter = null] = head;
  const name = readName(line, whole.length, literals);
  // Anything after an unquoted name that is no list may belong to the name.
  if (
    name === undefined ||
    attributes.length > maxAttributes ||
    !/^ *(?:$|\()/.test(line.slice(name.end, name.end + 32))
  )
    return unreadableList(line);
  const oldName = readOldName(line, { start: name.end, literals: literals.slice(name.form === "literal" ? 1 : 0) });
  return {
    kind: "list",
    attributes: wordsOf(attributes),
    delimiter,
    name: name.value,
    ...(/^\* LSUB /i.test(line) && { isSubscription: true }),
    ...(oldName !== undefined && { oldName }),
  };
}

function unreadableList(line: string): UnreadableResponse {
  const head = oddListHead.exec(line)?.[0];
  const rest = head === undefined ? "" : line.slice(head.length);
  const name = readQuoted(rest, 1)?.value ?? rest.replace(/^"/, "").trimEnd();
  const isName = name !== "" && !/[\r\n\0]/.test(name);
  return unreadable("list", line, isName ? { name: ownCopy(name) } : {});
}

function readOldName(
  line: string,
  { start, literals }: { readonly start: number; readonly literals: readonly Buffer[] },
): string | undefined {
  const head = oldNameHead.exec(line.slice(start));
  if (head === null) return undefined;
  const name = readName(line, start + head[0].length, literals);
  return name?.form === "atom" ? withoutClosing(name.value) : name?.value;
}

function withoutClosing(text: string): string {
  let end = text.length;
  while (text[end - 1] === ")") end--;
  return text.slice(0, end);
}

/**
 * Looks for the items that we know, wherever they are: a bug of Cyrus 3.6.1 puts raw memory into MAILBOXID values, which no
 * grammar survives. An impossible value (UIDNEXT 0) counts as missing.
 */
export function parseMailboxStatus(
  line: string,
  literals: readonly Buffer[],
): MailboxStatusResponse | UnreadableResponse {
  return parseUsualStatus(line) ?? parseAnyStatus(line, literals);
}

function parseUsualStatus(line: string): MailboxStatusResponse | undefined {
  const found = line.length <= shortLine ? usualStatus.exec(line) : null;
  const uidValidity = found === null ? undefined : readNonZero(found[5]!);
  if (found === null || uidValidity === undefined) return undefined;
  const name = found[1] ?? found[2]!;
  const messages = Number(found[3]);
  const uidNext = Number(found[4]);
  const modSeq = found[6];
  if (modSeq === undefined) return { kind: "mailbox-status", name, messages, uidNext, uidValidity };
  return { kind: "mailbox-status", name, messages, uidNext, uidValidity, highestModSeq: BigInt(modSeq) };
}

function parseAnyStatus(line: string, literals: readonly Buffer[]): MailboxStatusResponse | UnreadableResponse {
  const start = "* STATUS ".length;
  const name = readBareName(line, start) ?? readName(line, start, literals);
  if (name === undefined) return unreadable("status", line);
  if (!line.startsWith(" (", name.end)) {
    return unreadable("status", line, name.form !== "atom" || name.end === line.length ? { name: name.value } : {});
  }
  const items = line.slice(name.end);
  const mailboxId = readObjectId(/^ \(MAILBOXID (.*)\) *$/i.exec(items)?.[1] ?? "");
  if (mailboxId !== undefined) return { kind: "mailbox-status", name: name.value, mailboxId };
  const told: { messages?: number; uidNext?: number; uidValidity?: number; highestModSeq?: bigint } = {};
  for (const [, key = "", value = ""] of items.matchAll(
    /[ (](MESSAGES|UIDNEXT|UIDVALIDITY|HIGHESTMODSEQ) ([^ ()]*)/gi,
  )) {
    const item = key.toUpperCase();
    if (item === "HIGHESTMODSEQ") {
      const modSeq = readModSeq(value);
      if (modSeq !== undefined) told.highestModSeq = modSeq;
      continue;
    }
    const number = item === "MESSAGES" ? readNumber(value) : readNonZero(value);
    if (number === undefined) continue;
    if (item === "MESSAGES") told.messages = number;
    else if (item === "UIDNEXT") told.uidNext = number;
    else told.uidValidity = number;
  }
  return { kind: "mailbox-status", name: name.value, ...told };
}

/** Mailutils 3.15 quotes no names here. A name without spaces is read like any other; else it is all that precedes the items. */
function readBareName(line: string, start: number): Astring | undefined {
  const [value] = bareName.exec(line.slice(start)) ?? [];
  return value === undefined ? undefined : { value: ownCopy(value), end: start + value.length, form: "atom" };
}

const bareName = /^[^ ()"{}]+(?: [^ ()"{}]+)+(?= \((?:MESSAGES|UIDNEXT|UIDVALIDITY|HIGHESTMODSEQ) [^()]*\) *$)/i;

interface Astring {
  readonly value: string;
  readonly end: number;
  readonly form: "atom" | "quoted" | "literal";
}

function readName(line: string, start: number, literals: readonly Buffer[]): Astring | undefined {
  const name = readAnyName(line, start, literals);
  // RFC 3501 section 9: not even a literal may contain NUL, so nobody could ever ask for it.
  if (name?.value.includes("\0") === true) return undefined;
  return name !== undefined && line.length > shortLine ? { ...name, value: ownCopy(name.value) } : name;
}

const literalMarker = /^~?\{[0-9]+\+?\}\r?\n/;

function readAnyName(line: string, start: number, literals: readonly Buffer[]): Astring | undefined {
  if (line[start] === '"') return readQuoted(line, start + 1);
  const marker = line[start] === "{" || line[start] === "~" ? literalMarker.exec(line.slice(start, start + 32)) : null;
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
