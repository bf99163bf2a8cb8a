// What the copier tells of its work while it is at it. The engine only emits; lines, JSON, figures and the final report are made
// of these in report/.

import type { CertificateFacts } from "../imap/transport/certificate-refused.ts";
import type { UidSet } from "../model/uid-set.ts";
import type { Host } from "./options/host.ts";
import type { CountedError } from "./report/errors.ts";
import type { ExitName } from "./report/exit-code.ts";

/** Names are wire names: the server's raw octets, as latin1. */
interface Pair {
  readonly folder1: string;
  readonly folder2: string;
}

interface OnHost {
  readonly host: Host;
  readonly folder: string;
}

/** What is told only, in a run with `--dry`. */
interface MaybeDry {
  readonly isDry?: boolean;
}

/** Why a message of host1 is not copied, without an error. */
export type SkipReason =
  /** It is on host2 already. */
  | "present"
  /** An equal one of the same folder is copied instead. */
  | "duplicate"
  /** An equal one was copied to another folder of host2. */
  | "cross-duplicate"
  /** It has none of the headers that identify messages. */
  | "no-headers"
  /** `--maxsize`, or the server's limit. */
  | "too-large"
  | "too-small"
  /** `--search`, `--minage`, `--maxage`. */
  | "not-selected"
  | "skipmess"
  | "long-lines"
  | "short-lines"
  /** It went from host1 while the run was on. */
  | "vanished";

export interface FolderSize {
  readonly messages: number;
  /** Of all messages, in octets. */
  readonly octets: number;
  readonly biggest: number;
}

export interface AccountSize extends FolderSize {
  readonly folders: number;
  readonly seconds: number;
}

export type When = "before" | "after";

/** What a comparison of both folders found, beside what is missing on host2. */
export interface FolderVerified {
  /** As SELECT tells. */
  readonly messages1: number;
  readonly messages2: number;
  readonly onlyOn2: number;
  /** Of those that are on both: servers tell other sizes of them. */
  readonly resized: number;
  /** Whose texts were compared. */
  readonly compared: number;
  /** Of these. `unread`: a server did not deliver it. */
  readonly differing: readonly {
    readonly uid1: number;
    readonly uid2: number;
    readonly what: "header" | "text" | "unread";
  }[];
}

export type CopyEvent =
  /** A line of its own, without line breaks. With a host it begins with `Host1: `. */
  | { readonly type: "notice"; readonly text: string; readonly host?: Host; readonly isWarning?: boolean }
  /** `++++ ` and the title of what comes now. */
  | { readonly type: "section"; readonly title: string }
  /** Counts for the exit code; of a message that is not copied because of it there is `message-failed` instead. */
  | { readonly type: "error"; readonly error: CountedError }
  | { readonly type: "reconnected"; readonly host: Host }
  /** Sizes of folders: these first, then each pair, then both accounts. */
  | { readonly type: "sizing"; readonly when: When }
  | ({
      readonly type: "folder-sized";
      readonly index: number;
      readonly of: number;
      readonly size1: FolderSize;
      /** None: the folder is not there. */
      readonly size2: FolderSize | undefined;
    } & Pair)
  | { readonly type: "accounts-sized"; readonly when: When; readonly size1: AccountSize; readonly size2: AccountSize }
  /** That is why the run ends. */
  | { readonly type: "certificate-refused"; readonly host: Host; readonly certificate: CertificateFacts }
  /** That is why the run ends, before it has both accounts; `text` is that of the error. */
  | { readonly type: "account-failed"; readonly host: Host; readonly exit: ExitName; readonly text: string }
  /** That is why the run ends: the server named the time for which it wants to be left alone. */
  | { readonly type: "turned-away"; readonly host: Host; readonly retryAfterMs: number }
  /** To both accounts. */
  | { readonly type: "logged-in" }
  /** The loop over the folders. */
  | { readonly type: "folders-begun"; readonly folders: number }
  | ({ readonly type: "folder-begun"; readonly index: number; readonly of: number } & Pair)
  | { readonly type: "folders-done" }
  | ({ readonly type: "folder-created" | "folder-deleted" | "folder-subscribed" | "folder-unsubscribed" } & OnHost &
      MaybeDry)
  /** A folder was opened and its messages are known; once a run for each folder of host1, once a pair for host2. */
  | ({
      readonly type: "folder-read";
      /** As SELECT tells. */
      readonly messages: number;
      /** After `--search` and ages. */
      readonly selected: number;
      /** That can be told apart: neither duplicates nor without headers; with `--syncduplicates`, duplicates too. 0 with `--useuid`. */
      readonly identified: number;
      readonly duplicates: number;
      readonly withoutHeaders: number;
    } & OnHost)
  /**
   * The identified messages of both were compared. What is copied later is taken off `onlyOn1`; what is filtered or fails
   * stays in it. Cross duplicates are not in it, and neither is what `--dry` would copy to a folder that is not there. With
   * `--useuid`: those that the cache does not know.
   */
  | ({
      readonly type: "folder-compared";
      /** Other programs read this figure, and expect that it leaves out what {@link toCreate} counts. */
      readonly onlyOn1: number;
      readonly onlyOn2: number;
      /** Messages of a folder that host2 does not have, in a dry run. */
      readonly toCreate?: number;
    } & Pair)
  | ({ readonly type: "folder-verified" } & FolderVerified & Pair)
  | ({ readonly type: "folder-done" } & Pair)
  /** Whatever became of it: nothing more is done to it in the loop. */
  | ({ readonly type: "folder-left" } & Pair)
  | ({
      readonly type: "message-copied";
      readonly uid1: number;
      /** Undefined: host2 did not tell it. */
      readonly uid2: number | undefined;
      /** As it was sent, in octets. */
      readonly octets: number;
    } & Pair)
  /** With `--dry`: what would have been copied. */
  | ({ readonly type: "messages-to-copy"; readonly uids: UidSet; readonly octets: number } & Pair)
  | ({
      readonly type: "messages-skipped";
      readonly uids: UidSet;
      readonly octets: number;
      readonly reason: SkipReason;
      /** For the line of a single message, for instance the limit: `larger than 5000 bytes`. */
      readonly detail?: string;
    } & Pair)
  | ({
      readonly type: "message-failed";
      readonly uid1: number;
      readonly octets: number;
      readonly error: CountedError;
    } & Pair)
  /** Of messages that were on host2 already. */
  | ({ readonly type: "flags-set"; readonly uids: UidSet; readonly flags: string } & OnHost & MaybeDry)
  | ({
      readonly type: "messages-deleted";
      readonly uids: UidSet;
      /** `moved`: it is on host2; `extra`: it is not on host1. */
      readonly why: "moved" | "extra" | "duplicate";
    } & OnHost &
      MaybeDry)
  | ({ readonly type: "expunged" } & OnHost & MaybeDry)
  /** What a server wants people to read, or what went wrong without harm. */
  | { readonly type: "alert"; readonly host: Host; readonly text: string };

export type Emit = (event: CopyEvent) => void;
