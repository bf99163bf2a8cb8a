// What a run of an account is, as a job for a process of its own.

import type { JobSpec } from "../../job/job-spec.ts";
import type { Phase } from "../accounts/account.ts";
import { hostOptions } from "../accounts/host-options.ts";
import type { StoredAccount } from "../accounts/stored-account.ts";

export interface JobParts {
  readonly account: StoredAccount;
  readonly passwords: readonly [string, string];
  /** Where the engine keeps what it knows; undefined: it is to know nothing. */
  readonly stateFile: string | undefined;
  readonly seconds: number | undefined;
}

const ofPhase: Readonly<Record<Phase, readonly string[]>> = {
  measure: ["--justfoldersizes"],
  bulk: [],
  pass: [],
  final: [],
  // Compares what is on both servers, and changes nothing.
  verify: ["--dry"],
};

/** A verification believes nothing that was written down, and a measurement needs nothing of it. */
export function usesState(phase: Phase): boolean {
  return phase === "bulk" || phase === "pass" || phase === "final";
}

export function jobOf({ account, passwords, stateFile, seconds }: JobParts): JobSpec {
  const [password1, password2] = passwords;
  return {
    engine: "copy",
    options: [
      ...["--nolog", ...hostOptions(account), ...account.options, ...ofPhase[account.phase]],
      ...(stateFile === undefined ? [] : [`--state=${stateFile}`]),
    ],
    secrets: { password1, password2 },
    limits: { octets: undefined, seconds },
    targets: { allowsPrivate: true, ports: undefined },
  };
}
