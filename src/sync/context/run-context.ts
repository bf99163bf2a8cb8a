// What a run shares with the work on each of its mailboxes; passed on as a whole.

import type { SessionPair } from "../../mail/pool/pair.ts";
import type { ByteBudget } from "../../mail/transfer/byte-budget.ts";
import type { Shortage } from "../../mail/transfer/reluctance.ts";
import type { PerSide, Side } from "../../model/side.ts";
import type { UidSet } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import type { DeletionGuard } from "../deletions/deletion-guard.ts";
import type { Surveys } from "../mailbox/survey.ts";
import type { Report } from "./events.ts";

/** A mailbox of one server. */
export interface OtherMailbox {
  readonly name: string;
  readonly wireName: string;
  /** As of the last checkpoint. */
  readonly uidValidity: number;
}

/** Where else the other server may have new messages. */
export interface Elsewhere {
  /** When anything was synchronised last, before this run, in ms since 1970: only older messages can be there. */
  readonly since: number;
  /** By the mailbox's number: the one that this server has, whether or not the other one has it, too. */
  readonly mailbox: (idx: number, side: Side) => OtherMailbox | undefined;
}

export interface RunContext {
  /** Where to get another connection. */
  readonly connections: SessionPair;
  /** For each source side: messages of all mailboxes that are fetched or being fetched, and not yet appended. */
  readonly inFlight: PerSide<ByteBudget>;
  readonly store: Store;
  readonly report: Report;
  /** When aborted, the work in hand is finished, and no new mailbox or batch of messages is begun. */
  readonly stop: AbortSignal;
  readonly guard: DeletionGuard;
  /** The surveys of the mailboxes that were opened so far. */
  readonly surveys: Surveys;
  /** In a dry run, by mailbox: messages of each side that would not be copied, but moved by that side or the other one. */
  readonly movedHere: Map<number, PerSide<UidSet>>;
  /** What this run knows of whether each server accepts messages. */
  readonly shortage: PerSide<Shortage>;
  /** Undefined: new messages are not looked for in other mailboxes. */
  readonly elsewhere?: Elsewhere | undefined;
  /** Match messages that both sides of a new mailbox hold, instead of copying them. */
  readonly matchesExisting: boolean;
}
