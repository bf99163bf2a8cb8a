// What a run of an account is, as a job for a process of its own.

import type { CopySpec, JobSpec } from "../../job/job-spec.ts";
import type { HeldUntil } from "../../job/lease-clock.ts";
import type { Phase } from "../accounts/account.ts";
import { hostOptions } from "../accounts/host-options.ts";
import type { StoredAccount } from "../accounts/stored-account.ts";

export interface JobParts {
  readonly account: StoredAccount;
  readonly passwords: readonly [string, string];
  /** Where the engine keeps what it knows; undefined: it is to know nothing. */
  readonly stateFile: string | undefined;
  readonly seconds: number | undefined;
  readonly heldUntil: HeldUntil;
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

function verificationOf({ phase, verifiesTexts }: StoredAccount): CopySpec["verification"] {
  if (phase !== "verify") return undefined;
  return verifiesTexts ? "texts" : "identities";
}

export function jobOf({ account, passwords, stateFile, seconds, heldUntil }: JobParts): JobSpec {
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
    ...{ heldUntil, verification: verificationOf(account) },
  };
}
