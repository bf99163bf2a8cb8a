// Messages of some age, by the date in their header and by that of their arrival.

import { formatInternalDate } from "../../src/model/internal-date.ts";
import { mail } from "./two-stores.ts";

export const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

/** Without header days, it has no Date. It arrived at noon. */
export function aged(name: string, arrivalDays: number, ...headerDays: readonly number[]): ReturnType<typeof mail> {
  return mail(name, {
    header: headerDays.map((days) => `Date: ${daysAgo(days).toUTCString()}`),
    internalDate: formatInternalDate({ instant: daysAgo(arrivalDays).setUTCHours(12, 0, 0, 0), zoneMinutes: 0 }),
  });
}
