import type { Results, Sample } from "./results.ts";
import { humanBytes } from "../../src/service/text-table.ts";
export function shownSample({ seconds, cpuSeconds, peakBytes }: Sample): string {
  const cells = [`${seconds.toFixed(3)} s`];
  if (cpuSeconds !== undefined) cells.push(`CPU ${cpuSeconds.toFixed(2)} s`);
  if (peakBytes !== undefined) cells.push(`peak ${humanBytes(peakBytes)}`);
  return cells.map((cell) => cell.padStart(12)).join(" ");
}
export async function writeReport(_f: string, _r: Results): Promise<void> {}
