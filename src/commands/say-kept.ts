// What is said when a configuration that was read anew is not one to go on with.

import type { Log } from "../log/log.ts";
import type { ErrorLine, InterimapError } from "../model/errors.ts";

interface Means {
  readonly log: Pick<Log, "error">;
  readonly errorLine: ErrorLine;
}

export function sayKept(error: InterimapError, { log, errorLine }: Means): void {
  for (const one of error.parts) log.error(errorLine(one));
  log.error("Keeping the previous configuration");
}
