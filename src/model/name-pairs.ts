// Mailboxes that one server calls otherwise than the program does. Each pair of names takes along what is below them. Pure.

import { InterimapError } from "./errors.ts";
import type { PerSide } from "./side.ts";

/** As somebody wrote it: in each server's own notation, or with NUL for the hierarchy delimiter. */
export interface WrittenPair {
  readonly local: string;
  readonly remote: string;
  /** As in {@link NamePair}. */
  readonly use?: string;
}

/** Both have NUL for the hierarchy delimiter. */
export interface NamePair {
  /** The program's name. */
  readonly ours: string;
  /** The server's name, without the reference. */
  readonly theirs: string;
  /** The special use (RFC 6154) of both that paired them, if nobody wrote this down; in lower case. */
  readonly use?: string;
}

/** Whether a mailbox is `root` or below it. */
export function isWithin(name: string, root: string): boolean {
  return name === root || name.startsWith(`${root}\0`);
}

/** What a mailbox that is `from`, or below it, is called when that one has become `to`. */
export function renamedAlong(name: string, { from, to }: { readonly from: string; readonly to: string }): string {
  return to + name.slice(from.length);
}

/** What a server calls one of our mailboxes; undefined if it calls another one so. */
export function theirName(ours: string, pairs: readonly NamePair[]): string | undefined {
  const theirs = asTheirs(ours, pairs);
  return asOurs(theirs, pairs) === ours ? theirs : undefined;
}

/** The reverse: undefined if we call another mailbox so. Names that return from there are the same. */
export function ourName(theirs: string, pairs: readonly NamePair[]): string | undefined {
  const ours = asOurs(theirs, pairs);
  return asTheirs(ours, pairs) === theirs ? ours : undefined;
}

/** As {@link theirName}, where it may be another's. */
export function asTheirs(name: string, pairs: readonly NamePair[]): string {
  return translated(name, pairs, ["ours", "theirs"]);
}

/** As {@link ourName}, where it may be another's. */
export function asOurs(name: string, pairs: readonly NamePair[]): string {
  return translated(name, pairs, ["theirs", "ours"]);
}

type Direction = readonly [from: "ours" | "theirs", to: "ours" | "theirs"];

function translated(name: string, pairs: readonly NamePair[], [from, to]: Direction): string {
  const nearest = nearestTo(name, pairs, from);
  return nearest === undefined ? name : renamedAlong(name, { from: nearest[from], to: nearest[to] });
}

/** The nearest level that is paired counts. */
function nearestTo(name: string, pairs: readonly NamePair[], by: "ours" | "theirs"): NamePair | undefined {
  let nearest: NamePair | undefined;
  for (const pair of pairs)
    if (isWithin(name, pair[by]) && pair[by].length > (nearest?.[by].length ?? -1)) nearest = pair;
  return nearest;
}

/** Why the server has another name for it: the special use that made it so, `""` for the configuration's word. */
export function useBehind(name: string, pairs: readonly NamePair[]): string {
  return nearestTo(name, pairs, "ours")?.use ?? "";
}

/** Whether a rename of a mailbox takes along the same ones on the server as in the program. */
export function isStraight(name: string, pairs: readonly NamePair[]): boolean {
  const there = asTheirs(name, pairs);
  return !pairs.some(({ ours, theirs }) => ours.startsWith(`${name}\0`) || theirs.startsWith(`${there}\0`));
}

/** @throws InterimapError CONFIG_INVALID when they contradict each other: some delimiters make names equal. */
export function readPairs(written: readonly WrittenPair[], delimiters: PerSide<string | null>): readonly NamePair[] {
  const neutral = (name: string, delimiter: string | null): string =>
    delimiter === null ? name : name.replaceAll(delimiter, "\0");
  const pairs = written.map(({ local, remote, use }) => ({
    ...(use !== undefined && { use }),
    ours: neutral(local, delimiters.local),
    theirs: neutral(remote, delimiters.remote),
  }));
  const wrong = contradiction(pairs);
  if (wrong !== undefined) throw new InterimapError("CONFIG_INVALID", `map-mailbox: ${wrong.problem}`);
  return pairs;
}

/** What a user has to look at where names surprise. */
export const settingsInCharge = "map-mailbox or map-special-use";

export interface Contradiction {
  /** Which of the pairs cannot be. */
  readonly index: number;
  readonly problem: string;
}

/** The first pair that cannot be, beside those before it. */
export function contradiction(pairs: readonly NamePair[]): Contradiction | undefined {
  for (const [index, { ours, theirs }] of pairs.entries()) {
    const before = pairs.slice(0, index);
    const problem = flaw([ours, theirs]) ?? repetition({ ours, theirs }, before);
    if (problem !== undefined) return { index, problem };
  }
  return undefined;
}

function flaw(names: readonly string[]): string | undefined {
  if (names.some((name) => name.toUpperCase() === "INBOX")) return "INBOX is INBOX on every server";
  const odd = names.find((name) => name.split("\0").includes(""));
  return odd === undefined ? undefined : `${shown(odd)} has a level without a name`;
}

function repetition({ ours, theirs }: NamePair, before: readonly NamePair[]): string | undefined {
  if (before.some((pair) => pair.ours === ours)) return `the local mailbox ${shown(ours)} has two names`;
  if (before.some((pair) => pair.theirs === theirs))
    return `two mailboxes are called ${shown(theirs)} on the remote server`;
  return undefined;
}

function shown(name: string): string {
  return JSON.stringify(name.replaceAll("\0", "/"));
}
