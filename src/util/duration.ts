// Lengths of time for people: one or two units.

/** `ms` ≥ 0: `850 ms`, `3 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return two([minutes, "min"], [seconds % 60, "s"]);
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? two([hours, "h"], [minutes % 60, "min"]) : two([Math.floor(hours / 24), "d"], [hours % 24, "h"]);
}

type Part = readonly [count: number, unit: string];

function two(...parts: readonly Part[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}
