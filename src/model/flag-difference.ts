// What is done to a message's flags, beside which others may do something else.

import { commonFlags, type FlagSet, noFlags, unionFlags, withoutFlags } from "./flags.ts";

export interface FlagDifference {
  readonly added: FlagSet;
  readonly removed: FlagSet;
}

/** What flags become by it. */
export function changedBy({ added, removed }: FlagDifference, flags: FlagSet): FlagSet {
  return unionFlags(withoutFlags(flags, removed), added);
}

/** Whether flags are such as it makes them, whatever else there is. */
export function bearsOut(flags: FlagSet, { added, removed }: FlagDifference): boolean {
  return withoutFlags(added, flags) === noFlags && commonFlags(removed, flags) === noFlags;
}
