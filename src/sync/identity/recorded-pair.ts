// Whether the two messages that a row of the mapping stands for are what the servers hold under its UIDs: by the fingerprints of
// the row, by what either side says of it, and where that is not enough by their texts. Pure.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { fitOf } from "../../model/fingerprint.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { PrintedPair, Prints } from "../../state/fingerprints.ts";
import type { WithText } from "./read-texts.ts";

/** What one side holds under the UID of a row. */
export type Standing =
  /** The message that was recorded, as far as can be told. */
  | "same"
  | "other"
  /** No message. */
  | "gone"
  /** A message of which that cannot be told. */
  | "unknown";

/** By what is reported about the messages without reading them; undefined: there is none. */
export function standingsOf(
  { prints }: { readonly prints: Prints },
  messages: PerSide<MessageIdentity | undefined>,
): PerSide<Standing> {
  const standings = perSide((side) => standingOf(prints[side], messages[side]));
  const { local, remote } = messages;
  if (local === undefined || remote === undefined) return standings;
  return areEqual({ local, remote }) && mayBeBoth(standings, { local, remote }) ? bothSame : standings;
}

/** A recorded pair, and what its messages are without their texts. */
export interface Compared {
  readonly row: PrintedPair;
  readonly messages: PerSide<MessageIdentity | undefined>;
  readonly standings: PerSide<Standing>;
}

/** `found`: what each side has, by UID. */
export function compareRows(
  rows: readonly PrintedPair[],
  found: PerSide<ReadonlyMap<number, MessageIdentity>>,
): readonly Compared[] {
  return rows.map((row) => {
    const messages = perSide((side) => found[side].get(row[side]));
    return { row, messages, standings: standingsOf(row, messages) };
  });
}

/** Whether it may be due to a server that alters messages, or to fingerprints that nobody knows, that they are not the same. */
export function needsTexts({ local, remote }: PerSide<Standing>): boolean {
  if (local === "gone" || remote === "gone") return false;
  return local !== remote || local === "unknown";
}

/** By the texts of both, where {@link needsTexts} says that they tell. */
export function standingsByText(told: PerSide<Standing>, pair: PerSide<WithText>): PerSide<Standing> {
  const isOther = sides.some((side) => told[side] === "other");
  const isRecorded = sides.some((side) => told[side] === "same");
  // Two other messages may be each other's copies, too.
  if (haveSameText(pair)) return isRecorded || !isOther ? bothSame : told;
  // One that is what it was has not been exchanged; it is the other that has. Date and size alone prove less.
  const isItself = (side: Side): boolean =>
    told[side] === "same" && (pair[side].messageId !== undefined || told[otherSide(side)] === "other");
  return perSide((side) => (isItself(side) ? "same" : "other"));
}

const bothSame: PerSide<Standing> = { local: "same", remote: "same" };

function standingOf(print: number | undefined, message: MessageIdentity | undefined): Standing {
  if (message === undefined) return "gone";
  const fit = fitOf(print, message);
  return fit === "resized" ? "unknown" : fit;
}

/** Without Message-ID there may be many of one date and size. */
function areEqual({ local, remote }: PerSide<MessageIdentity>): boolean {
  if (local.size !== remote.size || local.messageId !== remote.messageId) return false;
  return local.messageId !== undefined || Object.is(local.date, remote.date);
}

/** Equal messages are the recorded ones where nothing says that they are others. */
function mayBeBoth(standings: PerSide<Standing>, messages: PerSide<MessageIdentity>): boolean {
  const isOther = sides.some((side) => standings[side] === "other");
  // A server may tell Message-IDs otherwise than it did.
  return !isOther || (messages.local.messageId !== undefined && sides.some((side) => standings[side] === "same"));
}

/** Many messages have the same text; those that differ in it are versions, or were written anew by a server. */
function haveSameText({ local, remote }: PerSide<WithText>): boolean {
  return local.text === remote.text && (local.messageId === remote.messageId || local.author === remote.author);
}
