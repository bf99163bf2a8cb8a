// Writes a new configuration file, which may hold a password.

import { closeSync, constants, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createPrivately, makePrivateDirectory } from "../files/open-safely.ts";
import { InterimapError } from "../model/errors.ts";

/** For its owner only, and never in the place of another file. @throws InterimapError FILE_CREATE */
export function writeConfigFile(file: string, text: string): void {
  try {
    makePrivateDirectory(dirname(file), { recursive: true });
    const descriptor = createPrivately(file, constants.O_WRONLY);
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const { code = "?" } = error as NodeJS.ErrnoException;
    throw new InterimapError("FILE_CREATE", `${file} cannot be written (${code})`, { cause: error });
  }
}
