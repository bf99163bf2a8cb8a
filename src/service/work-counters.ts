// The counters of the work among the metrics. Their file remembers them: single runs, and processes that are started again, go on from
// what was counted before.

import { perSide, type Side } from "../model/side.ts";
import type { ErrorCount, SideCounts, WorkCounts } from "../model/work-counts.ts";
import { escapedLabel } from "./escaped-label.ts";

interface WorkCounter {
  /** Without `interimap_` in front and `_total` behind. */
  readonly figure: keyof SideCounts;
  readonly name: string;
  readonly help: string;
}

export const workCounters: readonly WorkCounter[] = [
  { figure: "added", name: "messages_added_total", help: "Messages that were copied to this side." },
  { figure: "octets", name: "added_bytes_total", help: "Octets of the messages that were copied to this side." },
  { figure: "removed", name: "messages_removed_total", help: "Messages that were deleted on this side." },
  { figure: "flagged", name: "messages_flagged_total", help: "Messages whose flags were changed on this side." },
  {
    figure: "newlyRefused",
    name: "messages_refused_total",
    help: "Messages of the other side that this server refused, once for each attempt.",
  },
  {
    figure: "reconnections",
    name: "reconnections_total",
    help: "Connections to this server that were lost and made again.",
  },
];

export const matchedCounter = "messages_matched_total";
export const errorCounter = "errors_total";

/** `text`: of the file, as it is; whatever in it is not ours counts nothing. */
export function earlierWork(text: string, database: string): WorkCounts {
  const found = new Map<string, number>();
  const errors: ErrorCount[] = [];
  const own = `database="${escapedLabel(database)}"`;
  for (const line of text.split("\n")) {
    const [, name = "", labels = "", value = ""] = /^interimap_([a-z_]+)\{(.*)\} (\d{1,15})$/.exec(line) ?? [];
    if (!labels.startsWith(own)) continue;
    const [, side, code] = /^(?:,side="(local|remote)")?(?:,code="([A-Z_]+)")?$/.exec(labels.slice(own.length)) ?? [];
    if (name === errorCounter && code !== undefined)
      errors.push({ side: side as Side | undefined, code, count: Number(value) });
    else found.set(`${name} ${side ?? ""}`, Number(value));
  }
  const figureOf = (name: string, side = ""): number => found.get(`${name} ${side}`) ?? 0;
  return {
    sides: perSide((side) => {
      const figures = workCounters.map(({ figure, name }) => [figure, figureOf(name, side)]);
      return Object.fromEntries(figures) as Record<keyof SideCounts, number>;
    }),
    matched: figureOf(matchedCounter),
    errors,
  };
}

export function together(a: WorkCounts, b: WorkCounts): WorkCounts {
  const errors = new Map<string, ErrorCount>();
  for (const error of [...a.errors, ...b.errors]) {
    const key = `${error.side ?? ""} ${error.code}`;
    errors.set(key, { ...error, count: error.count + (errors.get(key)?.count ?? 0) });
  }
  return {
    sides: perSide((side) => {
      const figures = workCounters.map(({ figure }) => [figure, a.sides[side][figure] + b.sides[side][figure]]);
      return Object.fromEntries(figures) as Record<keyof SideCounts, number>;
    }),
    matched: a.matched + b.matched,
    errors: [...errors.values()],
  };
}
