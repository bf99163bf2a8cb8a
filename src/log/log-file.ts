// The file behind the logfile setting: written at once, so that nothing is lost when the process ends.

import { appendFileSync, closeSync, constants } from "node:fs";
import { distrusted, examine } from "../files/examine.ts";
import { createPrivately, openExamined } from "../files/open-safely.ts";
import { InterimapError } from "../model/errors.ts";

export class LogFile {
  readonly path: string;
  #fd: number | undefined;

  /** Throws CONFIG_INVALID when the file cannot be opened, or CONFIG_UNSAFE. Directories are not made. */
  constructor(path: string) {
    this.path = path;
    this.#fd = open(path);
  }

  /** Throws the system's error. Does nothing after close. */
  write(text: string): void {
    if (this.#fd !== undefined) appendFileSync(this.#fd, text);
  }

  /** For log rotation: goes on in a new file of the same name, or in the old one when that throws CONFIG_INVALID. */
  reopen(): void {
    const fd = open(this.path);
    this.close();
    this.#fd = fd;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function open(path: string): number {
  try {
    const file = examine(path);
    if (file.distrust !== undefined) throw distrusted("CONFIG_UNSAFE", `the log file ${path}`, file.distrust);
    const flags = constants.O_WRONLY | constants.O_APPEND;
    if (file.stats === undefined && !file.isDescriptor) return createPrivately(file.path, flags);
    return openExamined(file, flags);
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    const reason = (error as Error).message.replace(/, open .*$/s, "");
    throw new InterimapError("CONFIG_INVALID", `the log file ${path} cannot be opened (${reason})`, {
      hint: "set logfile to a file that can be written, in a directory that exists",
      cause: error,
    });
  }
}
