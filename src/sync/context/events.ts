// What happened during a run, as values. report/human.ts turns them into lines; sync/ itself prints nothing.

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
  /** In a dry run: what would be done in a mailbox of `side`. Undefined: that is known only once the mailbox exists. */
  | ({
      readonly type: "messages-planned";
      readonly copies: number | undefined;
      /** Octets of the copies; undefined if unknown. */
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
      /** Octets of all together, if known. */
      readonly octets?: number;
    } & OnMailbox)
  /** For each of `sourceUids`, `side` has an equal message (`uids`) and does not keep a second one. */
  | ({ readonly type: "messages-had-before"; readonly sourceUids: UidSet; readonly uids: UidSet } & OnMailbox)
  | ({ readonly type: "messages-removed"; readonly uids: UidSet } & OnMailbox)
  /**
   * `side` got the other side's new messages in the mailbox `to` from its own in `mailbox`: `sourceUids` there, which are moved,
   * or copied, and deleted if the other side's are. `uids`: those in `to`, in the same order; none where the server did not tell them.
   */
  | ({
      readonly type: "messages-moved";
      readonly to: string;
      readonly sourceUids: readonly number[];
      readonly uids: readonly number[];
      readonly isCopy: boolean;
    } & OnMailbox)
  /** In a dry run: the same, with the number. */
  | ({ readonly type: "moves-planned"; readonly to: string; readonly count: number } & OnMailbox)
  /** Messages of `mailbox` were moved on both sides, to two mailboxes. Nobody knows which move was the later one: they are in both. */
  | {
      readonly type: "messages-apart";
      readonly side?: undefined;
      readonly mailbox: string;
      readonly local: string;
      readonly remote: string;
      readonly count: number;
    }
  /**
   * An APPEND to `side` was carried out after all, after the messages had been copied again: these copies were too many.
   */
  | ({ readonly type: "late-copies-removed"; readonly uids: UidSet } & OnMailbox)
  | ({ readonly type: "flags-updated"; readonly uids: UidSet; readonly flags: FlagSet } & OnMailbox)
  /** Flags changed on both sides; `uid` is of `side`; both sides get `flags`. */
  | ({ readonly type: "flags-conflict"; readonly uid: number; readonly flags: FlagSet } & OnMailbox)
  /** `side` cannot keep these flags; the other side's messages keep them. */
  | ({ readonly type: "flags-unkept"; readonly flags: FlagSet } & OnMailbox)
  /** Copies on `side` got the present time as their date, because the other server gave no usable date. */
  | ({ readonly type: "dates-unkept"; readonly count: number } & OnMailbox)
  /** `side` refused flags; its messages keep those they have. */
  | ({ readonly type: "flags-refused"; readonly uids: UidSet; readonly reason: string } & OnMailbox)
  /** `side` refused to delete its messages, though the other side's are gone. */
  | ({ readonly type: "deletions-refused"; readonly uids: UidSet; readonly reason: string } & OnMailbox)
  /**
   * They vanished while others were deleted here: another client removed them, or marked them at that moment. They are copied
   * again.
   */
  | ({ readonly type: "others-expunged"; readonly uids: UidSet } & OnMailbox)
  /** Their marks for deletion, which are not ours, were lifted for a moment and could not be put back. */
  | ({ readonly type: "marks-not-restored"; readonly uids: UidSet; readonly reason: string } & OnMailbox)
  /** Changes that `side` refused earlier, and that were not tried again yet. */
  | ({
      readonly type: "changes-still-refused";
      readonly what: ChangeKind;
      readonly uids: UidSet;
      readonly reason: string;
    } & OnMailbox)
  /** The server wrongly reported them as vanished; nothing was deleted because of that. */
  | ({ readonly type: "vanished-refuted"; readonly uids: UidSet } & OnMailbox)
  /**
   * The server does not report all changes, with the reason for thinking so: the mailbox is compared in full from now on.
   */
  | ({ readonly type: "changes-untold"; readonly reason: string } & OnMailbox)
  /** `side` refused the other side's messages. */
  | ({ readonly type: "messages-refused"; readonly sourceUids: UidSet; readonly reason: string } & OnMailbox)
  /** `side` accepts no messages for now, in one mailbox or, without a name, in several. */
  | {
      readonly type: "copies-wait";
      readonly side: Side;
      readonly mailbox?: string | undefined;
      readonly mailboxes: number;
      readonly reason: string;
    }
  | ({ readonly type: "subscription-refused"; readonly reason: string } & OnMailbox)
  /** Messages of the other side that `side` refused earlier with these words, and that were not offered again yet. */
  | ({ readonly type: "messages-still-refused"; readonly sourceUids: UidSet; readonly reason: string } & OnMailbox)
  /** The records of the mailbox's messages are void; they are matched again. */
  | ({ readonly type: "uidvalidity-changed" } & OnMailbox)
  /**
   * UIDs are not permanent, because the server says so or UIDVALIDITY changed again: matched in each run. Reported once.
   */
  | ({ readonly type: "uids-unstable"; readonly isDeclared: boolean } & OnMailbox)
  /** The server has less than was recorded, under the same UIDVALIDITY; the mailbox is compared in full. */
  | ({ readonly type: "went-back"; readonly reason: string } & OnMailbox)
  /** Something in the database does not fit the servers, and is being corrected. */
  | ({ readonly type: "anomaly" } & Anomaly & OnMailbox)
  /** The database records more than the server has. */
  | ({
      readonly type: "state-ahead";
      readonly item: "UIDNEXT" | "HIGHESTMODSEQ";
      readonly recorded: string;
      readonly actual: string;
    } & OnMailbox)
  /** Both servers hold these messages of a new mailbox: they are paired, not copied. */
  | { readonly type: "messages-matched"; readonly side?: undefined; readonly mailbox: string; readonly count: number }
  /** The database had impossible entries of the mailbox; they are dropped, and its messages are matched again. */
  | { readonly type: "entries-dropped"; readonly side?: undefined; readonly mailbox: string; readonly count: number }
  /** A copy of the old database is kept. */
  | {
      readonly type: "database-upgraded";
      readonly side?: undefined;
      readonly mailbox?: undefined;
      readonly from: number;
      readonly to: number;
      readonly backup: string;
    }
  /** The database now belongs to another name or place of the account. */
  | {
      readonly type: "account-replaced";
      readonly side: Side;
      readonly mailbox?: undefined;
      readonly before: string;
      readonly now: string;
    }
  /** The database file is undamaged; whether it fits the servers shows later. */
  | { readonly type: "database-sound"; readonly side?: undefined; readonly mailbox?: undefined }
  | { readonly type: "nothing-to-repair"; readonly side?: undefined; readonly mailbox?: undefined }
  /** Without a side: in the database. `keptAs`: its new name on that side, if it is kept. */
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
  /** The mailboxes with this special use are not paired, because they or others were paired before. */
  | {
      readonly type: "special-use-unpaired";
      readonly side?: undefined;
      readonly mailbox?: undefined;
      readonly use: string;
      readonly names: NamePair;
    }
  /** A daemon's connection was lost or could not be made; it is tried again. */
  | {
      readonly type: "connection-failed";
      readonly side: Side;
      readonly mailbox?: undefined;
      readonly error: InterimapError;
      readonly retryInMs: number;
    }
  /** And is there again. */
  | { readonly type: "connected-again"; readonly side: Side; readonly mailbox?: undefined; readonly afterMs: number }
  /** The server does not report changes by itself (RFC 5465); what is done instead. */
  | {
      readonly type: "notify-missing";
      readonly side: Side;
      readonly mailbox?: undefined;
      readonly instead: "idle" | "poll";
      readonly reason: string;
    }
  /** The server keeps announcing changes where there are none, in one mailbox or in its list of mailboxes. */
  | { readonly type: "news-in-vain"; readonly side: Side; readonly mailbox?: string }
  /** The server wants people to read this. */
  | { readonly type: "alert"; readonly side: Side; readonly mailbox?: undefined; readonly text: string }
  /**
   * Further events like the last one, worded differently each time; about a mailbox, a server, or something without a name.
   */
  | { readonly type: "more-unshown"; readonly side?: Side; readonly mailbox?: string; readonly isAlert: boolean }
  /** More vanished than may be deleted: the mailboxes concerned were left alone. */
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
  /** What was found in the mailboxes that were opened, without those that were held back. */
  | ({ readonly type: "surveyed"; readonly side?: undefined; readonly mailbox?: undefined } & SurveyTotals)
  /** A mailbox could not be synchronised; the others go on. Without a name: not even the name can be read. */
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

/** Whether something that should have been done was not. */
export function isSkip({ type }: SyncEvent): boolean {
  return skipped.includes(type);
}

type Plannable = "mailbox-created" | "mailbox-deleted" | "mailbox-renamed" | "subscribed" | "unsubscribed";

/** It was only planned, in a dry run. */
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

/** Whether a look found anything: something was done, or a mailbox is gone. */
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
