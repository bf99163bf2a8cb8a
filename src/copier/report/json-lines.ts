// Events and the final report for programs: one JSON object a line.

import { shownUidSet } from "../../model/uid-set-text.ts";
import { printableJsonLine } from "../../util/printable.ts";
import type { CopyEvent } from "../events.ts";
import { className } from "./errors.ts";
import { exitCodeOf, type ExitName } from "./exit-code.ts";
import type { FolderReport } from "./folder-reports.ts";
import type { Statistics } from "./statistics.ts";

/** As the event is, but sets of UIDs as IMAP writes them, and errors with the name of their class. */
export function eventJson(event: CopyEvent): string {
  return printableJsonLine({
    ...event,
    ...("uids" in event && { uids: shownUidSet(event.uids) }),
    ...("error" in event && { error: { ...event.error, class: className(event.error.kind) } }),
  });
}

export interface Ended {
  readonly exit: ExitName;
  readonly statistics: Statistics;
  readonly folders: readonly FolderReport[];
  readonly endedAt: Date;
}

/** The last line. */
export function finalJson({ exit, statistics, folders, endedAt }: Ended): string {
  const { errors, startedAt, sizesBefore, sizesAfter, ...figures } = statistics;
  return printableJsonLine({
    type: "report",
    exitCode: exitCodeOf(exit),
    exitName: exit,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    errors: errors.count,
    mostFrequentError: className(errors.mostFrequent),
    ...figures,
    ...(sizesBefore && { sizesBefore }),
    ...(sizesAfter && { sizesAfter }),
    folders,
  });
}
