// A connection that we drop on purpose, to make it anew: that is nobody's failure, and needs no pause.

import { type ErrorDetails, InterimapError } from "../model/errors.ts";

export class IntendedLoss extends InterimapError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("CONNECTION_LOST", message, details);
  }
}
