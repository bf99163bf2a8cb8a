// The error of a connection that we drop on purpose, to make it again: no failure, and no reason to pause.

import { type ErrorDetails, InterimapError } from "../model/errors.ts";

export class IntendedLoss extends InterimapError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("CONNECTION_LOST", message, details);
  }
}
