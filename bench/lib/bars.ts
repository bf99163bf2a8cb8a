// What was promised: each bar is a number taken from the results, and the most it may be.

import { type EntrantName, medianOf, type Results } from "./results.ts";

export interface Bar {
  /** What the number is, for the table. */
  readonly what: string;
  readonly most: number;
  readonly unit?: string;
  /** `row` is the name of the row that has the bar. Undefined when something was not measured. */
  readonly value: (results: Results, row: string) => number | undefined;
}

/** Our wall time divided by somebody else's. */
export function wall(other: EntrantName, most: number): Bar {
  return {
    what: `÷ ${other}`,
    most,
    value: (results, row) =>
      quotient(medianOf(results.rows[row], "ours", "seconds"), medianOf(results.rows[row], other, "seconds")),
  };
}

/** The wall time of a one-way copy divided by somebody else's. */
export function copyWall(program: EntrantName, other: EntrantName, most: number): Bar {
  return {
    what: `${program} ÷ ${other}`,
    most,
    value: (results, row) =>
      quotient(medianOf(results.rows[row], program, "seconds"), medianOf(results.rows[row], other, "seconds")),
  };
}

/** The same divided by the seconds that imapsync 2.229 takes for it on a machine of this kind: it is not at hand. */
export function ofOriginalCopy(program: EntrantName, seconds: number, most: number): Bar {
  return {
    what: `${program} ÷ the ${seconds} s of imapsync 2.229`,
    most,
    value: (results, row) => quotient(medianOf(results.rows[row], program, "seconds"), seconds),
  };
}

/** Our CPU time divided by somebody else's. */
export function cpu(other: EntrantName, most: number): Bar {
  return {
    what: `CPU ÷ that of ${other}`,
    most,
    value: (results, row) =>
      quotient(medianOf(results.rows[row], "ours", "cpuSeconds"), medianOf(results.rows[row], other, "cpuSeconds")),
  };
}

export function peakMegabytes(most: number, program: EntrantName = "ours"): Bar {
  return {
    what: "peak memory",
    most,
    unit: " MB",
    value: (results, row) => {
      const bytes = medianOf(results.rows[row], program, "peakBytes");
      return bytes === undefined ? undefined : bytes / 1e6;
    },
  };
}

/** Our wall time here divided by that in a smaller row. */
export function wallGrowth(smaller: string, most: number): Bar {
  return {
    what: `wall time ÷ that of ${smaller}`,
    most,
    value: (results, row) =>
      quotient(medianOf(results.rows[row], "ours", "seconds"), medianOf(results.rows[smaller], "ours", "seconds")),
  };
}

/** Our octets on the wire here divided by those in a smaller row. */
export function wireGrowth(smaller: string, most: number): Bar {
  return {
    what: `octets on the wire ÷ those of ${smaller}`,
    most,
    value: (results, row) => quotient(octets(results, row, "ours"), octets(results, smaller, "ours")),
  };
}

/** What one more mailbox costs on the wire, compared with a smaller row: ours divided by the original's. */
export function wirePerMailbox(smaller: string, most: number): Bar {
  return {
    what: "octets per mailbox ÷ original",
    most,
    value: (results, row) => {
      const growth = (name: EntrantName): number | undefined =>
        difference(octets(results, row, name), octets(results, smaller, name));
      const ratio = quotient(growth("ours"), growth("original"));
      // Dovecot writes into its answers how long it took: a few octets more or less.
      return ratio === undefined ? undefined : Math.round(ratio * 1000) / 1000;
    },
  };
}

function octets(results: Results, row: string, name: EntrantName): number | undefined {
  const wire = results.rows[row]?.entrants[name]?.wire;
  return wire === undefined ? undefined : wire.sent + wire.received;
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function difference(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b;
}
