// The error for a wrong command line.

import { InterimapError } from "../../model/errors.ts";

/** `suggestion`: what was probably meant, as a sentence without the final full stop. */
export function usageError(message: string, suggestion?: string): InterimapError {
  const hint = suggestion === undefined ? "see imapsync --help" : `${suggestion}; see imapsync --help`;
  return new InterimapError("USAGE", message, { hint });
}
