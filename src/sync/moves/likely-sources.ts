// Of the mailboxes that lost messages, those that may have lost what arrived in others. The record tells which: mostly none, as
// when mail arrives here and is deleted there. The others need not be opened.

import { fingerprint } from "../../model/fingerprint.ts";
import type { Side } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Shifted } from "./shifts.ts";

/** How many rows are looked at. If there are more, all mailboxes are likely. */
const mostRows = 100_000;

export function likelySources(
  { fingerprints }: Pick<Store, "fingerprints">,
  side: Side,
  { sources, arrivals }: { readonly sources: readonly Shifted[]; readonly arrivals: Iterable<Arrivals> },
): readonly Shifted[] {
  const prints = new Set([...arrivals].flatMap(({ left }) => left.map(fingerprint)));
  if (prints.size === 0) return [];
  const rows = fingerprints.like(side, [...prints], mostRows);
  if (rows.length === mostRows) return sources;
  const alike = new Set(rows.map(({ idx }) => idx));
  return sources.filter(({ prospect: { mailbox } }) => {
    return alike.has(mailbox.idx) || fingerprints.areIncomplete(mailbox.idx, side);
  });
}
