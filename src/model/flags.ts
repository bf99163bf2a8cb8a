// A message's flags as an interned value: equal sets are the same object, so `===` compares and a Map groups them.

import { cut } from "../util/printable.ts";

/** Made by this file only; compare with `===`. */
export interface FlagSet {
  /** The flags as the wire has them between the parentheses, separated by a space. */
  readonly key: string;
  /** Canonical spelling, no duplicates, system flags before keywords. */
  readonly flags: readonly string[];
}

/** Which flags a mailbox keeps (RFC 3501 7.1, PERMANENTFLAGS). */
export interface PermanentFlags {
  /** Lower case; undefined when the server did not say: then every flag is to be taken as permanent. */
  readonly names: ReadonlySet<string> | undefined;
  /** `\*`: keywords not listed can be created. */
  readonly mayCreate: boolean;
  /** Lower case; all flags that messages of the mailbox can have now (RFC 3501 7.2.6). Undefined: the server did not say. */
  readonly defined?: ReadonlySet<string>;
  /** Lower case; flags that the server does not keep, whatever it says: mostly keywords that it would not create. */
  readonly refused?: ReadonlySet<string>;
}

// Flags compare case-insensitively; the spelling seen first is kept. The tables live as long as the process: one
// entry for each distinct flag and list, of which a mail store has few.
const spellings = new Map(
  ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"].map((flag) => [flag.toLowerCase(), flag]),
);
const systemFlags = [...spellings.keys()];
/** The codec gives equal lists as the same frozen array, a hundred thousand times. */
const byList = new WeakMap<readonly string[], FlagSet>();
const byRawKey = new Map<string, FlagSet>();
const byKey = new Map<string, FlagSet>();

export const noFlags = flagSet([]);

/** Drops duplicates and \Recent, which only the server can set (RFC 3501 2.3.2). */
export function flagSet(flags: readonly string[]): FlagSet {
  const known = byList.get(flags);
  if (known !== undefined) return known;
  const rawKey = flags.join(" ");
  let set = byRawKey.get(rawKey);
  if (set === undefined) {
    set = intern(flags);
    byRawKey.set(rawKey, set);
  }
  if (Object.isFrozen(flags)) byList.set(flags, set);
  return set;
}

export const deletedFlag = flagSet(["\\Deleted"]);

/** Whether the message goes with the next EXPUNGE. */
export function isMarked({ flags }: FlagSet): boolean {
  return flags.includes("\\Deleted");
}

/** Of a {@link FlagSet.key}. */
export function flagsOfKey(key: string): FlagSet {
  return flagSet(key.split(" ").filter((flag) => flag !== ""));
}

export function unionFlags(a: FlagSet, b: FlagSet): FlagSet {
  return a === b ? a : flagSet([...a.flags, ...b.flags]);
}

/** Reads the list of a PERMANENTFLAGS response code; undefined when the server sent none. */
export function permanentFlags(list: readonly string[] | undefined): PermanentFlags {
  if (list === undefined) return { names: undefined, mayCreate: true };
  const names = new Set(list.map((flag) => flag.toLowerCase()));
  return { names, mayCreate: names.delete("\\*") };
}

/** A mailbox has few lists of flags, and a hundred thousand messages. */
const byPermanentFlags = new WeakMap<PermanentFlags, WeakMap<FlagSet, FlagSet>>();

/** The flags that a mailbox can keep, of those that can be sent to it at all. */
export function storableFlags(set: FlagSet, permanent: PermanentFlags): FlagSet {
  let storable = byPermanentFlags.get(permanent);
  if (storable === undefined) byPermanentFlags.set(permanent, (storable = new WeakMap()));
  let kept = storable.get(set);
  if (kept === undefined) {
    kept = sendableFlags(flagsThat(set, (flag) => isStorable(flag, permanent)));
    storable.set(set, kept);
  }
  return kept;
}

function isStorable(flag: string, { names, mayCreate, refused }: PermanentFlags): boolean {
  const lower = flag.toLowerCase();
  if (refused?.has(lower)) return false;
  // Whoever sends a system flag that is none of RFC 3501 2.3.2 must have been told that the server knows it.
  if (isSystemFlag(flag)) return names?.has(lower) ?? systemFlags.includes(lower);
  return names === undefined || names.has(lower) || mayCreate;
}

/** What all flags of a message may take in a command line, whose other half is for a mailbox name or a set of UIDs. */
const sendableOctets = 4000;

