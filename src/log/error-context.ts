// What a line for programs has of an error, besides its words.

import type { InterimapError } from "../model/errors.ts";
import type { Side } from "../model/side.ts";
import type { LogContext, LogFields } from "./log.ts";

/** `side`: where the error itself does not say. */
export function errorContext(error: InterimapError, side: Side | undefined = error.side): LogContext {
  const about = error.side ?? side;
  return { ...(about !== undefined && { side: about }), fields: () => errorFields(error) };
}

export function errorFields({ code, exitCode }: InterimapError): LogFields {
  return { code, exitCode };
}
