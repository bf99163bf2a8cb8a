// Reports that a reloaded configuration cannot be used and the previous one is kept.

import { errorContext } from "../log/error-context.ts";
import type { Log } from "../log/log.ts";
import type { ErrorLine, InterimapError } from "../model/errors.ts";

interface Means {
  readonly log: Pick<Log, "error">;
  readonly errorLine: ErrorLine;
}

export function sayKept(error: InterimapError, { log, errorLine }: Means): void {
  for (const one of error.parts) log.error(errorLine(one), errorContext(one, error.side));
  log.error("Keeping the previous configuration");
}
