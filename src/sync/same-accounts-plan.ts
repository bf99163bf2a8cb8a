// What a mailbox on a server says of whether it is the one that the database knows. Pure.

import type { MessageIdentity } from "../imap/commands/fetch.ts";
import { itemBehind, type MailboxState } from "../model/mailbox-state.ts";
import type { PerSide } from "../model/side.ts";

export type Verdict = "same" | "other" | "unknown";

/** What it has that the recorded one cannot have. Mod-sequences are left aside: proxies and new indexes count them anew. */
export function numbersObjection(recorded: MailboxState, told: MailboxState | undefined): string | undefined {
  if (told === undefined) return undefined;
  if (told.uidValidity !== recorded.uidValidity) return "another UIDVALIDITY";
  return itemBehind(told, recorded) === "UIDNEXT" ? "a UIDNEXT below the recorded one" : undefined;
}

export interface Comparison {
  readonly verdict: Verdict;
  /** Their texts have to tell: without a Message-ID there may be many alike, and some servers add one. */
  readonly unclear: readonly PerSide<MessageIdentity>[];
}

/** Of messages that are recorded as pairs. One that is missing says nothing: it may have been deleted. */
export function compareMessages(
  pairs: readonly PerSide<number>[],
  found: PerSide<ReadonlyMap<number, MessageIdentity>>,
): Comparison {
  const unclear: PerSide<MessageIdentity>[] = [];
  let areSome = false;
  for (const pair of pairs) {
    const [local, remote] = [found.local.get(pair.local), found.remote.get(pair.remote)];
    if (local === undefined || remote === undefined) continue;
    if (local.messageId === undefined || remote.messageId === undefined) unclear.push({ local, remote });
    else if (local.messageId !== remote.messageId) return { verdict: "other", unclear: [] };
    else areSome = true;
  }
  return { verdict: areSome ? "same" : "unknown", unclear };
}
