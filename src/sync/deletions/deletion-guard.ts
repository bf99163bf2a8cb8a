// Holds back mailboxes that would lose far more messages than people delete: a server that lost its mail must not empty the
// other one, neither at once nor bit by bit. Deletions of the last 24 hours count, whichever run did them. This file is the
// guard's memory; its arithmetic is in deletion-guard-plan.ts, its texts are in deletion-guard-words.ts.

import type { DeletionLimit } from "../../model/deletion-limit.ts";
import type { InterimapError } from "../../model/errors.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { type UidSet, union } from "../../model/uid-set.ts";
import type { DeletedMailbox } from "../../state/losses.ts";
import type { Store } from "../../state/state-store.ts";
import { sum } from "../../util/sum.ts";
import { isAbout, isTooMany, planAdmission, type Standing } from "./deletion-guard-plan.ts";
import { emptied, listsNothing, tooMany } from "./deletion-guard-words.ts";
import { planHoldingBack } from "./hold-back-plan.ts";
import type { Loss } from "./loss.ts";

export interface GuardOptions {
  /** How many messages are known to be on both sides, without rubbish; called once, if there is something to delete. */
  readonly countKnown: () => number;
  /** Undefined: there is no limit. */
  readonly limit: DeletionLimit | undefined;
  /** What was deleted before this run; undefined: nothing. */
  readonly memory?: DeletionMemory | undefined;
}

export interface DeletionMemory {
  readonly mappings: Pick<Store["mappings"], "count">;
  readonly losses: Pick<Store["losses"], keyof Store["losses"]>;
}

const none: PerSide<number> = { local: 0, remote: 0 };