// RFC 3501 section 9: flag-keyword is an atom, and a system flag one after a backslash.
const sendableFlag = /^\\?[^\x00-\x20\x7f-\uffff(){%*"\\\]]+$/;

const byWhetherSendable = new WeakMap<FlagSet, FlagSet>();

/** Servers keep keywords that no command can have, such as those of others' files, and more of them than a line takes. */
export function sendableFlags(set: FlagSet): FlagSet {
  let sendable = byWhetherSendable.get(set);
  if (sendable === undefined) {
    let octets = 0;
    sendable = flagsThat(set, (flag) => sendableFlag.test(flag) && (octets += flag.length + 1) <= sendableOctets);
    byWhetherSendable.set(set, sendable);
  }
  return sendable;
}

export function isSendable(set: FlagSet): boolean {
  return sendableFlags(set) === set;
}

/** The flags that a mailbox can keep without having to create a keyword. */
export function establishedFlags(set: FlagSet, permanent: PermanentFlags): FlagSet {
  return flagsThat(storableFlags(set, permanent), (flag) => isSystemFlag(flag) || isDefined(flag, permanent));
}

export function withoutFlags(set: FlagSet, others: FlagSet): FlagSet {
  if (set === others) return noFlags;
  const left = others.flags.length > 8 ? new Set(others.flags) : undefined;
  return flagsThat(set, (flag) => !(left?.has(flag) ?? others.flags.includes(flag)));
}

/** The flags in both. */
export function commonFlags(a: FlagSet, b: FlagSet): FlagSet {
  return withoutFlags(a, withoutFlags(a, b));
}

/** For people. */
export function formatFlags(set: FlagSet): string {
  return set === noFlags ? "none" : cut(set.key, longestShown);
}

/** Keywords may be as long as a server's lines, and as many. */
const longestShown = 300;

function intern(given: readonly string[]): FlagSet {
  const flags = new Map<string, string>();
  for (const flag of given) {
    const lower = flag.toLowerCase();
    if (lower === "\\recent") continue;
    if (!spellings.has(lower)) spellings.set(lower, flag);
    flags.set(lower, spellings.get(lower)!);
  }
  const sorted = [...flags].sort(([a], [b]) => inOrder(a, b)).map(([, flag]) => flag);
  const key = sorted.join(" ");
  let set = byKey.get(key);
  if (set === undefined) {
    set = Object.freeze({ key, flags: Object.freeze(sorted) });
    byKey.set(key, set);
  }
  return set;
}

function inOrder(a: string, b: string): number {
  if (isSystemFlag(a) !== isSystemFlag(b)) return isSystemFlag(a) ? -1 : 1;
  return a < b ? -1 : 1;
}

function isSystemFlag(flag: string): boolean {
  return flag.startsWith("\\");
}

function isDefined(flag: string, { names, defined }: PermanentFlags): boolean {
  return names?.has(flag.toLowerCase()) === true || defined?.has(flag.toLowerCase()) === true;
}

/** Those of a set that meet a condition, which is asked of each as it is spelled. */
export function flagsThat(set: FlagSet, isWanted: (flag: string) => boolean): FlagSet {
  const kept = set.flags.filter(isWanted);
  return kept.length === set.flags.length ? set : flagSet(kept);
}

/** The flags that a mailbox cannot keep or never had, and so says nothing about: no message there can have lost them. */
export function untoldFlags(set: FlagSet, permanent: PermanentFlags): FlagSet {
  const told = permanent.defined === undefined ? storableFlags(set, permanent) : establishedFlags(set, permanent);
  return withoutFlags(set, told);
}

export function keepsEveryFlag({ names, mayCreate, refused }: PermanentFlags): boolean {
  if (systemFlags.some((flag) => refused?.has(flag))) return false;
  return names === undefined || (mayCreate && systemFlags.every((flag) => names.has(flag)));
}

/** Whether a mailbox reports every flag that messages of another can have. */
export function tellsEveryFlag(permanent: PermanentFlags, other: PermanentFlags): boolean {
  if (!keepsEveryFlag(permanent)) return false;
  const those = [...(other.names ?? []), ...(other.defined ?? [])].filter((flag) => flag !== "\\recent");
  if (!isSendable(flagSet(those))) return false;
  return permanent.defined === undefined || those.every((flag) => isDefined(flag, permanent));
}
