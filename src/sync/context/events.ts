// What happened during a run, as values. report/human.ts makes lines of them; sync/ itself prints nothing.

import type { InterimapError } from "../../model/errors.ts";
import type { FlagSet } from "../../model/flags.ts";
import type { NamePair } from "../../model/name-pairs.ts";
import type { Side } from "../../model/side.ts";
import type { UidSet } from "../../model/uid-set.ts";
import type { ChangeKind } from "../../state/refused-changes.ts";
import type { SurveyTotals } from "../mailbox/survey.ts";
import type { Anomaly } from "../recovery/repair-plan.ts";
import type { ProgressEvent } from "./progress-events.ts";

interface OnMailbox {
  readonly side: Side;
  /** The mailbox's name as the program holds it: raw octets, NUL for the hierarchy delimiter. */
  readonly mailbox: string;
}

interface MaybePlanned {
  /** Told only: it is a dry run. */
  readonly isPlanned?: true;
}

export type SyncEvent =
  | ({ readonly type: "mailbox-created" | "subscribed" | "unsubscribed" } & OnMailbox & MaybePlanned)
  /** In a dry run: what would be done in a mailbox of `side`. Undefined: that is known only when the mailbox is there. */
  | ({
      readonly type: "messages-planned";
      readonly copies: number | undefined;
      /** Of the copies; undefined when that is not known. */
      readonly octets: number | undefined;
      readonly deletions: number;
      /** Messages that would get other flags. */
      readonly flagChanges: number;
    } & OnMailbox)
  /** `side` received copies of the other side's `sourceUids`, in the same order. */
  | ({
      readonly type: "messages-added";
      readonly sourceUids: readonly number[];
      readonly uids: readonly number[];
      /** Of all of them together, where that is known. */
      readonly octets?: number;
    } & OnMailbox)
  /** `side` has an equal message, `uids`, in the place of each of `sourceUids`, and does not keep a second one. */
  | ({ readonly type: "messages-had-before"; readonly sourceUids: UidSet; readonly uids: UidSet } & OnMailbox)
  | ({ readonly type: "messages-removed"; readonly uids: UidSet } & OnMailbox)
  /**
   * `side` got the other side's new messages in the mailbox `to` from its own in `mailbox`: `sourceUids` there, which are moved,
   * or copied to be deleted like others. `uids`: those in `to`, in the same order; none where the server did not tell them.
   */
  | ({
      readonly type: "messages-moved";
      readonly to: string;
      readonly sourceUids: readonly number[];
      readonly uids: readonly number[];
      readonly isCopy: boolean;
    } & OnMailbox)
  /** In a dry run: the same, and how many. */
  | ({ readonly type: "moves-planned"; readonly to: string; readonly count: number } & OnMailbox)
  /** An APPEND to `side` was carried out after all, when the messages had been copied again: these copies were too many. */
  | ({ readonly type: "late-copies-removed"; readonly uids: UidSet } & OnMailbox)
  | ({ readonly type: "flags-updated"; readonly uids: UidSet; readonly flags: FlagSet } & OnMailbox)
  /** Flags changed on both sides; `uid` is of `side`; both sides get `flags`. */
  | ({ readonly type: "flags-conflict"; readonly uid: number; readonly flags: FlagSet } & OnMailbox)
  /** `side` cannot keep these flags; the other side's messages have them nevertheless. */
  | ({ readonly type: "flags-unkept"; readonly flags: FlagSet } & OnMailbox)
  /** Copies on `side` got the time of their arrival: the other server told no date that could be sent. */
  | ({ readonly type: "dates-unkept"; readonly count: number } & OnMailbox)
  /** `side` would not take flags; its messages keep those they have. */
  | ({ readonly type: "flags-refused"; readonly uids: UidSet; readonly reason: string } & OnMailbox)
  /** `side` would not delete its messages, though the other side's are gone. */
  | ({ readonly type: "deletions-refused"; readonly uids: UidSet; readonly reason: string } & OnMailbox)
  /** They went while others were deleted here: another client removed them, or marked them just then. They are copied again. */
  | ({ readonly type: "others-expunged"; readonly uids: UidSet } & OnMailbox)
  /** Their marks for deletion, not ours, were lifted for a moment and could not be put back. */
  | ({ readonly type: "marks-not-restored"; readonly uids: UidSet; readonly reason: string } & OnMailbox)
  /** What `side` refused to do with its messages earlier, and was not asked for again yet. */
  | ({
      readonly type: "changes-still-refused";
      readonly what: ChangeKind;
      readonly uids: UidSet;
      readonly reason: string;
    } & OnMailbox)
  /** The server said that they vanished, but they are there: nothing was deleted for that. */
  | ({ readonly type: "vanished-refuted"; readonly uids: UidSet } & OnMailbox)
  /** The server does not report all changes, and why that is thought: the mailbox is compared in full from now on. */
  | ({ readonly type: "changes-untold"; readonly reason: string } & OnMailbox)
  /** `side` refused the other side's messages. */
  | ({ readonly type: "messages-refused"; readonly sourceUids: UidSet; readonly reason: string } & OnMailbox)
  /** `side` takes no messages for now, in one mailbox or, if there is none, in several. */
  | {
      readonly type: "copies-wait";
      readonly side: Side;
      readonly mailbox?: string | undefined;
      readonly mailboxes: number;
      readonly reason: string;
    }
  | ({ readonly type: "subscription-refused"; readonly reason: string } & OnMailbox)
  /** The other side's messages that `side` refused earlier with these words, and that were not offered again yet. */
  | ({ readonly type: "messages-still-refused"; readonly sourceUids: UidSet; readonly reason: string } & OnMailbox)
  /** What was known of the mailbox's messages means nothing any more; they are matched anew. */
  | ({ readonly type: "uidvalidity-changed" } & OnMailbox)
  /** UIDs do not last, by its server's word or because UIDVALIDITY changed again: matched anew each time. Reported once. */
  | ({ readonly type: "uids-unstable"; readonly isDeclared: boolean } & OnMailbox)
  /** The server has less than was recorded of it, under the same UIDVALIDITY; the mailbox is compared in full. */
  | ({ readonly type: "went-back"; readonly reason: string } & OnMailbox)
  /** Something in the database that does not fit the servers; it is being mended. */
  | ({ readonly type: "anomaly" } & Anomaly & OnMailbox)
  /** The database claims to know more of a server than there is. */
  | ({
      readonly type: "state-ahead";
      readonly item: "UIDNEXT" | "HIGHESTMODSEQ";
      readonly recorded: string;
      readonly actual: string;
    } & OnMailbox)
  /** Both servers hold these messages of a mailbox that is met for the first time, or created anew: they are paired, not copied. */
  | { readonly type: "messages-matched"; readonly side?: undefined; readonly mailbox: string; readonly count: number }
  /** The database had entries of the mailbox that cannot be; they are gone, and its messages are matched anew. */
  | { readonly type: "entries-dropped"; readonly side?: undefined; readonly mailbox: string; readonly count: number }
  /** A copy of the database as it was is kept. */
  | {
      readonly type: "database-upgraded";
      readonly side?: undefined;
      readonly mailbox?: undefined;
      readonly from: number;
      readonly to: number;
      readonly backup: string;
    }
  /** The database was about another account, by its name or place, and is about this one from now on. */
  | {
      readonly type: "account-replaced";
      readonly side: Side;
      readonly mailbox?: undefined;
      readonly before: string;
      readonly now: string;
    }
  /** The database's file is; whether it fits the servers shows later. */
  | { readonly type: "database-sound"; readonly side?: undefined; readonly mailbox?: undefined }
  | { readonly type: "nothing-to-repair"; readonly side?: undefined; readonly mailbox?: undefined }
  /** Without a side: in the database. `keptAs`: what it is called on that side from now on. */
  | ({
      readonly type: "mailbox-deleted";
      readonly side?: Side;
      readonly mailbox: string;
      readonly keptAs?: string;
    } & MaybePlanned)
  | ({
      readonly type: "mailbox-renamed";
      readonly side?: Side;
      readonly mailbox: string;
      readonly to: string;
    } & MaybePlanned)
  /** They take no part, because of their special use. */
  | {
      readonly type: "mailboxes-left-out";
      readonly side: Side;
      readonly mailbox?: undefined;
      readonly mailboxes: readonly string[];
    }
  /** The mailboxes that are for this now are not paired: they, or others for the same, were paired before. */
  | {
      readonly type: "special-use-unpaired";
      readonly side?: undefined;
      readonly mailbox?: undefined;
      readonly use: string;
      readonly names: NamePair;
    }
  /** A daemon's connection was lost, or could not be made; it is tried again. */
  | {
      readonly type: "connection-failed";
      readonly side: Side;
      readonly mailbox?: undefined;
      readonly error: InterimapError;
      readonly retryInMs: number;
    }
  /** And is there again. */
  | { readonly type: "connected-again"; readonly side: Side; readonly mailbox?: undefined; readonly afterMs: number }
  /** The server does not report changes by itself (RFC 5465); how they are noticed instead. */
  | {
      readonly type: "notify-missing";
      readonly side: Side;
      readonly mailbox?: undefined;
      readonly instead: "idle" | "poll";
      readonly reason: string;
    }
  /** The server announces changes again and again, of its mailboxes as such or of one, and there are none. */
  | { readonly type: "news-in-vain"; readonly side: Side; readonly mailbox?: string }
  /** The server wants people to read this. */
  | { readonly type: "alert"; readonly side: Side; readonly mailbox?: undefined; readonly text: string }
  /** Like what was told last, but in other words each time; of a mailbox, a server, or something without a name. */
  | { readonly type: "more-unshown"; readonly side?: Side; readonly mailbox?: string; readonly isAlert: boolean }
  /** More vanished than may be deleted: the mailboxes it is about were left alone. */
  | {
      readonly type: "deletions-held-back";
      readonly side: Side | undefined;
      readonly mailbox?: undefined;
      /** None: all of them. */
      readonly mailboxes: readonly string[];
      readonly error: InterimapError;
    }
  | { readonly type: "clock-jumped"; readonly side?: undefined; readonly mailbox?: undefined; readonly byMs: number }
  | ProgressEvent
  /** What there was to do in the mailboxes that were opened, but for those that were held back. */
  | ({ readonly type: "surveyed"; readonly side?: undefined; readonly mailbox?: undefined } & SurveyTotals)
  /** Something kept a mailbox from being synchronised; the others go on. Without a name: it cannot even be read. */
  | {
      readonly type: "mailbox-skipped";
      readonly side?: Side;
      readonly mailbox?: string;
      readonly error: InterimapError;
    };

