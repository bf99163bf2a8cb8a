// The messages that were not copied, and why, as CSV (RFC 4180).

import type { Job } from "../jobs/job.ts";
import { eventsOfLastRun } from "./history-of.ts";

export async function* leftCsv(job: Job): AsyncGenerator<string> {
  yield line(["folder1", "folder2", "uid1", "octets", "error", "reason"]);
  for await (const some of eventsOfLastRun(job, "left")) {
    yield some
      .map(({ folder1, folder2, uid1, octets, isError, reason }) =>
        line([
          folder1,
          folder2,
          String(uid1),
          octets === undefined ? "" : String(octets),
          isError ? "yes" : "no",
          reason,
        ]),
      )
      .join("");
  }
}

function line(fields: readonly string[]): string {
  return `${fields.map(field).join(",")}\r\n`;
}

/**
 * Spreadsheets take what begins with one of these for a formula, which may start programs. Names and reasons come from servers:
 * an apostrophe in front makes text of them.
 */
export function field(text: string): string {
  const safe = /^[\s\0]*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
