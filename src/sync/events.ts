// What happened during a run, as values. cli/reporter.ts makes lines of them; sync/ itself prints nothing.

import type { FlagSet } from "../model/flags.ts";
import type { InterimapError } from "../model/errors.ts";
import type { Side } from "../model/side.ts";
import type { UidSet } from "../model/uid-set.ts";

interface OnMailbox {
  readonly side: Side;
  /** The mailbox's name as the program holds it: raw octets, NUL for the hierarchy delimiter. */
  readonly mailbox: string;
}

export type SyncEvent =
  | ({ readonly type: "mailbox-created" | "subscribed" | "unsubscribed" } & OnMailbox)
  /** `side` received copies of the other side's `sourceUids`, in the same order. */
  | ({
      readonly type: "messages-added";
      readonly sourceUids: readonly number[];
      readonly uids: readonly number[];
    } & OnMailbox)
  | ({ readonly type: "messages-removed"; readonly uids: UidSet } & OnMailbox)
  | ({ readonly type: "flags-updated"; readonly uids: UidSet; readonly flags: FlagSet } & OnMailbox)
  /** Flags changed on both sides; `uid` is of `side`; both sides get `flags`. */
  | ({ readonly type: "flags-conflict"; readonly uid: number; readonly flags: FlagSet } & OnMailbox)
  /** `side` cannot keep these flags; the other side's messages have them nevertheless. */
  | ({ readonly type: "flags-unkept"; readonly flags: FlagSet } & OnMailbox)
  /** `side` would not take flags; its messages keep those they have. */
  | ({ readonly type: "flags-refused"; readonly uids: UidSet; readonly reason: string } & OnMailbox)
  | ({ readonly type: "empty-message"; readonly uid: number } & OnMailbox)
  /** `side` refused the other side's message `sourceUid`. */
  | ({ readonly type: "message-refused"; readonly sourceUid: number; readonly reason: string } & OnMailbox)
  | ({ readonly type: "subscription-refused"; readonly reason: string } & OnMailbox)
  /** Messages that an earlier run could not copy, in a mailbox that this run had no other reason to visit. */
  | ({ readonly type: "messages-still-refused"; readonly count: number } & OnMailbox)
  /** Something kept a mailbox from being synchronised; the others go on. */
  | {
      readonly type: "mailbox-left-out";
      readonly side?: Side;
      readonly mailbox: string;
      readonly error: InterimapError;
    };

export type Report = (event: SyncEvent) => void;
