// Finds mailboxes that already have their new name: a rename may have been cut off between one place and the next.

import type { Session } from "../../imap/session/session.ts";
import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { isWithin, renamedAlong } from "../../model/mailbox-name.ts";
import { continues } from "../../model/mailbox-state.ts";
import { otherSide, type PerSide, type Side, sides } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { leaveMailboxes, lookBack } from "./second-look.ts";

export interface RenamedBefore {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
  readonly from: string;
  readonly to: string;
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  readonly known: readonly KnownMailbox[];
}

/** Nothing is asked if the new name is free. */
export async function renamedBefore(situation: RenamedBefore): Promise<readonly Side[]> {
  const { sessions, from, to, listed } = situation;
  const found: Side[] = [];
  let hasLooked = false;
  for (const side of sides) {
    const exists = (root: string): boolean =>
      [...listed[side]].some(
        ([name, one]) => one.exists && isWithin(name, root) && (root === from || !isWithin(name, from)),
      );
    if (exists(from) || !exists(to)) continue;
    hasLooked = true;
    if (await isSame(situation, side)) found.push(side);
  }
  if (hasLooked) await leaveMailboxes(sessions);
  return found;
}

async function isSame({ sessions, store, from, to, listed, known }: RenamedBefore, side: Side): Promise<boolean> {
  let isAny = false;
  for (const { idx, name, states } of known) {
    if (!isWithin(name, from)) continue;
    const renamed = renamedAlong(name, { from, to });
    const there = listed[side].get(renamed);
    const before = states[side];
    if (there?.exists !== true || there.state === undefined || before === undefined) continue;
    if (!continues(there.state, before)) return false;
    const other = otherSide(side);
    const counterpart = [name, renamed]
      .map((one) => listed[other].get(one))
      .find((one) => one?.state !== undefined && states[other] !== undefined && continues(one.state, states[other]));
    const counterparts = counterpart === undefined ? [] : [counterpart.wireName];
    const place = { idx, side, wireName: there.wireName, counterparts };
    if ((await lookBack({ sessions, store }, place)) === "differs") return false;
    isAny = true;
  }
  return isAny;
}
