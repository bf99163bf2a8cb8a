// The hours of a day in which an account may be worked on, by the local time of the process.

/** Minutes since midnight. Where `from` is the later one, it goes over midnight. */
export interface DailyWindow {
  readonly from: number;
  readonly to: number;
}

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/** `22:00-06:00`; undefined: it is written otherwise. */
export function parseWindow(text: string): DailyWindow | undefined {
  const [, ...numbers] = /^(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)$/.exec(text.trim()) ?? [];
  if (numbers.length === 0) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = numbers.map(Number);
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  const isTime = fromMinute < 60 && toMinute < 60 && from < dayMinutes && to <= dayMinutes;
  return isTime && from !== to ? { from, to } : undefined;
}

export function windowText({ from, to }: DailyWindow): string {
  const time = (minutes: number): string =>
    [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return `${time(from)}-${time(to)}`;
}

/** How long until it opens, in ms; 0 while it is open. */
export function untilOpen(window: DailyWindow | undefined, now: Date): number {
  return window === undefined || isOpen(window, now) ? 0 : until(window.from, now);
}

/** How long it stays open, in ms; undefined: for ever. Asked while it is open. */
export function untilClosed(window: DailyWindow | undefined, now: Date): number | undefined {
  return window === undefined ? undefined : until(window.to, now);
}

function isOpen({ from, to }: DailyWindow, now: Date): boolean {
  const minutes = now.getHours() * 60 + now.getMinutes();
  return from < to ? from <= minutes && minutes < to : from <= minutes || minutes < to;
}

/** The clock decides, not the number of hours: a day may have 23 or 25 of them. */
function until(minutes: number, now: Date): number {
  const next = new Date(now);
  next.setHours(0, minutes, 0, 0);
  if (next <= now) next.setDate(next.getDate() + 1);
  return Math.max(next.getTime() - now.getTime(), minuteMs / 60);
}
