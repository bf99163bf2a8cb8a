// Finds out which of the reported mailboxes have something to synchronise.

import type { Session } from "../imap/session/session.ts";
import { statusIfAny } from "../imap/verbs/mailbox.ts";
import { nameIn } from "../mail/listing/inbox-levels.ts";
import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { bothSides, type PerSide, type Side, sides } from "../model/side.ts";
import { allDone } from "../util/all-done.ts";
import type { StatusNews } from "./agenda.ts";
import { isAnother, isBehind, isNews, mayHaveLost } from "./is-news.ts";
import type { RecordedStates } from "./recorded-states.ts";

/** A mailbox that a server reported news of. */
export interface Reported {
  readonly side: Side;
  readonly wireName: string;
  readonly name: string;
}

export interface Changes {
  /** The mailboxes whose state is not what was recorded. */
  readonly names: readonly string[];
  /** News that cost something: a question to the server, or the look that follows. */
  readonly costly: readonly Reported[];
  /** One of them may have lost messages. */
  readonly mayHaveLost: boolean;
}

export interface Circumstances {
  readonly sessions: PerSide<Session>;
  readonly listings: PerSide<Listing>;
  readonly recorded: RecordedStates;
  readonly isIgnored: (name: string) => boolean;
  /** The mailbox was not listed. */
  readonly onUnlisted: (side: Side, wireName: string) => void;
  /** The name belongs to another mailbox, or this one was created anew: it may have another name now. */
  readonly onAnother: (side: Side) => void;
}

/** `news`: by names on the wire. @throws InterimapError if a server does not answer a question. */
export async function changedMailboxes(
  news: PerSide<ReadonlyMap<string, StatusNews>>,
  circumstances: Circumstances,
): Promise<Changes> {
  const { sessions, listings, recorded, isIgnored, onUnlisted, onAnother } = circumstances;
  const names = new Set<string>();
  const costly: Reported[] = [];
  let isLossy = false;
  const examine = async (side: Side, wireName: string, reported: StatusNews): Promise<void> => {
    const name = nameIn(listings[side], wireName);
    if (name === undefined || isIgnored(name)) return;
    const exists = (each: Side): boolean => listings[each].mailboxes.get(name)?.exists === true;
    if (!exists(side)) onUnlisted(side, wireName);
    if (!recorded.has(name) || !sides.every(exists)) return;
    const before = recorded.get(name)?.[side];
    const isSure = reported !== undefined && (isNews(reported, before) || !isBehind(reported, before));
    const now = isSure ? reported : await statusIfAny(sessions[side], wireName);
    if (isAnother(now, before)) {
      onAnother(side);
      return;
    }
    const isChanged = now !== undefined && (isNews(now, before) || (!isSure && isBehind(now, before)));
    if (isChanged) names.add(name);
    isLossy ||= isChanged && mayHaveLost(now, before);
    if (isChanged || !isSure) costly.push({ side, wireName, name });
  };
  await bothSides((side) => allDone([...news[side]].map(([wireName, reported]) => examine(side, wireName, reported))));
  return { names: [...names], costly, mayHaveLost: isLossy };
}
