// Writes to the standard output.

import { InterimapError } from "../model/errors.ts";

/** A write's callback has the error, too; without a listener it would end the process. */
const heard = (): void => undefined;

/** Resolves when the text is out. A reader that has gone, as head(1) does, wants no more. @throws InterimapError OUTPUT */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!process.stdout.listeners("error").includes(heard)) process.stdout.on("error", heard);
    process.stdout.write(text, (error) => {
      if (!error || ("code" in error && error.code === "EPIPE")) resolve();
      else reject(new InterimapError("OUTPUT", `cannot write to the standard output: ${error.message}`));
    });
  });
}
