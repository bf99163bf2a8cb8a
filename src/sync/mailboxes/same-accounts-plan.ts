// What a mailbox on a server says of whether it is the one that the database knows. Pure.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { itemBehind, type MailboxState } from "../../model/mailbox-state.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { WithText } from "../identity/read-texts.ts";
import { type Compared, needsTexts, type Standing, standingsByText } from "../identity/recorded-pair.ts";

/** What it has that the recorded one cannot have. Mod-sequences are left aside: proxies and new indexes count them anew. */
export function numbersObjection(recorded: MailboxState, told: MailboxState | undefined): string | undefined {
  if (told === undefined) return undefined;
  if (told.uidValidity !== recorded.uidValidity) return "another UIDVALIDITY";
  return itemBehind(told, recorded) === "UIDNEXT" ? "a UIDNEXT below the recorded one" : undefined;
}

export interface Comparison {
  /** Sides that hold a recorded message. */
  readonly shown: readonly Side[];
  /** Sides that hold another message under the UID of a recorded one. */
  readonly others: readonly Side[];
}

/** Those whose texts have to tell: without a Message-ID there may be many alike. */
export function unclearAmong(compared: readonly Compared[]): readonly PerSide<MessageIdentity>[] {
  return compared.flatMap(({ messages: { local, remote }, standings }) => {
    if (local === undefined || remote === undefined) return [];
    const areNamed = local.messageId !== undefined && remote.messageId !== undefined;
    return needsTexts(standings) || !areNamed ? [{ local, remote }] : [];
  });
}

/** `read`: those that were unclear, if they could be read. One that is missing says nothing: it may have been deleted. */
export function conclude(compared: readonly Compared[], read: readonly PerSide<WithText>[]): Comparison {
  const texts = new Map(read.map((pair) => [pair.local.uid, pair]));
  const judged = compared.map(({ row, messages, standings }) => {
    const pair = texts.get(row.local);
    if (pair !== undefined) return standingsByText(standings, pair);
    const isProven = (side: Side): boolean => standings[side] !== "same" || messages[side]?.messageId !== undefined;
    return perSide((side) => (isProven(side) ? standings[side] : "unknown"));
  });
  const those = (standing: Standing): Side[] => sides.filter((side) => judged.some((one) => one[side] === standing));
  return { shown: those("same"), others: those("other") };
}
