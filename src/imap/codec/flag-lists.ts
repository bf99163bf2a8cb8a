// Flag lists as shared arrays: a mailbox has few different ones, but sends them by the hundred thousand.

import { ownCopy } from "./wire-values.ts";

// Limits for a server that sends ever new keywords: without them, we would keep them all.
const maxLists = 4096;
const maxKeptOctets = 1024;

/** A server that keeps thousands of keywords on one message is not to be believed. */
const maxListOctets = 0x1_0000;

const lists = new Map<string, readonly string[]>();

/**
 * The flags between the parentheses of a FLAGS item, the same frozen array for the same text; undefined when the text
 * is not a list of words separated by single spaces. Control characters, octets above 0x7f and `]` are not allowed in a
 * flag (RFC 3501 section 9), but servers keep what clients made up: check a flag before sending it on.
 */
export function internFlagList(text: string): readonly string[] | undefined {
  const known = lists.get(text);
  if (known !== undefined) return known;
  if (!isListOfWords(text)) return undefined;
  const own = ownCopy(text);
  return keep(own, own === "" ? [] : own.split(" "));
}

/** As {@link internFlagList}, but with anything between the words; anything that is no word is left out. */
export function salvageFlagList(text: string): readonly string[] | undefined {
  if (text.length > maxListOctets) return undefined;
  const flags = withoutStrings(text)
    .split(/[ \t\r\n\0]/)
    .filter((word) => word !== "" && isListOfWords(word));
  return internFlagList(flags.join(" "));
}

/** By hand: on a long text a regular expression runs out of stack. */
function isListOfWords(text: string): boolean {
  if (text.length > maxListOctets) return false;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case " ":
        if (length === 0) return false;
        length = 0;
        break;
      case "\\":
        if (length++ > 0) return false;
        break;
      case '"':
      case "(":
      case ")":
      case "\r":
      case "\n":
      case "\0":
        return false;
      default:
        length++;
    }
  }
  return length > 0 || text === "";
}

const marker = /^\{[0-9]{1,10}\+?\}\r?\n/;

/** Quoted strings and the markers of literals could contain text that looks like a flag. */
function withoutStrings(text: string): string {
  let left = "";
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const length = text[i] === '"' ? quotedLength(text, i) : text[i] === "{" ? markerLength(text, i) : 0;
    if (length === 0) continue;
    left += text.slice(copied, i);
    i += length - 1;
    copied = i + 1;
  }
  return left + text.slice(copied);
}

function markerLength(text: string, start: number): number {
  return marker.exec(text.slice(start, start + 16))?.[0].length ?? 0;
}

function quotedLength(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length && text[end] !== '"'; end++) if (text[end] === "\\") end++;
  return end + 1 - start;
}

function keep(text: string, flags: readonly string[]): readonly string[] {
  const list = Object.freeze(flags);
  if (text.length > maxKeptOctets) return list;
  if (lists.size >= maxLists) lists.clear();
  lists.set(text, list);
  return list;
}
