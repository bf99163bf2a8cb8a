// Which passwords a run that has ended asks for again where the browser still has both. Pure.

import type { HostNumber } from "../../../job/job-spec.ts";
import type { JobState } from "./job-state.ts";

const both: readonly HostNumber[] = [1, 2];

/** Those of the logins that were refused, and both where nobody knows. A server that was not reached has refused nothing. */
export function refusedPasswords({ status, certificates }: JobState): readonly HostNumber[] {
  const { state, result } = status;
  if (state === "interrupted") return [];
  const { failures } = result ?? {};
  if (failures === undefined) return state === "failed" && certificates.length > 0 ? [] : both;
  return both.filter((host) => failures.some((one) => one.host === host && !reachedNobody.test(one.exitName)));
}

const reachedNobody = /^EXIT_(?:CONNECTION_FAILURE|TLS_FAILURE)/;
