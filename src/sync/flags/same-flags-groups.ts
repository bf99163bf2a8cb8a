// Gathers the messages that are to get equal flags, so that they share a UID STORE: sets of UIDs are all that is kept of
// half a million updates.

import { type FlagSet, isSendable } from "../../model/flags.ts";
import type { PerSide, Side } from "../../model/side.ts";
import { type UidSet, UidSetBuilder } from "../../model/uid-set.ts";

export interface StoreGroup {
  readonly uids: UidSet;
  readonly flags: FlagSet;
  /** What the messages have now; of those that can be given `flags` whatever they have, any one's. */
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

  add(side: Side, uid: number, { flags, present, unchangedSince }: Wanted): void {
    const key = `${String(unchangedSince)} ${flags.key}${isSendable(flags) ? "" : ` (${present?.key ?? ""})`}`;
    let group = this.#groups[side].get(key);
    if (group === undefined) {
      group = { uids: new UidSetBuilder(), flags, present, unchangedSince };
      this.#groups[side].set(key, group);
    }
    group.uids.add(uid);
  }

  /** In the order in which they were begun. */
  of(side: Side): StoreGroup[] {
    return [...this.#groups[side].values()].map((group) => ({ ...group, uids: group.uids.build() }));
  }
}
