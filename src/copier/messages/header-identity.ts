// Which messages of two servers are the same, by fields of their headers: a signature of those that are wanted.

import { createHash, hash } from "node:crypto";
import { InterimapError } from "../../model/errors.ts";
import { excerpt } from "../../util/printable.ts";
import type { Host } from "../options/host.ts";
import type { Options } from "../options/options.ts";
import { type HeaderField, headerFields, normalizedLine } from "./header-lines.ts";
import { compileRegex } from "./perl-expression.ts";

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

/** What tells a message from others. */
export interface HeaderIdentity {
  /** For BODY.PEEK[HEADER.FIELDS (…)], or for BODY.PEEK[HEADER]. */
  readonly fields: readonly string[] | "all";
  /**
   * 16 octets, one character each (latin1); undefined when no wanted field is there. `header`: at least these fields, as the
   * server sent them; `size`: RFC822.SIZE.
   */
  readonly sign: (header: Buffer, message: SignedMessage) => string | undefined;
  /** What the Message-IDs of equal messages contain, for a search; undefined: nothing is known of these. */
  readonly partOfMessageId: (messageId: string) => string | undefined;
}

export interface SignedMessage {
  readonly uid: number;
  readonly size: number;
  /** The folder that a UID is of, where messages of several go to one. */
  readonly place?: string | undefined;
}

const defaultNames = ["Message-Id", "Received"];
const messageId = "MESSAGE-ID";

/** @throws InterimapError USAGE for --useheader or --skipheader */
export function identityRules(options: IdentityOptions): IdentityRules {
  const { useheader, skipheader } = options;
  const names = (useheader.length === 0 ? defaultNames : useheader).map((name) => name.toUpperCase());
  const strange = names.find((name) => !/^[\x21-\x39\x3b-\x7e]+$/.test(name));
  if (strange !== undefined)
    throw new InterimapError("USAGE", `--useheader "${excerpt(strange)}" is no name of a header`);
  const isSkipped =
    skipheader === undefined ? undefined : compileRegex(skipheader, "--skipheader", { ignoresCase: true });
  return {
    wanted: names.includes("ALL") ? undefined : new Set(names),
    isSkipped: isSkipped ?? (() => false),
    cutsDomain: options.messageidnodomain,
    countsSize: !options.skipsize,
    addsHeader: options.addheader,
  };
}

/** By which messages of one of the hosts are known. With --addheader, one of host1 that has nothing is what its copy will be. */
export function headerIdentity(rules: IdentityRules, host: Host): HeaderIdentity {
  const { wanted, addsHeader } = rules;
  return {
    fields: wanted === undefined ? "all" : [...new Set([...wanted, ...(addsHeader ? [messageId] : [])])],
    sign: (header, { uid, size, place }) => {
      const lines = wantedLines(headerFields(header.toString("latin1")), rules);
      if (lines.length > 0) return sign(lines, size, rules);
      return addsHeader && host === 1 ? addedSignature(rules, { uid, size, place }) : undefined;
    },
    partOfMessageId: (id) => {
      if (wanted?.has(messageId) === false || rules.isSkipped(normalizedLine(messageId, id))) return undefined;
      // An X may be what a server has in place of an octet that is not ASCII.
      const parts = (rules.cutsDomain ? id.split("@", 1)[0]! : id).split(/[^!-~]|["\\<>X]/);
      const longest = parts.reduce((one, other) => (other.length > one.length ? other : one));
      return longest === "" ? undefined : longest;
    },
  };
}

/** What tells the copy of a message of host1 that --addheader gave a line, in this run or another one. */
export function addedSignature(rules: IdentityRules, { uid, size, place }: SignedMessage): string | undefined {
  const line = `${addedHeader(uid, place)}\r\n`;
  const lines = wantedLines(headerFields(line), { ...rules, addsHeader: true });
  return lines.length > 0 ? sign(lines, size + line.length, rules) : undefined;
}

/** Whether --addheader is for this message. */
export function lacksWantedFields(header: Buffer, rules: IdentityRules): boolean {
  return wantedLines(headerFields(header.toString("latin1")), rules).length === 0;
}

/** The line without its end that --addheader puts in front of a message that has no wanted field; `place`: see above. */
export function addedHeader(uid: number, place?: string): string {
  return `Message-Id: ${addedMessageId(uid, place)}`;
}

function addedMessageId(uid: number, place: string | undefined): string {
  return `<${uid}${place === undefined ? "" : `.${Buffer.from(sha256(place).slice(0, 4), "latin1").toString("hex")}`}@imapsync>`;
}

/** Sorted, as servers may give them in any order. */
export function wantedLines(fields: readonly HeaderField[], rules: IdentityRules): readonly string[] {
  const lines: string[] = [];
  let added: string | undefined;
  for (const { name, value } of fields) {
    // Of many drafts, an empty Message-ID would make one.
    if (value.trim() === "") continue;
    const upperName = name.toUpperCase();
    const isMessageId = upperName === messageId;
    if (rules.wanted?.has(upperName) === false) {
      if (isMessageId && isAdded(value)) added = normalizedLine(name, value);
      continue;
    }
    const line = normalizedLine(name, isMessageId && rules.cutsDomain ? value.split("@", 1)[0]! : value);
    if (!rules.isSkipped(line)) lines.push(line);
  }
  if (lines.length === 0 && rules.addsHeader && added !== undefined) return [added];
  return lines.length > 1 ? lines.sort() : lines;
}

function isAdded(value: string): boolean {
  return /^<\d+(?:\.[\da-f]{8})?@imapsync>$/i.test(value.trim());
}

/** Of a kind that nobody can make another message have. */
function sign(lines: readonly string[], size: number, { countsSize }: IdentityRules): string {
  const text = lines.join("") + (countsSize ? `:${size}` : "");
  return sha256(text).slice(0, 16);
}

/** An octet a character (latin1). Making a Buffer takes longer than the digest; what does without came with Node.js 20.12. */
function sha256(ascii: string): string {
  return (
    (hash as typeof hash | undefined)?.("sha256", ascii, "binary") ??
    createHash("sha256").update(ascii).digest("binary")
  );
}
