// One exit code for many accounts.

import { type ExitCode, exitCode } from "../../model/exit-code.ts";

/** What only somebody's hand mends, then what may pass, then what is left for the next run. interimap(1) has this order. */
const worstFirst: readonly ExitCode[] = [
  exitCode.software,
  exitCode.installation,
  exitCode.config,
  exitCode.usage,
  exitCode.auth,
  exitCode.cannotCreate,
  exitCode.data,
  exitCode.io,
  exitCode.protocol,
  exitCode.unavailable,
  exitCode.tempFail,
  exitCode.notConnected,
  exitCode.behind,
  exitCode.partial,
];

/** 0 for none. */
export function worstCode(codes: readonly ExitCode[]): ExitCode {
  return worstFirst.find((code) => codes.includes(code)) ?? exitCode.done;
}

/** Of a process, that a signal may have ended. */
export function exitCodeOf(code: number | null): ExitCode {
  return Object.values(exitCode).find((one) => one === code) ?? exitCode.software;
}
