// What is said when a configuration that was read anew is not one to go on with.

import type { Log } from "../log/log.ts";
import type { InterimapError } from "../model/errors.ts";

export function sayKept(error: InterimapError, log: Pick<Log, "error">): void {
  for (const line of error.lines) log.error(line);
  log.error("Going on with the configuration as it was");
}
