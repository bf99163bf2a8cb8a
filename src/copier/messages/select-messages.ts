// Which messages of a folder a run is about: --search, --minage and --maxage as search keys (RFC 3501 6.4.4), or by the date of
// arrival where a server cannot search, and by their sizes.

import type { Options } from "../options/options.ts";

export interface Ages {
  /** In days; undefined: any. */
  readonly minage: number | undefined;
  readonly maxage: number | undefined;
}

const msInDay = 86_400_000;

/**
 * Search keys for one host. Ages go by the Date in the header, in days of UTC. Undefined: all messages. `search`: of --search1
 * or --search2; a message is to match that and the ages. `now`: in ms since 1970, and the same for all of a run.
 */
export function searchText(search: string | undefined, ages: Ages, now: number): string | undefined {
  const keys = [search, ageKeys(ages, now)].filter((text) => text !== undefined);
  return keys.length === 0 ? undefined : keys.join(" ");
}

function ageKeys({ minage, maxage }: Ages, now: number): string | undefined {
  const since = maxage === undefined ? undefined : `SENTSINCE ${searchDate(now - maxage * msInDay)}`;
  const before = minage === undefined ? undefined : `SENTBEFORE ${searchDate(now - minage * msInDay)}`;
  if (since === undefined || before === undefined) return since ?? before;
  return isUnion({ minage, maxage }) ? `OR ${since} ${before}` : `${since} ${before}`;
}

/** Search keys for messages whose Message-IDs contain one of these texts, which are without quotes and backslashes. */
export function messageIdKeys(parts: readonly string[]): string {
  const keys = parts.map((part) => `HEADER MESSAGE-ID "${part}"`);
  return keys.map((key, i) => (i < keys.length - 1 ? `OR ${key}` : key)).join(" ");
}

/** Whether search keys go by what a message has on one host only: its flags, its UID. */
export function goesByFlags(search: string): boolean {
  const words = search.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return /(?:^|[\s(])(?:(?:UN)?(?:ANSWERED|DELETED|DRAFT|FLAGGED|SEEN|KEYWORD)|NEW|OLD|RECENT|UID)(?=$|[\s)])/i.test(
    words,
  );
}

/** Older than one or younger than the other: no message could be both. */
function isUnion({ minage = 0, maxage = 0 }: Ages): boolean {
  return minage > maxage;
}

/** RFC 3501 section 9, date. */
function searchDate(instant: number): string {
  const [, day, month, year] = new Date(Math.max(0, instant)).toUTCString().split(" ");
  return `${Number(day)}-${month!}-${year!}`;
}

/**
 * For a server that cannot search: whether a message that arrived then is of an age that is asked for. Undefined: all are. One
 * whose date of arrival the server does not tell (NaN) is not.
 */
export function arrivalRule(ages: Ages, now: number): ((arrived: number) => boolean) | undefined {
  const { minage, maxage } = ages;
  if (minage === undefined && maxage === undefined) return undefined;
  const since = maxage === undefined ? -Infinity : now - maxage * msInDay;
  const before = minage === undefined ? Infinity : now - minage * msInDay;
  if (minage !== undefined && maxage !== undefined && isUnion(ages)) {
    return (arrived) => arrived >= since || arrived < before;
  }
  return (arrived) => arrived >= since && arrived < before;
}

export interface SizeLimits {
  /** Octets that a message has more than, when it is copied. */
  readonly above: number;
  /** Octets that it has at most. */
  readonly most: number;
}

/** `appendLimit`: what host2 takes, as it says itself (RFC 7889); --appendlimit knows better. */
export function sizeLimits(
  { minsize, maxsize, appendlimit }: Pick<Options, "minsize" | "maxsize" | "appendlimit">,
  appendLimit: number | undefined,
): SizeLimits {
  return { above: minsize ?? -1, most: Math.min(maxsize ?? Infinity, appendlimit ?? appendLimit ?? Infinity) };
}
