// Numbers, sizes and times as the page writes them. Pure, the same on the server and in the browser.

const grouped = new Intl.NumberFormat("en");

/** `12,345`. */
export function count(value: number): string {
  return grouped.format(value);
}

/** `1 message`, `2,000 messages`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Octets in decimal units: `512 B`, `3.4 MB`, `120 GB`. */
export function size(octets: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = octets;
  let unit = 0;
  // 999,950 would be written as 1000.0 kB.
  while (value >= (unit === 0 ? 1000 : 999.5) && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `45 seconds`, `3 minutes`, `2 h 5 min`: no more exact than an estimate is. */
export function roughly(seconds: number): string {
  if (seconds < 60) return counted(Math.max(1, Math.round(seconds)), "second");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return counted(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? counted(hours, "hour") : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? counted(days, "day") : `${counted(days, "day")} ${hours % 24} h`;
}

/** ISO 8601 → `2026-11-30 14:05 UTC`. A text that is no time stays as it is. */
export function utc(time: string): string {
  const parsed = new Date(time);
  return Number.isNaN(parsed.getTime()) ? time : `${parsed.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** From 0 to 1; undefined while the total is not known. */
export function share(done: number, total: number | undefined): number | undefined {
  if (total === undefined) return undefined;
  return total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
}

/** Rounded down, so that nothing is complete before it is. */
export function percent(part: number): string {
  return `${Math.floor(part * 100)} %`;
}
