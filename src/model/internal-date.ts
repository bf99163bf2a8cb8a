// INTERNALDATE (RFC 3501 2.3.3) as a moment and a zone: read from what a server says, written anew for another.

export interface InternalDate {
  /** In ms since 1970. */
  readonly instant: number;
  /** East of Greenwich. */
  readonly zoneMinutes: number;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

// date-time of RFC 3501 section 9, and what servers make of it: one digit for a day, months in capitals, no zone.
const form = /^ ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2})(?: (?:([+-])(\d{2})(\d{2})|GMT|UTC?))?$/;

const farthestZone = 14 * 60;

/** Undefined for what is no date, such as the 31st of February. Without a zone it is taken for UTC. */
export function parseInternalDate(text: string): InternalDate | undefined {
  const found = form.exec(text);
  if (found === null) return undefined;
  const [, day = "", name = "", year = "", hour = "", minute = "", second = "", sign, zoneHours = "0", zoneRest = "0"] =
    found;
  const month = months.indexOf(name.toLowerCase());
  // A leap second is told as 60, which not every server takes.
  const seconds = second === "60" ? 59 : Number(second);
  if (Number(hour) > 23 || Number(minute) > 59 || seconds > 59 || Number(zoneRest) > 59) return undefined;
  const zone = Number(zoneHours) * 60 + Number(zoneRest);
  // Years below 100 are taken for others.
  if (month < 0 || Number(day) < 1 || Number(year) < 100 || zone > farthestZone) return undefined;
  const there = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), seconds);
  // A day too many runs over into the next month.
  if (Number(day) > 28 && new Date(there).getUTCDate() !== Number(day)) return undefined;
  const zoneMinutes = sign === "-" ? -zone : zone;
  return { instant: there - zoneMinutes * 60_000, zoneMinutes };
}

/** Whether servers keep it: of a date before 1970 they make another one, such as one in 2106, or refuse the message. */
export function isKept(date: InternalDate | undefined): date is InternalDate {
  return date !== undefined && date.instant >= 0;
}

/** date-time of RFC 3501 section 9, without its quotes. */
export function formatInternalDate({ instant, zoneMinutes }: InternalDate): string {
  // In UTC, a zone's difference away, it reads as it does there.
  const date = new Date(instant + zoneMinutes * 60_000);
  const name = months[date.getUTCMonth()]!;
  const day = `${two(date.getUTCDate())}-${name[0]!.toUpperCase()}${name.slice(1)}-${four(date.getUTCFullYear())}`;
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
