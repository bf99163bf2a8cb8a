// Which messages of two servers are the same, by fields of their headers: a signature of those that are wanted.

import * as crypto from "node:crypto";
import type { Options } from "../options/options.ts";
import { hasEightBit, type HeaderField, headerFields, normalizedLine, withoutEightBit } from "./header-lines.ts";
import { compileRegex } from "./perl-expression.ts";

/** 16 octets. */
export type Signature = Buffer;

export interface Identity {
  /** Equal for all that the original takes for one: an octet that is not ASCII is an X. */
  readonly signature: Signature;
  /** With these octets as they are; undefined: there are none. */
  readonly exact: Signature | undefined;
}

export interface IdentityRules {
  /** In upper case; undefined: all. */
  readonly wanted: ReadonlySet<string> | undefined;
  readonly isSkipped: (normalizedLine: string) => boolean;
  readonly cutsDomain: boolean;
  readonly countsSize: boolean;
  /** Messages without a wanted field get one. */
  readonly addsHeader: boolean;
}

export type IdentityOptions = Pick<
  Options,
  "useheader" | "skipheader" | "messageidnodomain" | "skipsize" | "addheader"
>;

/** @throws InterimapError USAGE for --skipheader */
export function identityRules(options: IdentityOptions): IdentityRules {
  const names = (options.useheader.length === 0 ? defaultNames : options.useheader).map((name) => name.toUpperCase());
  return {
    wanted: names.includes("ALL") ? undefined : new Set(names),
    isSkipped:
      options.skipheader === undefined
        ? () => false
        : compileRegex(options.skipheader, "--skipheader", { ignoresCase: true }),
    cutsDomain: options.messageidnodomain,
    countsSize: !options.skipsize,
    addsHeader: options.addheader,
  };
}

const defaultNames = ["Message-Id", "Received"];
const messageId = "MESSAGE-ID";

/** What to fetch: the names for BODY.PEEK[HEADER.FIELDS (…)]; undefined: BODY.PEEK[HEADER]. */
export function fieldsToFetch({ wanted, addsHeader }: IdentityRules): readonly string[] | undefined {
  if (wanted === undefined) return undefined;
  return [...(addsHeader ? new Set([...wanted, messageId]) : wanted)];
}

export interface MessageHeader {
  readonly uid: number;
  /** RFC822.SIZE. */
  readonly size: number;
  /** At least the fields to fetch, as the server sent them. */
  readonly header: Buffer;
}

/** Undefined when no wanted field is there. */
export function identify(message: MessageHeader, rules: IdentityRules): Identity | undefined {
  const lines = wantedLines(headerFields(message.header.toString("latin1")), rules);
  return lines.length === 0 ? undefined : identityOf(lines, message.size, rules);
}

/** The identity that a copy gets from {@link addedHeader}; undefined when nothing is added. */
export function identityByUid(
  { uid, size }: Omit<MessageHeader, "header">,
  rules: IdentityRules,
): Identity | undefined {
  if (!rules.addsHeader) return undefined;
  return identityOf([normalizedLine("Message-Id", addedMessageId(uid))], size, rules);
}

/** The line without its end that --addheader puts in front of a message that has no wanted field. */
export function addedHeader(uid: number): string {
  return `Message-Id: ${addedMessageId(uid)}`;
}

function addedMessageId(uid: number): string {
  return `<${uid}@imapsync>`;
}

/** Sorted, as servers may give them in any order. */
export function wantedLines(fields: readonly HeaderField[], rules: IdentityRules): readonly string[] {
  const lines: string[] = [];
  let added: string | undefined;
  for (const { name, value } of fields) {
    const upperName = name.toUpperCase();
    const isMessageId = upperName === messageId;
    if (rules.wanted?.has(upperName) === false) {
      if (isMessageId && isAdded(value)) added = normalizedLine(name, value);
      continue;
    }
    const line = normalizedLine(name, isMessageId && rules.cutsDomain ? value.split("@", 1)[0]! : value);
    if (!rules.isSkipped(withoutEightBit(line))) lines.push(line);
  }
  if (lines.length === 0 && rules.addsHeader && added !== undefined) return [added];
  return lines.length > 1 ? lines.sort() : lines;
}

function isAdded(value: string): boolean {
  return /^<\d+@imapsync>$/i.test(value.trim());
}

function identityOf(lines: readonly string[], size: number, { countsSize }: IdentityRules): Identity {
  const end = countsSize ? `:${size}` : "";
  const text = lines.join("") + end;
  if (!hasEightBit(text)) return { signature: sign(text), exact: undefined };
  return { signature: sign(lines.map(withoutEightBit).sort().join("") + end), exact: sign(text) };
}

/** Of a kind that nobody can make another message have. */
function sign(text: string): Signature {
  return sha256(Buffer.from(text, "latin1")).subarray(0, 16);
}

// The faster of the two came with Node.js 20.12.
const sha256: (octets: Buffer) => Buffer =
  "hash" in crypto
    ? (octets) => crypto.hash("sha256", octets, "buffer")
    : (octets) => crypto.createHash("sha256").update(octets).digest();
