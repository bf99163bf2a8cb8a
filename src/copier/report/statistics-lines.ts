// The block `++++ Statistics`, with labels of 40 columns.

import { binaryBytes, clockTime } from "./display.ts";
import { rate } from "./message-lines.ts";
import type { Statistics } from "./statistics.ts";

export interface Machine {
  readonly memoryBytes: number;
  readonly memoryBytesAtStart: number;
  readonly loads: readonly number[];
  readonly cores: number;
  readonly cpuSeconds: number;
}

export function statisticsLines(figures: Statistics, endedAt: Date, machine: Machine): string[] {
  const seconds = (endedAt.getTime() - figures.startedAt.getTime()) / 1000;
  const { duplicates, withoutHeaders, deleted, reconnections } = figures;
  return [
    "++++ Statistics",
    ...rows([
      ["Transfer started on", clockTime(figures.startedAt)],
      ["Transfer ended on", clockTime(endedAt)],
      ["Transfer time", `${seconds.toFixed(1)} sec`],
      ["Folders synced", `${figures.foldersBegun}/${figures.folders} synced`],
      ["Folders deleted on host2", figures.foldersDeletedOn2],
      [
        "Messages transferred",
        `${figures.copied}${figures.toCopy > 0 ? ` (could be ${figures.toCopy} without dry mode)` : ""}`,
      ],
      ["Messages skipped", figures.skipped],
      ["Messages found duplicate on host1", duplicates[1]],
      ["Messages found duplicate on host2", duplicates[2]],
      ["Messages found crossduplicate on host2", figures.crossDuplicates],
      ["Messages void (noheader) on host1", withoutHeaders[1]],
      ["Messages void (noheader) on host2", withoutHeaders[2]],
      ["Messages found in host1 not in host2", `${Math.max(figures.onlyOn1, 0)} messages`],
      ["Messages found in host2 not in host1", `${figures.onlyOn2} messages`],
      ["Messages deleted on host1", deleted[1]],
      ["Messages deleted on host2", deleted[2]],
      ["Total bytes transferred", sized(figures.octetsCopied)],
      ["Total bytes skipped", sized(figures.octetsSkipped)],
      ["Message rate", `${rate(figures.copied, seconds).toFixed(1)} messages/s`],
      ["Average bandwidth rate", `${(rate(figures.octetsCopied, seconds) / 1024).toFixed(1)} KiB/s`],
      ["Reconnections to host1", reconnections[1]],
      ["Reconnections to host2", reconnections[2]],
      ["Memory consumption at the end", memory(machine)],
      ["Load end is", `${machine.loads.map((load) => load.toFixed(2)).join(" ")} on ${machine.cores} cores`],
      ["CPU time and %cpu", cpu(machine, seconds)],
      ["Biggest message transferred", `${figures.biggestCopied} bytes (${binaryBytes(figures.biggestCopied)})`],
      ["Memory/biggest message ratio", ratio(machine.memoryBytes, figures.biggestCopied)],
      ...differences(figures),
    ]),
  ];
}

type Row = readonly [label: string, value: string | number];

function rows(all: readonly Row[]): string[] {
  return all.map(([label, value]) => `${label.padEnd(40)}: ${value}`);
}

function sized(octets: number): string {
  return `${octets} (${binaryBytes(octets)})`;
}

function memory({ memoryBytes, memoryBytesAtStart }: Machine): string {
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  return `${mebibytes(memoryBytes)} MiB (started with ${mebibytes(memoryBytesAtStart)} MiB)`;
}

function cpu({ cpuSeconds, cores }: Machine, seconds: number): string {
  const share = rate(cpuSeconds, seconds) * 100;
  return `${cpuSeconds.toFixed(2)} sec ${share.toFixed(1)} %cpu ${(share / cores).toFixed(1)} %allcpus`;
}

function ratio(memoryBytes: number, biggest: number): string {
  return biggest === 0 ? "NA" : (memoryBytes / biggest).toFixed(1);
}

function differences({ sizesBefore, sizesAfter }: Statistics): Row[] {
  const known: readonly (readonly [string, Statistics["sizesBefore"]])[] = [
    ["Start difference host2 - host1", sizesBefore],
    ["Final difference host2 - host1", sizesAfter],
  ];
  return known.map(([label, sizes]) => {
    if (sizes === undefined) return [label, "NA"];
    const octets = sizes[2].octets - sizes[1].octets;
    const sign = octets < 0 ? "-" : "";
    const messages = sizes[2].messages - sizes[1].messages;
    return [label, `${messages} messages, ${octets} bytes (${sign}${binaryBytes(Math.abs(octets))})`];
  });
}
