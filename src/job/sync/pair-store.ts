// The database of a pair, which may come from elsewhere and is to go there: it is looked through before anything follows from what
// it says, and again before anybody keeps it.

import type { Config } from "../../config/config.ts";
import { accountOf } from "../../model/account.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Fence } from "../../model/fence.ts";
import { perSide } from "../../model/side.ts";
import { isDamage } from "../../state/database-error.ts";
import { openStore } from "../../state/open-store.ts";
import type { Store } from "../../state/state-store.ts";
import type { SyncSpec } from "../job-spec.ts";
import { pairErrorLine } from "./pair-result.ts";

/** @throws InterimapError where it cannot be opened though nothing is wrong with it */
export function openPairStore(
  config: Config,
  { database, mayBeOlder }: Pick<SyncSpec, "database" | "mayBeOlder">,
  fence: Fence | undefined,
): Store | { readonly damage: string } {
  const accounts = perSide((side) => accountOf(config.servers[side]));
  let store: Store | undefined;
  try {
    store = openStore({ path: database, claim: { accounts, areTheSame: false }, fence });
    store.check();
    if (mayBeOlder && !store.needsUpgrade) expectCopies(store);
    return store;
  } catch (error) {
    store?.close();
    if (error instanceof InterimapError && isDamage(error)) return { damage: pairErrorLine(error) };
    throw error;
  }
}

/**
 * Runs that this database knows nothing of may have copied messages since its last checkpoints: until the next one of each mailbox,
 * what is new on both sides is matched before anything is copied.
 */
function expectCopies(store: Store): void {
  const marks = store.mailboxes().map(({ idx, states }) => ({
    idx,
    floors: perSide((side) => states[side]?.uidNext ?? 1),
  }));
  store.transfers.mark(marks);
}

/** Leaves a single file behind. Whether it is whole; if not, `say` is told why. */
export function closePairStore(store: Store, say: (line: string) => void): boolean {
  try {
    store.check();
    store.close();
    return true;
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    say(pairErrorLine(error));
    return false;
  }
}
