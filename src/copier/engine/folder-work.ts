// What is to be done with a folder of host1, and what was: so that work that a lost connection ended can be taken up again.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { InterimapError } from "../../model/errors.ts";
import type { PerSide, Side } from "../../model/side.ts";
import type { UidPair } from "../../model/uid-pairs.ts";
import { emptyUidSet, subtract, type UidSet, union } from "../../model/uid-set.ts";
import type { Host } from "../options/host.ts";
import type { MessageTable } from "./message-table.ts";

type Given = Pick<FolderWork, "folder1" | "folder2" | "index" | "of" | "separators">;

export class FolderWork {
  /** Wire names. */
  readonly folder1: string;
  readonly folder2: string;
  readonly index: number;
  readonly of: number;
  readonly separators: Readonly<Record<Host, string>>;
  /** What is to be copied, by UIDs of host1; undefined: that was not found out yet. */
  toCopy: UidSet | undefined;
  /** Those that were copied, left out, or failed; each was reported. */
  settled: UidSet = emptyUidSet;
  /** Of these, what is on host2 now. */
  arrived: UidSet = emptyUidSet;
  /** Those of them whose UIDs on host2 the server told; only with `--synclabels` and `--syncflagsaftercopy`. */
  readonly copies: UidPair[] = [];
  /** What former runs have recorded of it. */
  known: { add(pairs: readonly UidPair[]): void } | undefined;
  /** Something was changed, or was to be: only the next run can find that nothing is left to do. */
  isTouched = false;
  /** Host1 has messages that it does not tell of: what is not among the others may be there all the same. */
  hasUntold = false;
  /** Host2 has it under another name, too, as far as can be said: what is there may have come from another folder. */
  isShared = false;
  /** Folders of host2 of which the same is told: they may be this one. */
  lookalikes: readonly string[] = [];
  /** The folder is there on host2. */
  isOn2 = false;
  /** What is done before its messages was done. */
  isPrepared = false;
  /** Ends our turn to copy to the folder; undefined: it was not taken. */
  endTurn: (() => Promise<void>) | undefined;
  /** A connection died when they were transferred: they go alone. How often it did when one was alone. */
  readonly deaths = new Map<number, number>();
  /** Of these, messages whose last one was that of the connection to host1. */
  readonly unreadable = new Set<number>();

  readonly #uidValidity: Partial<Record<Side, number>> = {};

  constructor({ folder1, folder2, index, of, separators }: Given) {
    this.folder1 = folder1;
    this.folder2 = folder2;
    this.index = index;
    this.of = of;
    this.separators = separators;
  }

  /**
   * UIDs of before mean nothing in a folder that took the place of this one.
   * @throws InterimapError MAILBOX_UNSTABLE
   */
  requireSame(side: Side, { uidValidity }: Pick<MailboxView, "uidValidity">): void {
    const before = (this.#uidValidity[side] ??= uidValidity);
    if (before === uidValidity) return;
    const words = `it was replaced by another one while it was being copied (UIDVALIDITY ${String(uidValidity)}, before ${String(before)})`;
    throw new InterimapError("MAILBOX_UNSTABLE", words, { side });
  }

  get given(): Given {
    const { folder1, folder2, index, of, separators } = this;
    return { folder1, folder2, index, of, separators };
  }

  /** As events have it. */
  get place(): Pick<FolderWork, "folder1" | "folder2" | "index" | "of"> {
    const { folder1, folder2, index, of } = this;
    return { folder1, folder2, index, of };
  }

  get left(): UidSet {
    return subtract(this.toCopy ?? emptyUidSet, this.settled);
  }

  /** They are on host2. */
  arrive(uids: UidSet): void {
    this.arrived = union(this.arrived, uids);
    this.settle(uids);
  }

  settle(uids: UidSet): void {
    this.settled = union(this.settled, uids);
  }
}

/** Both folders selected, and what is in them. */
export interface OpenPair {
  readonly work: FolderWork;
  readonly channels: PerSide<Channel>;
  readonly views: PerSide<MailboxView>;
  readonly tables: PerSide<MessageTable>;
}
