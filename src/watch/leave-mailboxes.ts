// Leaves the mailboxes that were worked on, so that servers report their changes like those of all others.

import type { Session } from "../imap/session/session.ts";
import { leaveMailbox } from "../imap/verbs/leave.ts";
import { statusIfAny } from "../imap/verbs/mailbox.ts";
import { bothSides, type PerSide } from "../model/side.ts";
import type { Store } from "../state/state-store.ts";
import { allDone } from "../util/all-done.ts";
import type { Agenda } from "./agenda.ts";
import type { ChangeSource } from "./change-source.ts";
import { isMore } from "./is-news.ts";
import type { ListedMailboxes } from "./listed-mailboxes.ts";
import { recordedStates } from "./recorded-states.ts";

export interface Leaving {
  readonly sources: PerSide<ChangeSource>;
  readonly agenda: Agenda;
  readonly listed: ListedMailboxes;
  readonly store: Store;
}

/** Leaves the selected mailboxes, and asks what happened in them until then: nobody reports that. */
export async function leaveMailboxes(
  sessions: PerSide<Session>,
  { sources, agenda, listed, store }: Leaving,
): Promise<void> {
  const recorded = recordedStates(store);
  await bothSides(async (side) => {
    const session = sessions[side];
    const wireName = session.view?.wireName;
    if (wireName === undefined) return;
    const leaving = leaveMailbox(session);
    const asking = sources[side].isNotified ? statusIfAny(session, wireName) : undefined;
    const [now] = await allDone([asking ?? Promise.resolve(undefined), leaving.then(() => undefined)]);
    const name = listed.nameOf(side, wireName);
    if (now !== undefined && isMore(now, recorded.get(name ?? "")?.[side])) agenda.noteMailbox(side, wireName, now);
  });
}
