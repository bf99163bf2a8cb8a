// One run of the copier, from options to the value it ends with.

import type { Secrets } from "../log/secrets.ts";
import type { Options } from "./options/options.ts";
import type { Ending, Surroundings } from "./surroundings.ts";

export interface CopySurroundings extends Pick<Surroundings, "argv" | "env" | "onSignal"> {
  /** Lines about the command line, to be shown at the beginning. */
  readonly notices: readonly string[];
  /** What no line may show; added to during the run. */
  readonly secrets: Secrets;
}

export function runCopy(_options: Options, _surroundings: CopySurroundings): Promise<Ending> {
  return Promise.reject(new Error("nothing is copied yet"));
}
