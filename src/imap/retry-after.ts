// What a server that turns us away says about coming back: response codes (RFC 5530) and, in free text, times.

import type { ResponseCode } from "./responses.ts";

interface Words {
  readonly code: ResponseCode | undefined;
  readonly text: string;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** In ms: temporary trouble, somebody else at work, and limits that take a while to be granted again. */
const pauses: ReadonlyMap<string, number> = new Map([
  ["UNAVAILABLE", 10 * second],
  ["INUSE", 15 * second],
  ["LIMIT", minute],
  ["OVERQUOTA", minute],
  ["THROTTLED", minute],
]);

const complaint = /throttl|back.?off|too many|\brate\b|limit|exceeded|try again|try later|retry|wait/i;
// Not any number of digits: a text of nothing else would take for ever.
const time = /(\d{1,9}(?:\.\d{1,9})?) ?(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\b/i;
/** A longer one is a misunderstanding, or a matter for people. */
const longest = 24 * hour;

/** Exchange when it is busy or throttles; and limits of what an account may transfer in a day, which Gmail has. */
const busy = /throttl|too many|exceeded|server (?:is )?(?:unavailable|busy)/i;
const daily = /bandwidth|\bdaily\b|(?:per|for the|24.hour) ?day|for today/i;

/** How long the server wants to be left alone, in ms; undefined when it does not say. */
export function retryAfterMs({ code, text }: Words): number | undefined {
  const isComplaint = complaint.test(text);
  const told = isComplaint ? timeIn(text) : undefined;
  if (told !== undefined) return told;
  if (isComplaint && daily.test(text)) return hour;
  return pauses.get(code?.name ?? "") ?? (busy.test(text) ? minute : undefined);
}

function timeIn(text: string): number | undefined {
  const [, number, unit = ""] = time.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Math.min(longest, Math.round(Number(number) * msIn(unit.toLowerCase())));
}

function msIn(unit: string): number {
  if (unit.startsWith("ms") || unit.startsWith("mil")) return 1;
  if (unit.startsWith("s")) return second;
  return unit.startsWith("m") ? minute : hour;
}
