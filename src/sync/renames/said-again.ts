// If mailboxes seem to have other names, or to be others, they are listed once more before anything follows: a name or a number
// that a server got wrong once must not rename anything.

import type { Session } from "../../imap/session/session.ts";
import { type ListedMailbox, listEverything, type Listing } from "../../mail/listing/list-mailboxes.ts";
import { continues, type MailboxState } from "../../model/mailbox-state.ts";
import { bothSides, type PerSide, sides } from "../../model/side.ts";
import { groupBy } from "../../util/group-by.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import type { Found } from "./whereabouts.ts";

export interface Said {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
  readonly found: Found;
}

/** Whether both servers still list the facts from which the new names follow. */
export async function isSaidAgain(sessions: PerSide<Session>, said: Said): Promise<boolean> {
  const again = await bothSides((side) => listEverything(sessions[side], said.listings[side].naming));
  return sides.every((side) => {
    const { places, listed, isWhole } = said.found;
    const moved = [...said.known.values()]
      .filter(({ idx }) => places[side].has(idx))
      .map(({ idx, name, states }) => ({ name, place: places[side].get(idx), state: states[side] }));
    const { mailboxes, unreadable } = again[side];
    // A mailbox that nobody asked for may resemble the one that moved.
    const asked = [...mailboxes].filter(([name]) => isWhole || listed[side].has(name) || said.known.has(name));
    return unreadable.length === 0 && agree(moved, { before: listed[side], now: new Map(asked) });
  });
}

interface Moved {
  readonly name: string;
  readonly place: string | undefined;
  readonly state: MailboxState | undefined;
}

interface Lists {
  readonly before: ReadonlyMap<string, ListedMailbox>;
  readonly now: ReadonlyMap<string, ListedMailbox>;
}

/** The lists may spell names differently; the server's own name for a mailbox is the same in both. */
function agree(moved: readonly Moved[], { before, now }: Lists): boolean {
  const [first, second] = [before, now].map(statesByWireName) as [States, States];
  const isAsBefore = (wireName: string): boolean => {
    const [then, again] = [first.get(wireName), second.get(wireName)];
    return then !== undefined && again !== undefined && continues(again, then);
  };
  const isSaidOfName = (name: string | undefined): boolean => {
    const mailbox = name === undefined || name === "INBOX" ? undefined : before.get(name);
    return mailbox === undefined || !first.has(mailbox.wireName) || isAsBefore(mailbox.wireName);
  };
  if (!moved.every(({ name, place }) => isSaidOfName(name) && isSaidOfName(place))) return false;
  const byValidity = groupBy([...second], ([, { uidValidity }]) => uidValidity);
  const couldBe = (now: MailboxState | undefined, state: MailboxState): boolean =>
    now !== undefined && continues(now, state);
  return !moved.some(
    ({ state }) =>
      state !== undefined &&
      byValidity
        .get(state.uidValidity)
        ?.some(([wireName, now]) => couldBe(now, state) && !couldBe(first.get(wireName), state)),
  );
}

type States = ReadonlyMap<string, MailboxState>;

function statesByWireName(listed: ReadonlyMap<string, ListedMailbox>): States {
  return new Map(
    [...listed.values()].flatMap(({ wireName, exists, state }) =>
      exists && state !== undefined ? [[wireName, state] as const] : [],
    ),
  );
}
