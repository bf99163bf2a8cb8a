// What a run and the work on each of its mailboxes share; handed on whole.

import type { SessionPair } from "../../mail/pool/pair.ts";
import type { ByteBudget } from "../../mail/transfer/byte-budget.ts";
import type { Shortage } from "../../mail/transfer/reluctance.ts";
import type { PerSide } from "../../model/side.ts";
import type { UidSet } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import type { DeletionGuard } from "../deletions/deletion-guard.ts";
import type { Surveys } from "../mailbox/survey.ts";
import type { Report } from "./events.ts";

export interface RunContext {
  /** Where one more connection can be had. */
  readonly connections: SessionPair;
  /** By the side they come from: messages fetched or being fetched and not yet appended, of all mailboxes together. */
  readonly inFlight: PerSide<ByteBudget>;
  readonly store: Store;
  readonly report: Report;
  /** When aborted, what is in hand is finished: no new mailbox, and no new batch of messages, is begun. */
  readonly stop: AbortSignal;
  readonly guard: DeletionGuard;
  /** What the mailboxes that were opened until now yielded. */
  readonly surveys: Surveys;
  /** In a dry run, by mailbox: new messages of each side that the other one would get by a move. */
  readonly movedHere: Map<number, PerSide<UidSet>>;
  /** What is known in this run of each server's will to take messages. */
  readonly shortage: PerSide<Shortage>;
  /** Messages that both sides hold when a mailbox is first met are matched, not copied. */
  readonly matchesExisting: boolean;
}
