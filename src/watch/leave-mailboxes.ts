// Leaves the mailboxes that were worked on, so that servers report their changes like those of all others.

import type { MailboxStatusResponse } from "../imap/responses.ts";
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

/**
 * Leaves the selected mailboxes, and asks what happened in all that were selected. If a server reports changes in a mailbox whose
 * turn is over, nobody hears of them; and once a mailbox is left, the server may never report the rest.
 */
export async function leaveMailboxes(
  sessions: PerSide<Session>,
  { sources, agenda, listed, store }: Leaving,
): Promise<void> {
  const recorded = recordedStates(store);
  await bothSides(async (side) => {
    const session = sessions[side];
    const selected = session.view === undefined ? [] : [session.view.wireName];
    const names = new Set([...session.takeLeft(), ...selected]);
    const leaving = leaveMailbox(session);
    const asking = sources[side].isNotified ? [...names].map((wireName) => ask(session, wireName)) : [];
    const answers = allDone(asking);
    await allDone([answers.then(() => undefined), leaving]);
    for (const { wireName, now } of await answers) {
      const name = listed.nameOf(side, wireName);
      if (now !== undefined && isMore(now, recorded.get(name ?? "")?.[side])) agenda.noteMailbox(side, wireName, now);
    }
  });
}

interface Answer {
  readonly wireName: string;
  readonly now: MailboxStatusResponse | undefined;
}

async function ask(session: Session, wireName: string): Promise<Answer> {
  return { wireName, now: await statusIfAny(session, wireName) };
}
