// Times for people: local time, and its distance from now.

import { duration } from "../util/duration.ts";

/** `2025-03-01 09:05:00 (3 min ago)`, or `(in 20 s)` for a time to come. */
export function timeAndDistance(at: Date, now: Date): string {
  return `${localTime(at)} (${distance(at.getTime() - now.getTime())})`;
}

export function localTime(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = [String(at.getFullYear()), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")}`;
}

function distance(milliseconds: number): string {
  if (Math.abs(milliseconds) < 1000) return "now";
  return milliseconds < 0 ? `${duration(-milliseconds)} ago` : `in ${duration(milliseconds)}`;
}
