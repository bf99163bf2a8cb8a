// Reports again what servers refused earlier and this run does not offer.

import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { otherSide, type PerSide } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { RefusedMessage } from "../../state/refused.ts";
import type { RefusedChange } from "../../state/refused-changes.ts";
import { alike } from "../../util/alike.ts";
import { groupBy } from "../../util/group-by.ts";
import type { Run } from "../context/run.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { hadBefore } from "./record-refusal.ts";
import { stillRefused } from "./retry-refused.ts";

/** Up to this many mailboxes that wait for the same have a line each. */
const fewMailboxes = 3;

export function reportWaits(
  { store, report, isIgnored }: Run,
  known: ReadonlyMap<string, KnownMailbox>,
  isConcerned: (name: string) => boolean,
): void {
  const waits = store.refusals.waits();
  // There may be thousands of mailboxes, and mostly none of them waits.
  if (waits.length === 0) return;
  const mailboxes = [...known.values()].filter(({ name }) => isConcerned(name) && !isIgnored(name));
  const names = new Map(mailboxes.map(({ idx, name }) => [idx, name]));
  const waiting = waits.filter(({ idx }) => names.has(idx));
  for (const group of groupBy(waiting, ({ side, reason }) => `${side} ${alike(reason)}`).values()) {
    const { side, reason } = group[0]!;
    const event = { type: "copies-wait", side: otherSide(side), mailboxes: group.length, reason } as const;
    if (group.length > fewMailboxes) report(event);
    else for (const { idx } of group) report({ ...event, mailbox: names.get(idx) });
  }
}

interface Leftovers<T> {
  /** Refused in an earlier run, and not offered in this one. */
  readonly left: readonly T[];
  readonly known: ReadonlyMap<string, KnownMailbox>;
  readonly listings: PerSide<Listing>;
}

export function reportStillRefused(
  { store, report, isIgnored }: Run,
  { left, known, listings }: Leftovers<RefusedMessage>,
): void {
  if (left.length === 0) return;
  const refused = stillRefused(left, store.refusals.messages()).filter(({ reason }) => reason !== hadBefore);
  const pending = groupBy(refused, ({ idx }) => idx);
  for (const { idx, name } of known.values()) {
    if (isIgnored(name) || !listings.local.mailboxes.has(name)) continue;
    for (const same of groupBy(pending.get(idx) ?? [], ({ side, reason }) => `${side} ${alike(reason)}`).values()) {
      const { side, reason } = same[0]!;
      const sourceUids = uidSetOf(same.map(({ uid }) => uid));
      report({ type: "messages-still-refused", side: otherSide(side), mailbox: name, sourceUids, reason });
    }
  }
}

export function reportStillRefusedChanges(run: Run, { left, known, listings }: Leftovers<RefusedChange>): void {
  if (left.length === 0) return;
  const { store, report, isIgnored } = run;
  const pending = groupBy(stillRefused(left, store.refusals.changes()), ({ idx }) => idx);
  for (const { idx, name } of known.values()) {
    if (isIgnored(name) || !listings.local.mailboxes.has(name)) continue;
    const groups = groupBy(pending.get(idx) ?? [], ({ side, what, reason }) => `${side} ${what} ${alike(reason)}`);
    for (const group of groups.values()) {
      const { side, what, reason } = group[0]!;
      const uids = uidSetOf(group.map(({ uid }) => uid));
      report({ type: "changes-still-refused", side, mailbox: name, what, uids, reason });
    }
  }
}
