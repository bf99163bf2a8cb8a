// What is wrong, as `check` tells it.

import type { ErrorLine, InterimapError } from "../../model/errors.ts";
import type { Fault } from "./check-document.ts";

export function faultOf(error: InterimapError, errorLine: ErrorLine): Fault {
  const { code, exitCode } = error;
  return { code, message: errorLine(error), exitCode };
}
