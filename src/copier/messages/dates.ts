// The date in a message's header as INTERNALDATE, for --idatefromheader: in the forms that programs have written it in.

import { type InternalDate, isKept, parseInternalDate } from "../../model/internal-date.ts";
import { headerFields } from "./header-lines.ts";
import { endOfHeader } from "./message-text.ts";

/** Of the first Date field. Undefined: there is none, it is no date, or servers keep none like it. */
export function dateOfHeader(message: Buffer): InternalDate | undefined {
  const fields = headerFields(message.toString("latin1", 0, endOfHeader(message)));
  const value = fields.find(({ name }) => name.toLowerCase() === "date")?.value;
  const date = value === undefined ? undefined : parseHeaderDate(value);
  return isKept(date) ? date : undefined;
}

const monthNames = "january february march april may june july august september october november december".split(" ");

/** 24 Aug 2010, 24-Aug-2010. */
const dayFirst = /(?<![\d:.])(?<day>\d{1,2})[-\s.]+(?<month>[A-Za-z]{3,9})[-\s.,]+(?<year>\d{2,4})(?![\d:])/;
/** August 24, 2010; Aug 24 16:00:00 2010; Aug 24 16:00:00 CEST 2010. */
const monthFirst =
  /(?<month>[A-Za-z]{3,9})\.?\s+(?<day>\d{1,2})(?:,|\s)\s*(?:\d{1,2}:[\d:.]+\s+(?:[A-Za-z]+\s+|[+-]\d{4}\s+)?)?(?<year>\d{4})(?![\d:])/;
/** 2010-08-24. */
const yearFirst = /(?<![\d-])(?<year>\d{4})-(?<monthNumber>\d{1,2})-(?<day>\d{1,2})(?=$|[T\s])/;

const time =
  /(?<![\d.:])(?<hour>\d{1,2})[:.](?<minute>\d{1,2})(?:[:.](?<second>\d{1,2}))?(?:\.\d+)?\s*(?<half>[AaPp][Mm]\b)?/;
/** Names of zones are many, and few are known: all are taken for UTC. */
const zone = /(?<=[\s\d])(?<zone>[+-]\d{2}):?(?<zoneMinutes>\d{2})(?!\d)/;

/** Nobody has written a longer one: what follows is not looked at. */
const maxLength = 200;

/** Undefined if the text is no date. Without a time it is 11:11:11, as in the original; without a zone it is UTC. */
export function parseHeaderDate(value: string): InternalDate | undefined {
  const text = withoutComments(value.slice(0, maxLength));
  const date = [dayFirst, monthFirst, yearFirst].map((form) => form.exec(text)).find((found) => found !== null);
  if (date?.groups === undefined) return undefined;
  const { day = "", year = "" } = date.groups;
  const month = monthOf(date.groups);
  // A zone of 2010-08-24 would be -08.
  const rest =
    text.slice(0, date.index) +
    text
      .slice(date.index)
      .replace(/\d{4}-\d+-\d+T?/, " ")
      .replace(dayFirst, " ");
  const clock = clockOf(rest);
  if (month === undefined || clock === undefined) return undefined;
  const { zone: hours = "+00", zoneMinutes = "00" } = zone.exec(rest)?.groups ?? {};
  return parseInternalDate(`${two(day)}-${month}-${fullYear(year)} ${clock} ${hours}${zoneMinutes}`);
}

/** RFC 5322 3.2.2; they may be in each other. */
function withoutComments(value: string): string {
  for (let text = value; ;) {
    const without = text.replace(/\([^()]*\)/g, " ");
    if (without === text) return text.trim();
    text = without;
  }
}

/** As INTERNALDATE has it. */
function monthOf({ month, monthNumber }: Readonly<Record<string, string>>): string | undefined {
  const name =
    month === undefined
      ? monthNames[Number(monthNumber) - 1]
      : monthNames.find((full) => full.startsWith(month.toLowerCase()));
  return name === undefined ? undefined : name[0]!.toUpperCase() + name.slice(1, 3);
}

/** hh:mm:ss */
function clockOf(text: string): string | undefined {
  const found = time.exec(text)?.groups;
  if (found === undefined) return "11:11:11";
  const { hour, minute, second = "0", half = "" } = found;
  const isAfternoon = half.toLowerCase() === "pm";
  if (half !== "" && (Number(hour) > 12 || Number(hour) === 0)) return undefined;
  const hours = half === "" ? Number(hour) : (Number(hour) % 12) + (isAfternoon ? 12 : 0);
  return [hours, minute!, second].map(two).join(":");
}

/** RFC 5322 4.3: years of two digits are from 1950 to 2049, those of three are counted from 1900. */
function fullYear(year: string): string {
  const value = Number(year);
  if (year.length > 3) return year;
  return String(year.length === 3 || value > 49 ? 1900 + value : 2000 + value);
}

function two(value: string | number): string {
  return String(Number(value)).padStart(2, "0");
}
