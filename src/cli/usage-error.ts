// The error for a wrong command line.

import { InterimapError } from "../model/errors.ts";

/** `suggestion`: what was probably meant, as a sentence. */
export function usageError(message: string, suggestion?: string): InterimapError {
  const hint = suggestion === undefined ? "see interimap --help" : `${suggestion} See interimap --help`;
  return new InterimapError("USAGE", message, { hint });
}
