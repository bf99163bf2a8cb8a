// Stops a run that would delete far more than people do: a server that lost its mail must not empty the other one.

import { InterimapError } from "../model/errors.ts";
import type { DeletionLimit } from "../model/deletion-limit.ts";
import { perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { programLine, type Program } from "./suggested-command.ts";

/** A share of all messages says little where there are few. */
const harmless = 100;
/** To delete all of so few is nothing unusual. */
const fewest = 10;

export interface GuardOptions {
  /** How many messages are known to be on both sides; asked once, when there is something to delete. */
  readonly countKnown: () => number;
  /** Undefined: whatever is to be deleted, is. */
  readonly limit: DeletionLimit | undefined;
  readonly program: Program;
}

/** For one run: what was admitted counts against what is asked for later. */
export class DeletionGuard {
  readonly #options: GuardOptions;
  #known: number | undefined;
  #admitted: PerSide<number> = { local: 0, remote: 0 };

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Whether a run must not delete so many. */
  isTooMany(count: number): boolean {
    const { limit } = this.#options;
    if (limit === undefined || count === 0) return false;
    if ("messages" in limit) return count > limit.messages;
    if (limit.share >= 1 || count < fewest) return false;
    const known = (this.#known ??= this.#options.countKnown());
    return count >= known || count > Math.max(harmless, limit.share * known);
  }

  /** `vanished`: how many messages are about to be deleted on the other side of each. @throws InterimapError MASS_DELETION */
  admit(vanished: PerSide<number>): void {
    this.require(vanished);
    this.#admitted = perSide((side) => this.#admitted[side] + vanished[side]);
  }

  /** As {@link admit}, but nothing is about to be deleted yet. @throws InterimapError MASS_DELETION */
  require(vanished: PerSide<number>): void {
    const all = perSide((side) => this.#admitted[side] + vanished[side]);
    if (!this.isTooMany(all.local + all.remote)) return;
    const known = (this.#known ??= this.#options.countKnown());
    const seen = sides
      .filter((side) => all[side] > 0)
      .map(
        (side) =>
          `${String(all[side])} of ${String(Math.max(known, all[side]))} messages have vanished from the ${side} server`,
      );
    const deleted = this.#admitted.local + this.#admitted.remote;
    const outcome = deleted === 0 ? "nothing was deleted" : `only ${String(deleted)} were deleted on the other one`;
    throw this.#refusal(`${seen.join(", and ")}; ${outcome}`, all.local >= all.remote ? "local" : "remote");
  }

  /** A server that lists nothing at all has not lost one mailbox after the other. @throws InterimapError MASS_DELETION */
  requireAny(side: Side, { listed, missing }: { readonly listed: number; readonly missing: number }): void {
    if (this.#options.limit === undefined || listed > 0 || missing < 2) return;
    throw this.#refusal(`the ${side} server lists no mailbox any more; nothing was changed`, side);
  }

  #refusal(message: string, side: Side): InterimapError {
    const goOn = programLine(this.#options.program, ["--allow-mass-delete"]);
    return new InterimapError("MASS_DELETION", message, { side, hint: `if that is how it should be: ${goOn}` });
  }
}
