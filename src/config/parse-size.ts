// Sizes: a number of octets, with or without a unit.

import { inUnits } from "../util/octets.ts";
import { BadValue } from "./bad-value.ts";

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** A number of octets in this range; K, KiB and the like count in powers of 1024. */
export function size({ least, most }: Range): (text: string) => number {
  return (text) => {
    const [, number, unit = ""] = /^(\d{1,12})[ \t]*(?:([kmg])(?:ib)?)?$/i.exec(text) ?? [];
    const octets = number === undefined ? NaN : Number(number) * (units[unit.toLowerCase()] ?? NaN);
    if (octets >= least && octets <= most) return octets;
    throw new BadValue(`a size from ${inUnits(least)} to ${inUnits(most)}, such as 16 MiB`);
  };
}
