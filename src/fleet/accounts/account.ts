// One pair of accounts of a fleet as it is written down: what is to be done, with which secrets, and when.

import type { SecretReference } from "../secrets/reference.ts";
import type { DailyWindow } from "./daily-window.ts";

/** What a run of an account is for. */
export const phases = ["measure", "bulk", "pass", "final", "verify", "sync"] as const;

export type Phase = (typeof phases)[number];

/** `copy`: from the first server to the second one. `sync`: both are kept in step. */
export const engines = ["copy", "sync"] as const;

export type EngineName = (typeof engines)[number];

const phasesOf: Readonly<Record<EngineName, readonly Phase[]>> = {
  copy: ["measure", "bulk", "pass", "final", "verify"],
  sync: ["sync", "final"],
};

export function enginesOf(phase: Phase): readonly EngineName[] {
  return engines.filter((engine) => phasesOf[engine].includes(phase));
}

export interface AccountHost {
  readonly host: string;
  /** Undefined: as the engine chooses. */
  readonly port: number | undefined;
  readonly user: string;
  readonly secret: SecretReference;
}

export interface Account {
  /** By which people and all tables call it. */
  readonly name: string;
  readonly hosts: readonly [AccountHost, AccountHost];
  readonly engine: EngineName;
  /** Of imapsync, or settings of interimap as `name=value`, beside those for hosts, users and secrets. */
  readonly options: readonly string[];
  /** Of the administrator's own; beside those that the hosts make. */
  readonly group: string | undefined;
  /** Higher ones are first. */
  readonly priority: number;
  readonly window: DailyWindow | undefined;
  /** After a copy, or from the beginning of one synchronisation to that of the next one; undefined: there is one run only. */
  readonly everySeconds: number | undefined;
}
