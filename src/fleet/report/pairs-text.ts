// How well pairs are kept in step, for people.

import { counted } from "../../util/counted.ts";
import { duration } from "../../util/duration.ts";
import { printable } from "../../util/printable.ts";
import type { PairsStatus } from "./pairs-status.ts";

export function pairsLines({ total, never, late, lagSeconds }: PairsStatus): string[] {
  const parts = [
    ...(late > 0 ? [`${String(late)} late`] : []),
    ...(never > 0 ? [`${String(never)} not in step yet`] : []),
  ];
  const lag =
    lagSeconds === undefined
      ? []
      : [
          `Lag: ${duration(lagSeconds.median * 1000)} in the median, at most ${duration(lagSeconds.most * 1000)} (${printable(lagSeconds.mostOf)})`,
        ];
  return [
    `Kept in step: ${counted(total, "pair")}${parts.length === 0 ? "" : `, of which ${parts.join(", ")}`}`,
    ...lag,
  ];
}

/** What they take of the workers; `slots`: accounts at the same time. */
export function pairsDemand({ total, slots: taken }: PairsStatus, slots: number): string {
  const of =
    taken === undefined
      ? "how much that takes is not measured yet"
      : `that takes ${taken.toFixed(1)} of ${String(slots)} slots`;
  return `${counted(total, "pair is", "pairs are")} kept in step all the time: ${of}`;
}

/** Of one account. */
export function lagText(engine: string, lagSeconds: number | null): string {
  if (engine !== "sync") return "-";
  return lagSeconds === null ? "never in step" : duration(lagSeconds * 1000);
}
