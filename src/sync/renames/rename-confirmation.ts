// Decides how certain it is that a mailbox was renamed, if its server does not report that. Pure.

import { continues, sameState } from "../../model/mailbox-state.ts";
import { otherSide, type Side, sides } from "../../model/side.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { placeOf } from "./rename-blocks.ts";
import type { DecisionSituation } from "./renaming.ts";
import type { Found } from "./whereabouts.ts";
import { stateIn } from "./whereabouts-plan.ts";

type Places = Pick<Found, "listed" | "places">;

/**
 * Its messages or its id prove it. An empty mailbox has nothing that could be lost or mixed up. As long as it is empty on the
 * other server, too, a rename there has the same result as anything that may have happened instead.
 */
export function confirmation(
  known: ReadonlyMap<string, KnownMailbox>,
  found: Places & Pick<Found, "proofs">,
): DecisionSituation["isConfirmed"] {
  const byIdx = new Map([...known.values()].map((one) => [one.idx, one]));
  const wentBack = sides.filter((side) => [...known.values()].some((one) => isBehind(one, side, found)));
  return (side, idx) => {
    const [one, proof] = [byIdx.get(idx), found.proofs[side].get(idx)];
    // On a server that was put back, mailboxes may have their old names.
    if (one === undefined || wentBack.includes(side)) return false;
    return proof === "messages" || (proof === "nothing" && isAsItWas(one, otherSide(side), found));
  };
}

/** A mailbox that has another one's name does not count here. */
function isBehind({ idx, name, states }: KnownMailbox, side: Side, { listed, places }: Places): boolean {
  const [now, before] = [stateIn(listed[side], name), states[side]];
  if (now === undefined || before === undefined || places[side].has(idx)) return false;
  return now.uidValidity === before.uidValidity && !continues(now, before);
}

function isAsItWas(one: KnownMailbox, side: Side, { listed, places }: Places): boolean {
  const place = placeOf({ listed, places }, one, side);
  const now = place === undefined ? undefined : stateIn(listed[side], place);
  const before = one.states[side];
  return now !== undefined && before !== undefined && sameState(now, before);
}
