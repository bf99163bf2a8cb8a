// Why a secret cannot be had, in one line.

import { InterimapError } from "../model/errors.ts";
import type { Hint } from "../model/remedy.ts";

export interface SecretPlace {
  /** The setting: `password-command`. */
  readonly setting: string;
  /** For messages: `password-command in [remote]`. */
  readonly name: string;
}

/** `problem` continues the name of the setting: `exited with status 1`. None of what was read may be in it. */
export function secretFailed({ name }: SecretPlace, problem: string, hint: Hint): InterimapError {
  return new InterimapError("CREDENTIALS", `${name} ${problem}`, { hint });
}
