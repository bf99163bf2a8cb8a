// Asks both servers what their mailboxes are for, and pairs those that are for the same.

import type { Session } from "../../imap/session/session.ts";
import type { ListingQuery } from "../../mail/listing/list-both.ts";
import { listDelimiters } from "../../mail/listing/list-both.ts";
import { listUses } from "../../mail/listing/list-uses.ts";
import { readPairs, type WrittenPair } from "../../model/name-pairs.ts";
import { bothSides, type PerSide } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";
import { planSpecialPairs, type Unpaired } from "./special-pairs-plan.ts";

/** What the configuration says of the servers' names. */
export interface Names extends Pick<ListingQuery, "references" | "paired"> {
  /** Pair mailboxes of the same special use. */
  readonly pairsUses?: boolean;
}

export interface Pairing {
  /** Those of the configuration, and those of special use. */
  readonly paired: readonly WrittenPair[];
  readonly unpaired: readonly Unpaired[];
}

interface Places {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
}

export async function learnPairs({ sessions, store }: Places, names: Names): Promise<Pairing> {
  const { references, paired = [], pairsUses = false } = names;
  if (!pairsUses) return { paired, unpaired: [] };
  const [uses, delimiters] = await Promise.all([
    bothSides((side) => listUses(sessions[side], references[side])),
    listDelimiters(sessions, references),
  ]);
  const { pairs, unpaired } = planSpecialPairs({
    uses,
    given: readPairs(paired, delimiters),
    known: store.needsUpgrade ? [] : store.mailboxes(),
    recorded: store.needsUpgrade ? new Map() : store.remoteNames.all(),
  });
  const written = pairs.map(({ ours, theirs, use }) => ({
    local: ours,
    remote: theirs,
    ...(use !== undefined && { use }),
  }));
  return { paired: [...paired, ...written], unpaired };
}
