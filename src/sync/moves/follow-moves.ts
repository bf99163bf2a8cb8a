// Lets the other side follow moves that were found; in a dry run, says what it would do.

import { changesNothing } from "../context/run.ts";
import type { Prospect } from "../mailbox/prospect.ts";
import type { Arrivals } from "./arrivals.ts";
import { carryOut, type Errand } from "./carry-out.ts";
import { followFlags, type Left } from "./moved-flags.ts";
import type { Move } from "./moves-plan.ts";
import { tellMoves } from "./tell-moves.ts";

export interface Following extends Omit<Errand, "source" | "target"> {
  /** Open on the other side. */
  readonly source: Left & { readonly mailbox: Errand["source"] };
}

interface Found {
  readonly target: Prospect;
  /** Where the moved messages are, in the target; from now on without them. */
  readonly there: Arrivals;
  readonly moves: readonly Move[];
}

export async function followMoves({ source, ...rest }: Following, { target, there, moves }: Found): Promise<void> {
  const { run, side, fate } = rest;
  const { view } = there;
  const arrived = new Set(moves.map(({ arrival }) => arrival.uid));
  there.left = there.left.filter(({ uid }) => !arrived.has(uid));
  if (changesNothing(run)) {
    tellMoves({ run, source, side }, { to: target, moves, view });
    return;
  }
  // What stays is to stay as it was.
  if (fate !== "kept") await followFlags(source, { side, moves, view });
  await carryOut({ ...rest, source: source.mailbox, target }, moves);
}
