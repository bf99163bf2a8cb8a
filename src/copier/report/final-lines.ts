// The last lines: what became of the whole, and of what it failed.

import { counted } from "../../util/counted.ts";
import { printable } from "../../util/printable.ts";
import type { Options } from "../options/options.ts";
import { className, type ErrorTally } from "./errors.ts";
import { exitCodeOf, type ExitName, exitText } from "./exit-code.ts";
import type { Statistics } from "./statistics.ts";

/** By UIDs nothing is identified, and with `--justfolders` nothing is looked at. */
export function sentences(
  figures: Statistics,
  { useuid, justfolders }: Pick<Options, "useuid" | "justfolders">,
): string[] {
  if (justfolders) return [];
  return [
    ...(useuid ? [] : [finished(figures), unidentified(figures)]),
    strict(figures),
    ...notCompared(figures),
    ...toCreate(figures),
  ];
}

/** Folders that failed, or that the run did not get to: the sentences before, which other programs read, speak of the others. */
function notCompared({ folders, foldersCompared }: Statistics): string[] {
  const count = folders - foldersCompared;
  return count > 0
    ? [`That leaves out ${count} of ${folders} folders of host1, which could not be compared with host2.`]
    : [];
}

function toCreate({ toCreate: { folders, messages } }: Statistics): string[] {
  if (messages === 0) return [];
  const [some, where] = [counted(messages, "message"), counted(folders, "folder")];
  return [
    `That leaves out ${some} in ${where} that host2 does not have. Without --dry, ${folders === 1 ? "it is" : "they are"} created.`,
  ];
}

function finished({ onlyOn1, identified }: Statistics): string {
  const all = identified[1];
  return onlyOn1 <= 0
    ? `The sync looks good, all ${all} identified messages in host1 are on host2.`
    : `The sync is not finished, there are ${onlyOn1} among ${all} identified messages in host1 that are not on host2.`;
}

function unidentified({ withoutHeaders }: Statistics): string {
  const count = withoutHeaders[1];
  return count === 0
    ? "There is no unidentified message on host1."
    : `There are ${count} unidentified messages on host1, without any of the headers that identify messages. To copy them, use --addheader.`;
}

function strict({ onlyOn2, identified, copied }: Statistics): string {
  const all = identified[2] + copied;
  return onlyOn2 === 0
    ? `The sync is strict, all ${all} identified messages in host2 are on host1.`
    : `The sync is not strict, there are ${onlyOn2} messages in host2 that are not on host1. Use --delete2 to delete them and have a strict sync. (${all} identified messages in host2)`;
}

export function errorLines(errors: ErrorTally, { errorsdump }: Pick<Options, "errorsdump">): string[] {
  const count = errors.count;
  if (count === 0) return ["Detected 0 errors"];
  const list = errors.texts.map((text, i) => errorLine(text, i + 1, count));
  return [
    `Detected ${count} errors`,
    ...(errorsdump
      ? [
          `++++ Listing ${count} errors encountered during the sync ( avoid this listing with --noerrorsdump ).`,
          ...list,
        ]
      : []),
    `The most frequent error is ${className(errors.mostFrequent)}.`,
  ];
}

/** `Err 2/50: …` */
export function errorLine(text: string, index: number, of: number): string {
  return `Err ${index}/${of}: ${printable(text)}`;
}

export interface Exit {
  readonly name: ExitName;
  readonly errors: number;
  readonly errorsMax: number;
  readonly pid: number;
}

export function exitLine({ name, errors, errorsMax, pid }: Exit): string {
  return `Exiting with return value ${exitCodeOf(name)} (${exitText(name)}) ${errors}/${errorsMax} nb_errors/max_errors PID ${pid}`;
}
