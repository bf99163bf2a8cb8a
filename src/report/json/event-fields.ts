// The fields of each kind of event, as event-forms.ts describes them: neither compiles without the other.

import type { InterimapError } from "../../model/errors.ts";
import { displayName } from "../../model/mailbox-name.ts";
import { countUids, isEmpty, type UidSet } from "../../model/uid-set.ts";
import { shownUidSet } from "../../model/uid-set-text.ts";
import { isOnlyPlanned, type SyncEvent } from "../../sync/context/events.ts";
import { correspondingUids } from "./corresponding-uids.ts";
import type { EventFields } from "./line-forms.ts";

type Kind = SyncEvent["type"];
type EventOf<K extends Kind> = SyncEvent & { readonly type: K };
type Place = "side" | "mailbox";

/** What an error has; without a remedy where none is known. */
export type ErrorFields = Pick<EventFields["connection-failed"], "code" | "exitCode" | "remedy">;

export type ErrorFieldsOf = (error: InterimapError) => ErrorFields;

/** Besides the side and the mailbox. */
const rest: {
  readonly [K in Kind]: (event: EventOf<K>, ofError: ErrorFieldsOf) => Omit<EventFields[K], Place>;
} = {
  "mailbox-created": planned,
  "mailbox-deleted": (event) => ({
    ...(event.keptAs !== undefined && { keptAs: displayName(event.keptAs) }),
    ...planned(event),
  }),
  "mailbox-renamed": (event) => ({ to: displayName(event.to), ...planned(event) }),
  subscribed: planned,
  unsubscribed: planned,
  "messages-planned": ({ copies = null, octets = null, deletions, flagChanges }) => ({
    ...{ copies, octets, deletions, flagChanges },
  }),
  "messages-added": ({ sourceUids, uids, octets }) => ({
    count: uids.length,
    sourceUids: correspondingUids(sourceUids),
    uids: correspondingUids(uids),
    ...(octets !== undefined && { octets }),
  }),
  "messages-had-before": ({ sourceUids, uids }) => ({ ...setOf(uids), sourceUids: shownUidSet(sourceUids) }),
  "messages-moved": ({ to, sourceUids, uids, isCopy }) => ({
    to: displayName(to),
    count: sourceUids.length,
    sourceUids: correspondingUids(sourceUids),
    ...(uids.length > 0 && { uids: correspondingUids(uids) }),
    isCopy,
  }),
  "messages-apart": ({ local, remote, count }) => ({ local: displayName(local), remote: displayName(remote), count }),
  "moves-planned": ({ to, count }) => ({ to: displayName(to), count }),
  "messages-removed": ({ uids }) => setOf(uids),
  "late-copies-removed": ({ uids }) => setOf(uids),
  "flags-updated": ({ uids, flags }) => ({ ...setOf(uids), flags: [...flags.flags] }),
  "flags-conflict": ({ uid, flags }) => ({ uid, flags: [...flags.flags] }),
  "flags-unkept": ({ flags }) => ({ flags: [...flags.flags] }),
  "dates-unkept": ({ count }) => ({ count }),
  "flags-refused": refusal,
  "deletions-refused": refusal,
  "others-expunged": ({ uids }) => setOf(uids),
  "marks-not-restored": refusal,
  "changes-still-refused": ({ what, ...event }) => ({ what, ...refusal(event) }),
  "vanished-refuted": ({ uids }) => setOf(uids),
  "changes-untold": ({ reason }) => ({ reason }),
  "messages-refused": refusedCopies,
  "messages-still-refused": refusedCopies,
  "copies-wait": ({ mailboxes, reason }) => ({ mailboxes, reason }),
  "subscription-refused": ({ reason }) => ({ reason }),
  "uidvalidity-changed": () => ({}),
  "uids-unstable": ({ isDeclared }) => ({ declared: isDeclared }),
  "went-back": ({ reason }) => ({ reason }),
  anomaly: ({ kind, uids, counterparts }) => ({
    ...{ kind, ...setOf(uids) },
    ...(!isEmpty(counterparts) && { counterparts: shownUidSet(counterparts) }),
  }),
  "state-ahead": ({ item, recorded, actual }) => ({ item, recorded, actual }),
  "messages-matched": ({ count }) => ({ count }),
  "entries-dropped": ({ count }) => ({ count }),
  "database-upgraded": ({ from, to, backup }) => ({ from, to, backup }),
  "account-replaced": ({ before, now }) => ({ before, now }),
  "database-sound": () => ({}),
  "nothing-to-repair": () => ({}),
  "mailboxes-left-out": ({ mailboxes }) => ({ mailboxes: mailboxes.map(shown) }),
  "special-use-unpaired": ({ use, names }) => ({
    use,
    local: displayName(names.ours),
    remote: displayName(names.theirs),
  }),
  "connection-failed": ({ error, retryInMs }, ofError) => ({ ...ofError(error), retryInMs: Math.round(retryInMs) }),
  "connected-again": ({ afterMs }) => ({ afterMs: Math.round(afterMs) }),
  "notify-missing": ({ instead, reason }) => ({ instead, reason }),
  "news-in-vain": () => ({}),
  alert: ({ text }) => ({ text }),
  "more-unshown": ({ isAlert }) => ({ alert: isAlert }),
  "deletions-held-back": ({ mailboxes, error }, ofError) => ({ mailboxes: mailboxes.map(shown), ...ofError(error) }),
  "clock-jumped": ({ byMs }) => ({ byMs: Math.round(byMs) }),
  "work-begun": ({ mailboxes, messages }) => ({ mailboxes, messages }),
  "mailbox-begun": () => ({}),
  "mailbox-done": () => ({}),
  surveyed: ({ mailboxes, copies, octets, deletions, flagChanges }) => ({
    ...{ mailboxes, copies, octets, deletions, flagChanges },
  }),
  "mailbox-skipped": ({ error }, ofError) => ofError(error),
};

/** In the order in which a line has them. */
export function eventFields(event: SyncEvent, ofError: ErrorFieldsOf): object {
  const side = event.side ?? (event.type === "mailbox-skipped" ? event.error.side : undefined);
  // The table has for each kind what takes events of this kind.
  const own = rest[event.type] as (event: SyncEvent, ofError: ErrorFieldsOf) => object;
  return {
    ...(side !== undefined && { side }),
    ...(event.mailbox !== undefined && { mailbox: displayName(event.mailbox) }),
    ...own(event, ofError),
  };
}

function planned(event: SyncEvent): { planned: boolean } {
  return { planned: isOnlyPlanned(event) };
}

function setOf(uids: UidSet): { count: number; uids: string } {
  return { count: countUids(uids), uids: shownUidSet(uids) };
}

function refusal({ uids, reason }: { readonly uids: UidSet; readonly reason: string }): {
  count: number;
  uids: string;
  reason: string;
} {
  return { ...setOf(uids), reason };
}

function refusedCopies({ sourceUids, reason }: { readonly sourceUids: UidSet; readonly reason: string }): {
  count: number;
  sourceUids: string;
  reason: string;
} {
  return { count: countUids(sourceUids), sourceUids: shownUidSet(sourceUids), reason };
}

function shown(mailbox: string): string {
  return displayName(mailbox);
}
