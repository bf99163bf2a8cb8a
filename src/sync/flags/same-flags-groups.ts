// Gathers the messages that are to get equal flags, or of which equal ones change, so that they share a UID STORE: sets of UIDs
// are all that is kept of half a million updates.

import { differenceOf } from "../../imap/verbs/uid-store.ts";
import { changedBy } from "../../model/flag-difference.ts";
import type { FlagSet } from "../../model/flags.ts";
import type { PerSide, Side } from "../../model/side.ts";
import { type UidSet, UidSetBuilder } from "../../model/uid-set.ts";

export interface StoreGroup {
  readonly uids: UidSet;
  /** What the messages are to have; where they are changed by a difference, any one's. */
  readonly flags: FlagSet;
  /** What the same message has now. */
  readonly present?: FlagSet | undefined;
  /** The latest mod-sequence at which we knew the messages' flags. */
  readonly unchangedSince: bigint;
}

type Wanted = Omit<StoreGroup, "uids">;

interface Gathered extends Wanted {
  readonly uids: UidSetBuilder;
}

export class StoreGroups {
  readonly #groups: PerSide<Map<string, Gathered>> = { local: new Map(), remote: new Map() };

  add(side: Side, uid: number, wanted: Wanted): void {
    const key = keyOf(wanted);
    let group = this.#groups[side].get(key);
    if (group === undefined) {
      group = { ...wanted, uids: new UidSetBuilder() };
      this.#groups[side].set(key, group);
    }
    group.uids.add(uid);
  }

  /** In the order in which they were begun. */
  of(side: Side): StoreGroup[] {
    return [...this.#groups[side].values()].map((group) => ({ ...group, uids: group.uids.build() }));
  }
}

function keyOf(wanted: Wanted): string {
  const difference = differenceOf(wanted);
  const what = difference === undefined ? wanted.flags.key : `+ ${difference.added.key} - ${difference.removed.key}`;
  return `${String(wanted.unchangedSince)} ${what}`;
}

/**
 * From what a message of the group has, what it is to have in the end; undefined where that depends on what it has, which is not
 * known.
 */
export function wantedBy(group: StoreGroup): (present: FlagSet | undefined) => FlagSet | undefined {
  const difference = differenceOf(group);
  if (difference === undefined) return () => group.flags;
  const results = new Map<FlagSet, FlagSet>();
  return (present) => {
    if (present === undefined) return undefined;
    let result = results.get(present);
    if (result === undefined) results.set(present, (result = changedBy(difference, present)));
    return result;
  };
}
