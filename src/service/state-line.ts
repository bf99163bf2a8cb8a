// A daemon's state in one line, for systemctl.

import { type Side, sides } from "../model/side.ts";
import type { WatchState } from "../model/watch-state.ts";

/** Changes only when something does that a person would want to see. */
export function stateLine({ activity, sides: links, lastLook }: WatchState): string {
  if (activity === "stopping") return "Finishing the work in hand";
  const broken = sides.filter((side) => links[side].state !== "connected");
  if (broken.length > 0) return broken.map((side) => trouble(side, links[side])).join("; ");
  const skipped = lastLook === undefined || lastLook.skipped === 0 ? "" : `; ${lastLook.skipped} skipped`;
  return `Connected, watching${skipped}`;
}

function trouble(side: Side, { reason }: WatchState["sides"][Side]): string {
  return reason === undefined ? `Connecting to the ${side} server` : `No connection to the ${side} server: ${reason}`;
}
