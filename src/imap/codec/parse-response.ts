// One line of the server, with its literals, to one typed response. Everything is read by hand and at once, because
// its text is free-form (status lines) or can be megabytes long (VANISHED), except FETCH responses out of the ordinary.

import { emptyUidSet } from "../../model/uid-set.ts";
import { parseUidSet } from "../../model/uid-set-text.ts";
import type {
  FetchResponse,
  FlagsResponse,
  Response,
  ResponseCode,
  UnreadableResponse,
  UntaggedResponse,
  VanishedResponse,
} from "../responses.ts";
import { parseFetchQuickly } from "./fetch-fast-path.ts";
import { internFlagList, salvageFlagList } from "./flag-lists.ts";
import { parseList, parseMailboxStatus } from "./parse-mailbox.ts";
import { readNonZero, readNumber, unreadable } from "./wire-values.ts";

const tagged = /^([^\x00-\x20\x7f-\xff(){%*"\\+]+) (OK|NO|BAD)(?: (.*))?$/is;
const untagged = /^\* (?:([0-9]+) )?([A-Za-z][^\x00-\x20\x7f-\xff(){%*"\\]*)(?: |$)/;

/** Lines that break the grammar but can still be recognised, by their subject. */
const odd = /^\* (?:[^ ]{1,40} (FETCH|EXISTS|EXPUNGE)|(VANISHED|FLAGS|LIST|LSUB|STATUS))(?![A-Z0-9_-])/i;
const oddSubjects: ReadonlyMap<string, UnreadableResponse["about"]> = new Map([
  ["FETCH", "fetch"],
  ["EXISTS", "exists"],
  ["EXPUNGE", "expunge"],
  ["VANISHED", "vanished"],
  ["FLAGS", "flags"],
  ["LIST", "list"],
  ["LSUB", "list"],
  ["STATUS", "status"],
]);

/**
 * Reads a line without its final CRLF, as a latin1 string; the octets of the literals announced in it come in
 * `literals`. Returns a promise only if the general parser is needed. No line is an error here: a part that cannot be read
 * costs a message or a mailbox, and the code that works on that decides what to do.
 */
export function parseResponse(line: string, literals: readonly Buffer[]): Response | Promise<Response> {
  if (line.startsWith("* ")) {
    const fetch = isDigit(line.charCodeAt(2)) ? parseFetchQuickly(line, literals) : undefined;
    return fetch ?? parseUntagged(line, literals);
  }
  // RFC 3501 section 9 wants a space; an empty challenge often comes without it.
  if (line.startsWith("+")) return { kind: "continuation", text: line.slice(line[1] === " " ? 2 : 1) };
  const [, tag, status, text = ""] = tagged.exec(line) ?? [];
  if (tag === undefined || status === undefined) return unreadable("unknown", line);
  return { kind: "tagged", tag, status: status.toUpperCase() as "OK" | "NO" | "BAD", ...splitCode(text) };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function parseUntagged(line: string, literals: readonly Buffer[]): UntaggedResponse | Promise<UntaggedResponse> {
  // What there may be thousands of.
  if (line.startsWith("* STATUS ")) return parseMailboxStatus(line, literals);
  if (line.startsWith("* LIST ")) return parseList(line, literals);
  const head = untagged.exec(line);
  if (head === null) return parseOdd(line, "");
  const [whole, number, word = ""] = head;
  const name = word.toUpperCase();
  if (number !== undefined) {
    if (name === "FETCH") return parseUnusualFetch(line, literals);
    if (name === "EXISTS") {
      const count = readNumber(number);
      return count === undefined ? unreadable("exists", line) : { kind: "exists", count };
    }
    // Mailutils 3.15
    if (name === "EXPUNGE" || name === "EXPUNGED") {
      const sequence = readNonZero(number);
      return sequence === undefined ? unreadable("expunge", line) : { kind: "expunge", sequence };
    }
    return { kind: "other", name, line };
  }
  const rest = line.slice(whole.length);
  switch (name) {
    case "OK":
    case "NO":
    case "BAD":
    case "BYE":
    case "PREAUTH":
      return { kind: "status", status: name, ...splitCode(rest) };
    case "CAPABILITY":
      return { kind: "capability", capabilities: words(rest.toUpperCase()) };
    case "ENABLED":
      return { kind: "enabled", capabilities: words(rest.toUpperCase()) };
    case "LIST":
    case "LSUB":
      return parseList(line, literals);
    case "STATUS":
      return parseMailboxStatus(line, literals);
    case "VANISHED":
      return parseVanished(rest) ?? unreadable("vanished", line);
    case "FLAGS":
      return parseFlags(rest.trimEnd()) ?? unreadable("flags", line);
    default:
      return parseOdd(line, name);
  }
}

function parseOdd(line: string, name: string): UntaggedResponse {
  const [whole, item, word] = odd.exec(line) ?? [];
  const about = oddSubjects.get((item ?? word ?? "").toUpperCase());
  if (whole !== undefined && about !== undefined) return unreadable(about, line);
  // A response that we never asked for may look like anything.
  if (/^\* [A-Za-z]/.test(line)) return { kind: "other", name, line };
  return unreadable("unknown", line);
}

/** Most runs meet no such response, and need not load the parser. */
async function parseUnusualFetch(
  line: string,
  literals: readonly Buffer[],
): Promise<FetchResponse | UnreadableResponse> {
  const { parseFetch } = await import("./parse-fetch.ts");
  return parseFetch(line, literals);
}

/** RFC 7162 3.2.10. James before 2022 sends an empty set if nothing vanished. */
function parseVanished(rest: string): VanishedResponse | undefined {
  const earlier = /^\(EARLIER\)(?: |$)/i.exec(rest)?.[0] ?? "";
  const set = rest.slice(earlier.length).trim();
  try {
    return { kind: "vanished", earlier: earlier !== "", uids: set === "" ? emptyUidSet : parseUidSet(set) };
  } catch {
    return undefined;
  }
}

function parseFlags(list: string): FlagsResponse | undefined {
  if (!list.startsWith("(") || !list.endsWith(")")) return undefined;
  const text = list.slice(1, -1);
  const flags = internFlagList(text) ?? salvageFlagList(text);
  return flags && { kind: "flags", flags };
}

/** resp-text of RFC 3501 section 9: an optional code in brackets, then text for people. */
function splitCode(text: string): { readonly code: ResponseCode | undefined; readonly text: string } {
  const end = text.startsWith("[") ? endOfCode(text) : -1;
  if (end < 0) return { code: undefined, text: forPeople(text) };
  const [, name = "", arguments_ = ""] = /^([^ ]*) ?(.*)$/s.exec(text.slice(1, end)) ?? [];
  return { code: { name: name.toUpperCase(), text: arguments_ }, text: forPeople(text.slice(end + 1).trimStart()) };
}

/** The first `]` that is not inside quotes or parentheses: keywords such as `[a]` may contain one. */
function endOfCode(text: string): number {
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (isQuoted) {
      if (character === '"') isQuoted = false;
      else if (character === "\\") i++;
    } else if (character === '"') isQuoted = true;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === "]" && depth <= 0) return i;
  }
  return text.indexOf("]");
}

/** RFC 9051 allows UTF-8 in text. */
function forPeople(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, "latin1").toString("utf8") : text;
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}
