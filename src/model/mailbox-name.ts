// Mailbox names: the wire's form, the program's form, and what people see.
//
// Inside the program a name is a latin1 string of the server's raw (modified UTF-7) octets, without the reference and
// with NUL for the hierarchy delimiter; INBOX is always spelled so.

import { cut, printable } from "../util/printable.ts";
import { InterimapError } from "./errors.ts";
import { asOurs, asTheirs, type NamePair, ourName, settingsInCharge, theirName } from "./name-pairs.ts";

export { isWithin, renamedAlong } from "./name-pairs.ts";

/** How one server writes names. */
export interface Naming {
  /** One octet; null for a flat name space. */
  readonly delimiter: string | null;
  /** The list-reference as the server has it, `""` for none. */
  readonly reference: string;
  /** What it calls otherwise than the program does. */
  readonly pairs?: readonly NamePair[];
}

/**
 * The program's name of a mailbox that a server listed; undefined when the mailbox is the reference itself, lies
 * outside of it, or is {@link shadowed}.
 *
 * Only a whole name on the wire is case-insensitively INBOX (RFC 3501 5.1): with the reference `foo/`, `foo/INBOX` is
 * the other server's INBOX, and `foo/inbox` another mailbox called `inbox`, which {@link toWire} refuses where it
 * would become INBOX.
 */
export function fromWire(raw: string, naming: Naming): string | undefined {
  const name = plainName(raw, naming);
  return name === undefined ? undefined : ourName(name, naming.pairs ?? []);
}

/** A mailbox that has no name of the program, because the program calls another one so. */
export interface Shadowed {
  /** What it is called on its server. */
  readonly name: string;
  /** The other one: what we call it, and its server. */
  readonly other: NamePair;
}

export function shadowed(raw: string, naming: Naming): Shadowed | undefined {
  const { pairs = [] } = naming;
  const name = plainName(raw, naming);
  if (name === undefined || ourName(name, pairs) !== undefined) return undefined;
  const ours = asOurs(name, pairs);
  return { name, other: { ours, theirs: asTheirs(ours, pairs) } };
}

function plainName(raw: string, { delimiter, reference }: Naming): string | undefined {
  if (!raw.startsWith(reference)) return undefined;
  const name = raw.slice(reference.length);
  if (name === "" || name === delimiter) return undefined;
  if (reference === "" && isInbox(name)) return "INBOX";
  return delimiter === null ? name : name.replaceAll(delimiter, "\0");
}

/**
 * The name to send to a server. Throws MAILBOX_NAME when the server would take it for another mailbox.
 */
export function toWire(ours: string, { delimiter, reference, pairs = [] }: Naming): string {
  const name = theirName(ours, pairs);
  if (name === undefined) throw taken(ours, pairs);
  if (delimiter === null && name.includes("\0")) {
    throw impossible(name, "the server has no hierarchy of mailboxes");
  }
  if (delimiter !== null && name.includes(delimiter)) {
    throw impossible(name, `${JSON.stringify(delimiter)} is the server's hierarchy delimiter`);
  }
  if (reference === "" && name !== "INBOX" && isInbox(name)) {
    throw impossible(name, "the server would take it for INBOX");
  }
  return reference + (delimiter === null ? name : name.replaceAll("\0", delimiter));
}

/** For people: UTF-8, nothing in it can steer a terminal. */
export function displayName(name: string, delimiter = "/"): string {
  return name
    .split("\0")
    .map((component) => printable(decodeUtf7(component)))
    .join(delimiter);
}

/** Names may be as long as a server's lines; this much of one tells it from others. */
export const longestShown = 300;

/** As {@link displayName}, for a line: the end of a very long name is left out. */
export function briefName(name: string): string {
  return cut(displayName(name), longestShown);
}

/** Decodes modified UTF-7 (RFC 3501 5.1.3); sequences that are not canonical stay as they are. */
export function decodeUtf7(text: string): string {
  return text.replace(/&([A-Za-z0-9+,]*)-/g, (sequence, base64: string) => {
    if (base64 === "") return "&";
    const octets = Buffer.from(base64.replaceAll(",", "/"), "base64");
    if (octets.length % 2 !== 0) return sequence;
    const decoded = octets.swap16().toString("utf16le");
    // also keeps two different names from looking the same, `&AGE-` for `a`
    return encodeUtf7(decoded) === sequence ? decoded : sequence;
  });
}

/** Encodes in modified UTF-7 (RFC 3501 5.1.3). */
export function encodeUtf7(text: string): string {
  return text.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === "&") return "&-";
    const base64 = Buffer.from(run, "utf16le").swap16().toString("base64");
    return `&${base64.replaceAll("/", ",").replaceAll("=", "")}-`;
  });
}

/** RFC 3501 5.1: the one name whose case does not matter. */
export function isInbox(name: string): boolean {
  return name.length === 5 && name.toUpperCase() === "INBOX";
}

/** INBOX in capitals; any other name as it is. */
export function canonicalName(name: string): string {
  return isInbox(name) ? "INBOX" : name;
}

function taken(name: string, pairs: readonly NamePair[]): InterimapError {
  const there = asTheirs(name, pairs);
  const reason = `"${briefName(there)}" is what "${briefName(asOurs(there, pairs))}" is called there, by ${settingsInCharge}`;
  return new InterimapError("MAILBOX_NAME", `mailbox "${briefName(name)}" cannot exist there: ${reason}`, {
    hint: "give it another name there with map-mailbox, or rename it",
  });
}

function impossible(name: string, reason: string): InterimapError {
  return new InterimapError("MAILBOX_NAME", `mailbox "${briefName(name)}" cannot exist there: ${reason}`, {
    hint: "rename the mailbox on the server that has it",
  });
}