/** For one run: admitted deletions count for later questions. */
export class DeletionGuard {
  readonly #options: GuardOptions;
  readonly #standing: Standing;
  #admitted = none;
  readonly #moved = new Map<number, PerSide<UidSet>>();
  /** Mailboxes that were about to lose nearly everything. */
  readonly #emptied = new Map<number, Loss>();
  /** What each mailbox that was held back would have lost, by name. */
  readonly #held = new Map<string, PerSide<number>>();

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#standing = standingOf(options);
  }

  /** Whether these are more than a run may delete. */
  isTooMany(count: number): boolean {
    return isTooMany(this.#standing, count);
  }

  /** Whether the mailbox counts for the limit. */
  counts(mailbox: Pick<Loss, "isRubbish">): boolean {
    return isAbout(this.#options.limit, mailbox);
  }

  /** These are in another mailbox of the server that would delete them here: a mailbox may lose them. */
  noteMoved(idx: number, moved: PerSide<UidSet>): void {
    const before = this.#moved.get(idx);
    this.#moved.set(idx, before === undefined ? moved : perSide((side) => union(before[side], moved[side])));
  }

  movedFrom(idx: number): PerSide<UidSet> | undefined {
    return this.#moved.get(idx);
  }

  /** Mailboxes that {@link admit} has stopped, because they lose nearly everything, and that it has not admitted since. */
  get emptied(): readonly Loss[] {
    return [...this.#emptied.values()];
  }

  /** To be called before anything is deleted, without moved messages. Returns the mailboxes in which nothing may be deleted. */
  holdBack(losses: readonly Loss[]): ReadonlySet<string> {
    const held = planHoldingBack(losses, (count) => this.isTooMany(count));
    for (const { name, deletions } of held) this.#held.set(name, deletions);
    return new Set(held.map(({ name }) => name));
  }

  /**
   * To be called before the deletions in a mailbox; `moved`: how many of them were moved.
   * @throws InterimapError MASS_DELETION, MAILBOX_EMPTIED
   */
  admit(loss: Loss, moved: PerSide<number> = none): void {
    const { name, deletions } = loss;
    const counted = this.counts(loss) ? perSide((side) => deletions[side] - moved[side]) : none;
    const all = perSide((side) => this.#admitted[side] + counted[side]);
    if (this.isTooMany(total(all))) {
      this.#held.set(name, counted);
      throw this.#tooMany(all);
    }
    this.#held.delete(name);
    if (total(deletions) > 0 && this.counts(loss)) this.#remember(loss, total(moved));
    this.#emptied.delete(loss.idx);
    this.#admitted = all;
  }

  /**
   * To be called before mailboxes are deleted as a whole, with the number of messages in each. Undefined: they may be deleted,
   * and count from now on.
   */
  admitMailboxes(lost: readonly DeletedMailbox[]): InterimapError | undefined {
    const { limit, memory } = this.#options;
    const messagesOf = (side: Side): number => sum(lost.filter((one) => one.side === side).map((one) => one.messages));
    const all = perSide((side) => this.#admitted[side] + messagesOf(side));
    if (this.isTooMany(total(all))) return this.#tooMany(all);
    this.#admitted = all;
    if (limit !== undefined) memory?.losses.noteDeletions(lost);
    return undefined;
  }

  /** How many mailboxes were gone from a side within the last 24 hours and were deleted on the other one. */
  deletedMailboxes(side: Side): number {
    return this.#options.memory?.losses.deletedMailboxes()[side].mailboxes ?? 0;
  }

  /** The error about the mailboxes that were held back; undefined: none was. */
  get heldBack(): { readonly mailboxes: readonly string[]; readonly error: InterimapError } | undefined {
    if (this.#held.size === 0) return undefined;
    const held = [...this.#held.values()];
    const all = perSide((side) => held.reduce((sum, deletions) => sum + deletions[side], this.#admitted[side]));
    const mailboxes = [...this.#held.keys()].sort();
    return { mailboxes, error: this.#tooMany(all, mailboxes) };
  }

  /** A server that lists nothing at all has not lost one mailbox after the other. @throws InterimapError MASS_DELETION */
  requireAny(side: Side, { listed, missing }: { readonly listed: number; readonly missing: number }): void {
    if (this.#options.limit !== undefined && listed === 0 && missing >= 2) throw listsNothing(side);
  }

  #remember(loss: Loss, moved: number): void {
    const { limit, memory } = this.#options;
    if (memory === undefined) return;
    const { idx, name, known, deletions } = loss;
    const { losses } = memory;
    const before = losses.earlierStocks().get(idx) ?? known;
    const vanished = total(deletions);
    const wasEmptied = (): boolean => losses.wasEmptied(idx);
    const admission = planAdmission({ limit, known, before, vanished, moved, wasEmptied });
    if (admission.isStopped) {
      this.#emptied.set(idx, loss);
      throw emptied({ name, vanished: deletions, lost: admission.lost, before });
    }
    if (admission.forgets) losses.forgetStock(idx);
    if (admission.isEmptied) losses.noteEmptied(idx);
    if (admission.stock !== undefined) losses.noteStock(idx, admission.stock);
  }

  #tooMany(vanished: PerSide<number>, mailboxes?: readonly string[]): InterimapError {
    const { known, lostBefore } = this.#standing;
    const deleted = total(this.#admitted);
    return tooMany({ vanished, deleted, lostBefore, known: known + lostBefore, ...(mailboxes && { mailboxes }) });
  }
}

/** Each number is counted once, when it is asked for. */
function standingOf({ limit, countKnown, memory }: GuardOptions): Standing {
  let known: number | undefined;
  let lostBefore: number | undefined;
  return {
    limit,
    get known() {
      return (known ??= countKnown());
    },
    get lostBefore() {
      return (lostBefore ??= memory === undefined ? 0 : countLost(memory));
    },
  };
}

/** How many messages fewer all mailboxes have than 24 hours ago, and how many were in mailboxes that no longer exist. */
function countLost({ mappings, losses }: DeletionMemory): number {
  const lost = [...losses.earlierStocks()].map(([idx, before]) => Math.max(0, before - mappings.count(idx)));
  const { local, remote } = losses.deletedMailboxes();
  return sum(lost) + local.messages + remote.messages;
}

function total({ local, remote }: PerSide<number>): number {
  return local + remote;
}
