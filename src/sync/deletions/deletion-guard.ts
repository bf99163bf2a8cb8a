// Holds back mailboxes of which far more would be deleted than people do: a server that lost its mail must not empty the other
// one, neither at once nor bit by bit. What was deleted within the last 24 hours counts, whichever run did it.

import type { DeletionLimit } from "../../model/deletion-limit.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName } from "../../model/mailbox-name.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { UidSet } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { type Loss, planHoldingBack } from "./hold-back-plan.ts";

/** A share of all messages says little where there are few. */
const harmless = 100;
/** To delete all of so few is nothing unusual. */
const fewest = 10;
/** The share of its messages that a mailbox may lose. */
const mailboxShare = 0.9;
/** At most this many mailboxes are named. */
const mostNames = 20;

export interface GuardOptions {
  /** How many messages are known to be on both sides, but for rubbish; asked once, when there is something to delete. */
  readonly countKnown: () => number;
  /** Undefined: whatever is to be deleted, is. */
  readonly limit: DeletionLimit | undefined;
  /** What was deleted before this run; undefined: nothing. */
  readonly memory?: DeletionMemory | undefined;
}

export interface DeletionMemory {
  readonly mappings: Pick<Store["mappings"], "count">;
  readonly losses: Pick<Store["losses"], keyof Store["losses"]>;
}

export interface GuardedMailbox {
  readonly idx: number;
  readonly name: string;
  /** People empty it: a share of all messages is counted without it. */
  readonly isRubbish: boolean;
}

