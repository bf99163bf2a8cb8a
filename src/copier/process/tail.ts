// Follows the log of another run, from its beginning to its end.

import { closeSync, constants, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { distrusted, examine } from "../../files/examine.ts";
import { openExamined } from "../../files/open-safely.ts";
import type { Output } from "./output.ts";
import type { OtherRun } from "./pid-file.ts";
import { isAlive } from "./running-process.ts";

const lookMs = 100;
const chunkOctets = 65_536;

/**
 * Shows what is there, and what comes, until the other run has ended. Returns false, having shown nothing, when its log cannot
 * be read. A stop ends it early.
 */
export async function followLog({ mark, logPath }: OtherRun, output: Output, stop?: AbortSignal): Promise<boolean> {
  const fd = logPath === undefined ? undefined : openOr(logPath, output);
  if (fd === undefined) return false;
  try {
    output.line(`PID ${mark.pid} is already at work: here is its log ${logPath}`);
    const decoder = new StringDecoder("utf8");
    const chunk = Buffer.alloc(chunkOctets);
    while (stop?.aborted !== true) {
      // What it said last may come between the last look at the file and its end.
      const hasEnded = !isAlive(mark);
      const length = readSync(fd, chunk);
      if (length > 0) {
        output.display(decoder.write(chunk.subarray(0, length)));
        await output.hasRoom(stop);
      } else if (hasEnded) break;
      else await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
    output.line(`PID ${mark.pid} ${stop?.aborted === true ? "goes on" : "has ended"}`);
    return true;
  } finally {
    closeSync(fd);
  }
}

function openOr(path: string, output: Output): number | undefined {
  try {
    const file = examine(path);
    if (file.distrust !== undefined) throw distrusted("FILE_CREATE", "it", file.distrust);
    return openExamined(file, constants.O_RDONLY);
  } catch (error) {
    output.error(`The log ${path} of the other run cannot be shown: ${(error as Error).message}`);
    return undefined;
  }
}
