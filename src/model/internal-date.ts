// INTERNALDATE (RFC 3501 2.3.3) as a moment and a zone: read from one server, written for the other.

export interface InternalDate {
  /** In ms since 1970. */
  readonly instant: number;
  /** East of Greenwich. */
  readonly zoneMinutes: number;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const monthsByName = new Map(months.map((name, month) => [name.toLowerCase(), month]));

/** date-time of RFC 3501 section 9, with months in any case. */
const dateTime = /^[ \d]\d-[A-Za-z]{3}-\d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/;

const farthestZone = 14 * 60;

/** Undefined if there is no such date, for instance the 31st of February. Without a zone it is taken for UTC. */
export function parseInternalDate(told: string): InternalDate | undefined {
  const text = dateTime.test(told) ? told : regular(told);
  if (text === undefined) return undefined;
  const day = numberAt(text, 0, 2);
  const month = monthsByName.get(text.slice(3, 6).toLowerCase());
  const year = numberAt(text, 7, 4);
  const hour = numberAt(text, 12, 2);
  const minute = numberAt(text, 15, 2);
  const second = numberAt(text, 18, 2);
  const zoneMinute = numberAt(text, 24, 2);
  const zone = numberAt(text, 22, 2) * 60 + zoneMinute;
  if (hour > 23 || minute > 59 || second > 60 || zoneMinute > 59 || zone > farthestZone) return undefined;
  // Years below 100 are taken for others.
  if (month === undefined || day < 1 || year < 100) return undefined;
  // A leap second is told as 60, which not every server takes.
  const there = Date.UTC(year, month, day, hour, minute, Math.min(second, 59));
  // A day too many runs over into the next month.
  if (day > 28 && new Date(there).getUTCDate() !== day) return undefined;
  const zoneMinutes = text[21] === "-" ? -zone : zone;
  return { instant: there - zoneMinutes * 60_000, zoneMinutes };
}

/** What servers make of a date-time: one digit for a day, or a space too many before it; no zone, or its name. */
function regular(told: string): string | undefined {
  const [, day, time, zone = "+0000"] = /^ ?(\d?\d)(-\S+ \S+?)(?: GMT| UTC?| ([+-]\d{4}))?$/.exec(told) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const text = `${day.padStart(2)}${time} ${zone}`;
  return dateTime.test(text) ? text : undefined;
}

/** Of digits and spaces before them. There may be a million dates: nothing is made of them but numbers. */
function numberAt(text: string, start: number, digits: number): number {
  let value = 0;
  for (let at = start; at < start + digits; at++) value = value * 10 + (text.charCodeAt(at) & 0x0f);
  return value;
}

/** Whether servers keep it: of a date before 1970 they make another one, such as one in 2106, or refuse the message. */
export function isKept(date: InternalDate | undefined): date is InternalDate {
  return date !== undefined && date.instant >= 0;
}

/** date-time of RFC 3501 section 9, without its quotes. */
export function formatInternalDate({ instant, zoneMinutes }: InternalDate): string {
  // In UTC, a zone's difference away, it reads as it does there.
  const date = new Date(instant + zoneMinutes * 60_000);
  const day = `${two(date.getUTCDate())}-${months[date.getUTCMonth()]!}-${four(date.getUTCFullYear())}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const zone = Math.abs(zoneMinutes);
  return `${day} ${time} ${zoneMinutes < 0 ? "-" : "+"}${two(Math.trunc(zone / 60))}${two(zone % 60)}`;
}

/** In ms since 1970; NaN when it cannot be read. */
export function instantOf(internalDate: string): number {
  return parseInternalDate(internalDate)?.instant ?? Number.NaN;
}

const twoDigits = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, "0"));

function two(value: number): string {
  return twoDigits[value]!;
}

function four(value: number): string {
  return String(value).padStart(4, "0");
}
