// Sizes and times as the output has them.

const binaryUnits = ["KiB", "MiB", "GiB", "TiB", "PiB"];
const decimalUnits = ["KB", "MB", "GB", "TB", "PB"];

/** 1023 → `0.999 KiB` */
export function binaryBytes(count: number): string {
  return withUnit(count, 1024, binaryUnits);
}

/** 1000 → `1.000 KB` */
export function decimalBytes(count: number): string {
  return withUnit(count, 1000, decimalUnits);
}

/** What is shown as 1000.000, or more. */
const leastThousand = 999.9995;

/** The first unit with fewer than four digits before the point, rounded as it is shown; the largest one has as many as it takes. */
function withUnit(count: number, step: number, units: readonly string[]): string {
  let value = count;
  for (const unit of units.slice(0, -1)) {
    value /= step;
    if (value < leastThousand) return `${value.toFixed(3)} ${unit}`;
  }
  return `${(value / step).toFixed(3)} ${units.at(-1)!}`;
}

export interface Pace {
  readonly seconds: number;
  /** Messages that are done with, of `total`. */
  readonly processed: number;
  readonly total: number;
  /** Those among them that took time. */
  readonly copied: number;
}

/** In seconds, if what is left takes as long as what was copied. */
export function secondsLeft({ seconds, processed, total, copied }: Pace): number {
  return (seconds / Math.max(copied, 1)) * Math.max(total - processed, 0);
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Wed Jul  3 14:55:27 2019`, local time, as ctime(3) has it. */
export function clockTime(date: Date): string {
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0"));
  const day = String(date.getDate()).padStart(2);
  return `${days[date.getDay()]!} ${months[date.getMonth()]!} ${day} ${time.join(":")} ${String(date.getFullYear())}`;
}
