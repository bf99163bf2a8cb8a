// What is wrong with the command line, in one line.

import { InterimapError } from "../model/errors.ts";

export function usageError(message: string): InterimapError {
  return new InterimapError("USAGE", message, { hint: "see interimap --help" });
}
