// How a trial ended, to be compared with how the undisturbed one did.

import type { PerSide } from "../../src/model/side.ts";
import type { MailStoreSnapshot } from "../support/snapshot.ts";

/** What a run to the end leaves. */
export interface End {
  /** Of the disturbed run, with what was done. */
  readonly steps: readonly string[];
  readonly status: number | null;
  readonly stores: PerSide<MailStoreSnapshot>;
  /** What the database says, without UIDs and mod-sequences, which may differ. */
  readonly recorded: readonly string[];
  /** Commands of one run more that change or look at something. */
  readonly unrest: readonly string[];
  /** What the runs said, to explain a failure. */
  readonly output: string;
}

export type Rest = Omit<End, "steps">;