/** For one run: what was admitted counts against what is asked for later. */
export class DeletionGuard {
  readonly #options: GuardOptions;
  #known: number | undefined;
  #lostBefore: number | undefined;
  #admitted: PerSide<number> = { local: 0, remote: 0 };
  readonly #moved = new Map<number, PerSide<UidSet>>();
  /** What each mailbox that was held back would have lost, by name. */
  readonly #held = new Map<string, PerSide<number>>();

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Whether these are more than a run may delete. */
  isTooMany(count: number): boolean {
    const { limit } = this.#options;
    if (limit === undefined || count === 0) return false;
    const lostBefore = (this.#lostBefore ??= this.#countLost());
    const lost = count + lostBefore;
    if ("messages" in limit) return lost > limit.messages;
    if (limit.share >= 1 || lost < fewest) return false;
    const known = (this.#known ??= this.#options.countKnown());
    const isEverything = count >= fewest && count >= known;
    return isEverything || lost > Math.max(harmless, limit.share * (known + lostBefore));
  }

  /** These are in another mailbox of the server that would delete them here: a mailbox may lose them. */
  noteMoved(idx: number, moved: PerSide<UidSet>): void {
    this.#moved.set(idx, moved);
  }

  movedFrom(idx: number): PerSide<UidSet> | undefined {
    return this.#moved.get(idx);
  }

  /**
   * `vanished`: how many messages are about to be deleted on the other side of each; `moved`: how many of them were moved.
   * @throws InterimapError MASS_DELETION, MAILBOX_EMPTIED
   */
  admit(vanished: PerSide<number>, mailbox?: GuardedMailbox, moved: PerSide<number> = { local: 0, remote: 0 }): void {
    const counted = this.counts(mailbox) ? vanished : { local: 0, remote: 0 };
    const all = perSide((side) => this.#admitted[side] + counted[side]);
    const isTooMany = this.isTooMany(all.local + all.remote);
    if (mailbox !== undefined && isTooMany) this.#held.set(mailbox.name, counted);
    this.require(counted);
    if (mailbox !== undefined) this.#held.delete(mailbox.name);
    if (mailbox !== undefined && vanished.local + vanished.remote > 0)
      this.#remember(vanished, mailbox, moved.local + moved.remote);
    this.#admitted = perSide((side) => this.#admitted[side] + counted[side]);
  }

  /** Whether the limit is about the mailbox. A number of messages is one of all. */
  counts(mailbox: Pick<GuardedMailbox, "isRubbish"> | undefined): boolean {
    const { limit } = this.#options;
    return mailbox?.isRubbish !== true || (limit !== undefined && "messages" in limit);
  }

  /** As {@link admit}, but nothing is about to be deleted yet. @throws InterimapError MASS_DELETION */
  require(vanished: PerSide<number>): void {
    const all = perSide((side) => this.#admitted[side] + vanished[side]);
    if (this.isTooMany(all.local + all.remote)) throw this.#tooMany(all);
  }

  /** Before anything is deleted. Returns the names of the mailboxes in which nothing may be. */
  holdBack(losses: readonly Loss[]): ReadonlySet<string> {
    const held = planHoldingBack(losses, (count) => this.isTooMany(count));
    for (const { name, vanished } of held) this.#held.set(name, vanished);
    return new Set(held.map(({ name }) => name));
  }

  /** What to say of the mailboxes that were held back; undefined: none was. */
  get heldBack(): { readonly mailboxes: readonly string[]; readonly error: InterimapError } | undefined {
    if (this.#held.size === 0) return undefined;
    const held = [...this.#held.values()];
    const all = perSide((side) => held.reduce((sum, vanished) => sum + vanished[side], this.#admitted[side]));
    const mailboxes = [...this.#held.keys()].sort();
    return { mailboxes, error: this.#tooMany(all, mailboxes) };
  }

  #tooMany(all: PerSide<number>, mailboxes: readonly string[] = []): InterimapError {
    const lostBefore = this.#lostBefore ?? 0;
    const known = (this.#known ??= this.#options.countKnown()) + lostBefore;
    const seen = sides
      .filter((side) => all[side] > 0)
      .map(
        (side) =>
          `${String(all[side])} of ${String(Math.max(known, all[side]))} messages have vanished from the ${side} server`,
      );
    if (lostBefore > 0) seen.push(`${String(lostBefore)} others were deleted within 24 hours before`);
    const deleted = this.#admitted.local + this.#admitted.remote;
    const outcome =
      deleted === 0
        ? "nothing was deleted"
        : `only ${String(deleted)} ${deleted === 1 ? "was" : "were"} deleted on the other one`;
    const names = mailboxes.slice(0, mostNames).map((name) => `"${briefName(name)}"`);
    const more = mailboxes.length - names.length;
    if (more > 0) names.push(`${String(more)} others`);
    const where = names.length === 0 ? "" : `; skipped: ${names.join(", ")}`;
    return this.#refusal(`${seen.join(", and ")}; ${outcome}${where}`, all.local >= all.remote ? "local" : "remote");
  }

  /** A server that lists nothing at all has not lost one mailbox after the other. @throws InterimapError MASS_DELETION */
  requireAny(side: Side, { listed, missing }: { readonly listed: number; readonly missing: number }): void {
    if (this.#options.limit === undefined || listed > 0 || missing < 2) return;
    throw this.#refusal(`the ${side} server lists no mailbox any more; nothing was changed`, side);
  }

  /** How many messages all mailboxes together have less than 24 hours ago. */
  #countLost(): number {
    const { memory } = this.#options;
    if (memory === undefined) return 0;
    const lost = [...memory.losses.earlierStocks()].map(([idx, before]) => before - memory.mappings.count(idx));
    return lost.reduce((sum, count) => sum + Math.max(0, count), 0);
  }

  /** A mailbox that loses nearly everything is a case by itself, however large the others are. */
  #remember(vanished: PerSide<number>, mailbox: GuardedMailbox, moved: number): void {
    const { idx, name } = mailbox;
    const { limit, memory } = this.#options;
    if (memory === undefined || !this.counts(mailbox)) return;
    const known = memory.mappings.count(idx);
    const before = memory.losses.earlierStocks().get(idx) ?? known;
    const lost = before - known + vanished.local + vanished.remote;
    const isEmptied = before > harmless && lost - moved > mailboxShare * before;
    if (limit === undefined) {
      memory.losses.forgetStock(idx);
      if (isEmptied) memory.losses.noteEmptied(idx);
      return;
    }
    const isGuarded = "share" in limit && limit.share < 1;
    if (isEmptied && isGuarded) {
      // Whoever empties it from time to time was asked once.
      if (!memory.losses.wasEmptied(idx)) throw this.#emptied(vanished, { name, lost, before });
      memory.losses.noteEmptied(idx);
    }
    // As if they had never been here.
    if (moved > 0) memory.losses.forgetStock(idx);
    memory.losses.noteStock(idx, moved > 0 ? before - moved : known);
  }

  #emptied(
    vanished: PerSide<number>,
    { name, lost, before }: { readonly name: string; readonly lost: number; readonly before: number },
  ): InterimapError {
    const side = vanished.local >= vanished.remote ? "local" : "remote";
    return new InterimapError(
      "MAILBOX_EMPTIED",
      `${String(lost)} of ${String(before)} messages have vanished from the ${side} server within 24 hours`,
      {
        side,
        hint: [
          `the last ${String(vanished[side])} were not deleted; if that is how it should be: `,
          { command: "allow-mass-delete", mailbox: name },
        ],
      },
    );
  }

  #refusal(message: string, side: Side): InterimapError {
    const hint = ["if that is how it should be: ", { command: "allow-mass-delete" }] as const;
    return new InterimapError("MASS_DELETION", message, { side, hint });
  }
}
