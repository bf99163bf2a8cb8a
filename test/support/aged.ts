// Messages of some age, by the date in their header and by that of their arrival.

import { mail } from "./two-stores.ts";

export const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

/** Without header days, it has no Date. It arrived at noon. */
export function aged(name: string, arrivalDays: number, ...headerDays: readonly number[]): ReturnType<typeof mail> {
  const [, day, month, year] = daysAgo(arrivalDays).toUTCString().split(" ");
  return mail(name, {
    header: headerDays.map((days) => `Date: ${daysAgo(days).toUTCString()}`),
    internalDate: `${day!}-${month!}-${year!} 12:00:00 +0000`,
  });
}
