// Deals with mailboxes that have other names now, found by a run or reported by a server, before the plan is made.

import { InterimapError } from "../../model/errors.ts";
import { otherSide, perSide, sides } from "../../model/side.ts";
import { isTemporary } from "../../model/temporary-name.ts";
import { changesNothing, type Reconciled, type Run, skipMailbox } from "../context/run.ts";
import type { Scene } from "../mailboxes/look-again.ts";
import { planFollowing } from "./rename-news-plan.ts";
import type { Listed } from "./settling.ts";
import { findWhereabouts } from "./whereabouts.ts";

/** The code for mailboxes that have other names now is loaded only if there are any. True: the listings are out of date. */
export async function settleNames(run: Run, listed: Omit<Listed, "found">): Promise<boolean> {
  const found = await findWhereabouts(run, listed);
  const isAnyAside = sides.some((side) => [...listed.listings[side].mailboxes.keys()].some(isTemporary));
  if (found === undefined && !isAnyAside) return false;
  return (await import("./settle-names.ts")).settleNames(
    { ...run, makeRoom: (scene) => makeRoom(run, scene) },
    { ...listed, found },
  );
}

/** Deletes mailboxes of which others have the names where they were deleted. Returns whether anything changed. */
async function makeRoom(run: Run, scene: Scene): Promise<boolean> {
  if (run.deletions === undefined || changesNothing(run)) return false;
  const { followDeletions } = await import("../mailboxes/follow-deletions.ts");
  return (await followDeletions(run, run.deletions, { ...scene, areReplaced: true })).isAny;
}

/** Follows reported renames on the other side and in the database. True if something was changed. */
export async function followRenames(
  run: Run,
  { listings, known }: Pick<Reconciled, "listings" | "known">,
): Promise<boolean> {
  if (run.renames === undefined) return false;
  const isIgnored = (name: string): boolean => run.isIgnored(name) || run.skipped.has(name);
  const followed = planFollowing(run.renames.take(), { listings, known, isIgnored });
  if (followed.length === 0) return false;
  const namings = perSide((side) => listings[side].naming);
  const { renameEverywhere } = await import("./rename-mailbox.ts");
  for (const { side, from, to } of followed) {
    const targets = [otherSide(side), "database"] as const;
    try {
      await renameEverywhere({ ...run, from, to, targets }, { sessions: run.sessions, namings });
    } catch (error) {
      // Nobody asked for it: what cannot be done is no reason to stop.
      if (!(error instanceof InterimapError) || error.abandons === "side") throw error;
      skipMailbox(run, { side: otherSide(side), mailbox: from }, error);
    }
  }
  return true;
}
