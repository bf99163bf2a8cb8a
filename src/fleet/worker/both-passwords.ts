// The passwords of both accounts of a run, or how it ends without them.

import { InterimapError } from "../../model/errors.ts";
import type { Account } from "../accounts/account.ts";
import { resolveSecret, type Resolving } from "../secrets/resolve.ts";
import { type EndBefore, endedBefore } from "./job-ends.ts";

export const endedBeforeIt = endedBefore("EXIT_BY_SIGNAL", "The worker ended before the run began.");

/** The same end, {@link endedBeforeIt}, where the signal came first. */
export async function bothPasswords(
  { hosts: [source, target] }: Pick<Account, "hosts">,
  how: Resolving,
): Promise<readonly [string, string] | EndBefore> {
  try {
    return [await resolveSecret(source, how), await resolveSecret(target, how)];
  } catch (error) {
    if (how.signal.aborted) return endedBeforeIt;
    if (!(error instanceof InterimapError) || error.code !== "CREDENTIALS") throw error;
    const hint = typeof error.hint === "string" ? `; ${error.hint}` : "";
    return endedBefore("EXIT_AUTHENTICATION_FAILURE", `${error.message}${hint}`);
  }
}
