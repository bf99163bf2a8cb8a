// Sizes of folders and accounts, before and after.

import type { AccountSize, FolderSize, When } from "../events.ts";
import type { Host } from "../options/host.ts";
import { binaryBytes } from "./display.ts";
import { bracketed } from "./shown-name.ts";

export function sizingLines(when: When): string[] {
  const lines = ["", `Folders sizes ${when} the synchronization.`];
  if (when === "after") return [...lines, 'Use "--nofoldersizesatend" to do without.'];
  return [...lines, 'Use "--nofoldersizes" to do without: then there is no ETA either.'];
}

export interface SizedPair {
  readonly index: number;
  readonly of: number;
  readonly folder1: string;
  readonly folder2: string;
  readonly size1: FolderSize;
  readonly size2: FolderSize | undefined;
}

export function folderSizeLines({ index, of, folder1, folder2, size1, size2 }: SizedPair): string[] {
  const place = (host: Host, folder: string): string =>
    `Host${host} folder ${`${index}/${of}`.padStart(7)} ${bracketed(folder).padEnd(35)}`;
  const first = `${place(1, folder1)} ${sized(size1)}`;
  if (size2 === undefined) return [first, `${place(2, folder2)} does not exist yet`, ""];
  const difference = [
    String(size2.octets - size1.octets).padStart(9),
    String(size2.messages - size1.messages).padStart(16),
    String(size2.biggest - size1.biggest).padStart(19),
  ].join("");
  return [first, `${place(2, folder2)} ${sized(size2)}`, `${"Host2-Host1".padEnd(63)}${difference}`, ""];
}

function sized({ octets, messages, biggest }: FolderSize): string {
  const [size, count, most] = [String(octets).padStart(9), String(messages).padStart(5), String(biggest).padStart(9)];
  return `Size: ${size} Messages: ${count} Biggest: ${most}`;
}

/** A line of each host by turns, so that two are compared at a glance. */
export function accountSizeLines(sizes: Readonly<Record<Host, AccountSize>>): string[] {
  const both = (label: string, valueOf: (size: AccountSize) => readonly [number | string, string]): string[] =>
    ([1, 2] as const).map((host) => {
      const start = `Host${host} ${label}:`;
      const [value, unit] = valueOf(sizes[host]);
      return `${start}${String(value).padStart(39 - start.length)} ${unit}`;
    });
  return [
    ...both("Nb folders", ({ folders }) => [folders, "folders"]),
    "",
    ...both("Nb messages", ({ messages }) => [messages, "messages"]),
    "",
    ...both("Total size", ({ octets }) => [octets, `bytes (${binaryBytes(octets)})`]),
    "",
    ...both("Biggest message", ({ biggest }) => [biggest, `bytes (${binaryBytes(biggest)})`]),
    "",
    ...both("Time spent", ({ seconds }) => [seconds.toFixed(1), "seconds"]),
  ];
}
