// Why the last run failed, in a file beside the database: whoever asks for the status later reads it nowhere else.

import { unlinkSync } from "node:fs";
import { readNote } from "../files/read-note.ts";
import { replaceFile } from "../files/replace-file.ts";
import type { Log } from "../log/log.ts";
import type { InterimapError } from "../model/errors.ts";
import { cut } from "../util/printable.ts";
import type { FailureStatus } from "./status-document.ts";
import { parseFailure } from "./status-form.ts";

const longestMessage = 2_000;
/** Many times what we write. */
const maxOctets = 1 << 20;

/** `database`: absolute path. Never throws: what cannot be written here was said in the log. */
export function recordFailure(database: string, error: InterimapError, log: Pick<Log, "debug">): void {
  try {
    replaceFile(fileOf(database), JSON.stringify(failureOf(error)), 0o600);
  } catch (problem) {
    log.debug(`the failure is not recorded: ${String(problem)}`);
  }
}

/** As one of now. */
export function failureOf(error: InterimapError): FailureStatus {
  const { code, side = null, message } = error;
  return { at: new Date().toISOString(), code, side, message: cut(message, longestMessage) };
}

/** A later run came to its end. Never throws. */
export function forgetFailure(database: string): void {
  try {
    unlinkSync(fileOf(database));
  } catch {
    // There was none, as after most runs.
  }
}

/** Undefined when there is no such file, or none that is ours. */
export function recordedFailure(database: string): FailureStatus | undefined {
  const text = readNote(fileOf(database), { maxOctets });
  return text === undefined ? undefined : parseFailure(text);
}

function fileOf(database: string): string {
  return `${database}.last-failure`;
}
