// What a run of an account is, as a job for a process of its own.

import type { CopySpec, JobSpec } from "../../job/job-spec.ts";
import type { HeldUntil } from "../../job/lease-clock.ts";
import type { Phase } from "../accounts/account.ts";
import { hostOptions, hostSettings } from "../accounts/host-options.ts";
import type { StoredAccount } from "../accounts/stored-account.ts";

export interface JobParts {
  readonly account: StoredAccount;
  readonly passwords: readonly [string, string];
  readonly state: WorkingCopy | undefined;
  readonly seconds: number | undefined;
  readonly heldUntil: HeldUntil;
}

/** Where the engine keeps what it knows; undefined where it is to know nothing. */
export interface WorkingCopy {
  readonly path: string;
  readonly mayBeOlder: boolean;
}

const ofPhase: Readonly<Record<Phase, readonly string[]>> = {
  measure: ["--justfoldersizes"],
  bulk: [],
  pass: [],
  final: [],
  // Compares what is on both servers, and changes nothing.
  verify: ["--dry"],
  // Not of a copy.
  sync: [],
};

/** A verification believes nothing that was written down, and a measurement needs nothing of it. */
export function usesState(phase: Phase): boolean {
  return phase !== "measure" && phase !== "verify";
}

function verificationOf({ phase, verifiesTexts }: StoredAccount): CopySpec["verification"] {
  if (phase !== "verify") return undefined;
  return verifiesTexts ? "texts" : "identities";
}

export function jobOf({ account, passwords, state, seconds, heldUntil }: JobParts): JobSpec {
  const [password1, password2] = passwords;
  const common = {
    secrets: { password1, password2 },
    limits: { octets: undefined, seconds },
    targets: { allowsPrivate: true, ports: undefined },
    heldUntil,
  };
  const { engine, options, phase } = account;
  if (engine === "sync") {
    if (state === undefined) throw new Error(`there is no ${phase} of a pair`);
    const settings = [...hostSettings(account), ...options];
    const { path: database, mayBeOlder } = state;
    return { engine, settings, database, mayBeOlder, allowsMassDelete: account.allowsMassDelete, ...common };
  }
  const memory = state === undefined ? [] : [`--state=${state.path}`];
  const all = ["--nolog", ...hostOptions(account), ...options, ...ofPhase[phase], ...memory];
  return { engine, options: all, verification: verificationOf(account), ...common };
}
