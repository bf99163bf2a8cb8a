// How a run of a pair ended, as the result of its job.

import { type ErrorCode, errorKinds, type InterimapError } from "../../model/errors.ts";
import { exitCode } from "../../model/exit-code.ts";
import type { Side } from "../../model/side.ts";
import type { JobResult } from "../job-message.ts";
import { numberOf } from "./pair-vocabulary.ts";

/** By which others know what to do next: an error's code, or one of ours. */
export type PairExit =
  | ErrorCode
  /** Both sides are in step. */
  | "DONE"
  /** All was done but what was skipped or refused. */
  | "PARTIAL"
  /** The database is damaged: nothing was begun. */
  | "STATE_DAMAGED";

export function pairResult(exitName: PairExit, sentence: string): JobResult {
  return { exitCode: exitCodeOf(exitName), exitName, sentence };
}

/** Of an error that ended the run. */
export function failedResult(error: InterimapError): JobResult {
  const waits = error.parts.flatMap(({ side, retryAfterMs }) =>
    side === undefined || retryAfterMs === undefined ? [] : [{ side, ms: retryAfterMs }],
  );
  const longest = waits.reduce<{ side: Side; ms: number } | undefined>(
    (most, one) => (most === undefined || one.ms > most.ms ? one : most),
    undefined,
  );
  const wait = longest === undefined ? {} : { wait: { host: numberOf(longest.side), ms: Math.round(longest.ms) } };
  return { ...pairResult(error.code, pairErrorLine(error)), ...wait };
}

/** With its advice, but for commands, which are for who has a configuration file. */
export function pairErrorLine({ message, hint }: InterimapError): string {
  return typeof hint === "string" ? `${message}; ${hint}` : message;
}

function exitCodeOf(exitName: PairExit): number {
  switch (exitName) {
    case "DONE":
      return exitCode.done;
    case "PARTIAL":
      return exitCode.partial;
    case "STATE_DAMAGED":
      return exitCode.io;
    default:
      return errorKinds[exitName].exitCode;
  }
}
