// The shape of every complaint about the configuration file: FILE:LINE: what is wrong; what was expected.

import { InterimapError } from "../model/errors.ts";

export interface Complaint {
  readonly file: string;
  /** Counted from 1; undefined when something is missing from the whole file. */
  readonly line?: number | undefined;
  readonly problem: string;
  readonly expected: string;
}

export function configInvalid({ file, line, problem, expected }: Complaint): InterimapError {
  const place = line === undefined ? file : `${file}:${line}`;
  return new InterimapError("CONFIG_INVALID", `${place}: ${problem}; ${expected}`);
}
