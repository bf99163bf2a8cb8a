// Leaves mailboxes alone whose names cannot be settled, with a line for each that the user has to deal with.

import { isWithin, renamedAlong } from "../../model/mailbox-name.ts";
import { type Side, sides } from "../../model/side.ts";
import { heldError } from "./rename-advice.ts";
import type { Held } from "./renaming.ts";
import type { Listed, Settling } from "./settling.ts";

/** They are skipped, and so is what is within them. */
export function holdBack(
  { report, skipped }: Pick<Settling, "report" | "skipped">,
  { listings, known }: Pick<Listed, "listings" | "known">,
  held: readonly Held[],
): void {
  const isMere = ({ obstacle }: Held): boolean => obstacle.kind === "mere";
  const carried = (one: Held): boolean =>
    held.some(
      (above) =>
        above !== one && isMere(above) && isWithin(one.from, above.from) && one.to === renamedAlong(one.from, above),
    );
  for (const one of held) {
    const isTold = skipped.has(one.from) || one.obstacle.kind === "entangled" || (isMere(one) && carried(one));
    if (!isTold) report({ type: "mailbox-skipped", ...subjectOf(one), error: heldError(one, { listings, known }) });
  }
  for (const { names, from, to } of held) {
    for (const name of names) skipped.add(name);
    const places = names.filter((name) => name === to || name !== from);
    // If they were created on the other server, they would be in the way.
    for (const side of sides)
      for (const name of listings[side].mailboxes.keys())
        if (!known.has(name) && places.some((place) => isWithin(name, place))) skipped.add(name);
  }
}

function subjectOf({ from, obstacle }: Held): { readonly side?: Side; readonly mailbox: string } {
  return { mailbox: from, ...("side" in obstacle && { side: obstacle.side }) };
}