const skipped: readonly SyncEvent["type"][] = [
  "mailbox-skipped",
  "deletions-held-back",
  "messages-refused",
  "copies-wait",
  "messages-still-refused",
  "flags-refused",
  "deletions-refused",
  "marks-not-restored",
  "changes-still-refused",
  "subscription-refused",
];

/** Whether something was not done that should have been. */
export function isSkip({ type }: SyncEvent): boolean {
  return skipped.includes(type);
}

type Plannable = "mailbox-created" | "mailbox-deleted" | "mailbox-renamed" | "subscribed" | "unsubscribed";

/** It is told by a dry run, and was not done. */
export function isOnlyPlanned(
  event: SyncEvent,
): event is Extract<SyncEvent, { readonly type: Plannable }> & { readonly isPlanned: true } {
  return "isPlanned" in event && event.isPlanned === true;
}

/** Whether something was changed on a server. */
export function isChange({ type }: SyncEvent): boolean {
  return changes.includes(type);
}

const changes: readonly SyncEvent["type"][] = [
  "messages-added",
  "messages-moved",
  "messages-removed",
  "late-copies-removed",
  "flags-updated",
];

/** Whether a look was worth it: something was done, or a mailbox is gone. */
export function isFind(event: SyncEvent): boolean {
  if (event.type === "mailbox-skipped") return event.error.code === "MAILBOX_GONE";
  return isChange(event) || named.includes(event.type);
}

const named: readonly SyncEvent["type"][] = [
  "mailbox-created",
  "mailbox-renamed",
  "mailbox-deleted",
  "subscribed",
  "unsubscribed",
];

export type Report = (event: SyncEvent) => void;
