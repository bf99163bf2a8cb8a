// What was done, in figures, as the metrics have them.

import type { PerSide, Side } from "./side.ts";

export interface SideCounts {
  /** Messages that were copied to this side. */
  readonly added: number;
  /** Of those, as far as that is known. */
  readonly octets: number;
  readonly removed: number;
  /** Messages whose flags were changed. */
  readonly flagged: number;
  /** How often this side refused a message of the other one. */
  readonly newlyRefused: number;
  /** Connections that were lost and made again. */
  readonly reconnections: number;
}

export interface ErrorCount {
  /** Undefined: of neither server. */
  readonly side: Side | undefined;
  readonly code: string;
  readonly count: number;
}

export interface WorkCounts {
  readonly sides: PerSide<SideCounts>;
  /** Messages that both sides had. */
  readonly matched: number;
  readonly errors: readonly ErrorCount[];
}
