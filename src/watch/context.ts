// What the parts of a daemon share.

import type { ListingQuery } from "../mail/listing/list-both.ts";
import { type PerSide, perSide } from "../model/side.ts";
import type { Store } from "../state/state-store.ts";
import type { Report } from "../sync/context/events.ts";
import type { Totals } from "../sync/context/totals.ts";
import { Agenda } from "./agenda.ts";
import { ChangeSource } from "./change-source.ts";
import { ListedMailboxes } from "./listed-mailboxes.ts";
import { LookTally } from "./look-tally.ts";

export interface WatchContext {
  readonly agenda: Agenda;
  readonly listed: ListedMailboxes;
  readonly tally: LookTally;
  readonly sources: PerSide<ChangeSource>;
  readonly store: Store;
}

export interface ContextOptions {
  readonly sync: { readonly query: ListingQuery; readonly store: Store; readonly report: Report };
  readonly totals: Totals;
  readonly usesNotify: boolean;
  readonly keepAliveMs: number;
  readonly idleMailboxes: readonly string[];
}

export function watchContext({ sync, totals, usesNotify, keepAliveMs, idleMailboxes }: ContextOptions): WatchContext {
  const { query, store } = sync;
  const tally = new LookTally(sync.report, totals);
  const sources = perSide((side) => {
    const [reference, canIdle] = [query.references[side], idleMailboxes.length > 0];
    return new ChangeSource({ side, usesNotify, canIdle, reference, freshMs: keepAliveMs, report: tally.report });
  });
  return { agenda: new Agenda(), listed: new ListedMailboxes(query), tally, sources, store };
}
