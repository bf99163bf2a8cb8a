// What was measured, kept in a file so that rows measured later are added to it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { ProgramName } from "./contenders.ts";
import type { Wire } from "./delay-proxy.ts";
import type { Cost } from "./measure.ts";
import { median } from "./median.ts";
import type { ReferenceName } from "./references.ts";

export type EntrantName = ProgramName | ReferenceName;

export type Sample = Partial<Cost> & Pick<Cost, "seconds">;

export interface Measurements {
  readonly samples: readonly Sample[];
  /** To and from the remote server, in one run. */
  readonly wire?: Wire;
}

export interface RowResult {
  readonly commit: string;
  /** Load average for each core when the row began. */
  readonly load: number;
  readonly entrants: Partial<Readonly<Record<EntrantName, Measurements>>>;
}

export interface Results {
  readonly rows: Readonly<Record<string, RowResult>>;
  /** What bench/latency.ts prints. */
  readonly latency?: { readonly commit: string; readonly lines: readonly string[] };
}

export function loadResults(file: string): Results {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results) : { rows: {} };
}

export function saveResults(file: string, results: Results): void {
  writeFileSync(file, JSON.stringify(results, undefined, 1));
}

/** Undefined when it was not measured. */
export function medianOf(result: RowResult | undefined, name: EntrantName, key: keyof Cost): number | undefined {
  const values = result?.entrants[name]?.samples.flatMap((sample) => sample[key] ?? []) ?? [];
  return values.length === 0 ? undefined : median(values);
}
