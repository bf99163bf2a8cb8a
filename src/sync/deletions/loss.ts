// What a mailbox has lost, as a value.

import type { PerSide } from "../../model/side.ts";
import type { UidSet } from "../../model/uid-set.ts";

export interface Loss {
  readonly idx: number;
  readonly name: string;
  /** People empty it: a share of all messages is counted without it. */
  readonly isRubbish: boolean;
  /** How many messages are recorded as being on both sides, those that vanished included. */
  readonly known: number;
  /** Messages of each side that vanished, except those whose counterparts cannot be deleted. */
  readonly vanished: PerSide<UidSet>;
  /** How many messages of each side vanished and are still on the other. */
  readonly deletions: PerSide<number>;
}
