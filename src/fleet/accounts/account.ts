// One pair of accounts of a fleet as it is written down: what is to be done, with which secrets, and when.

import type { SecretReference } from "../secrets/reference.ts";
import type { DailyWindow } from "./daily-window.ts";

/** What a run of an account is for. */
export const phases = ["measure", "bulk", "pass", "final", "verify"] as const;

export type Phase = (typeof phases)[number];

export interface AccountHost {
  readonly host: string;
  /** Undefined: as the copier chooses. */
  readonly port: number | undefined;
  readonly user: string;
  readonly secret: SecretReference;
}

export interface Account {
  /** By which people and all tables call it. */
  readonly name: string;
  readonly hosts: readonly [AccountHost, AccountHost];
  /** Options of imapsync beside those for hosts, users and secrets. */
  readonly options: readonly string[];
  /** Of the administrator's own; beside those that the hosts make. */
  readonly group: string | undefined;
  /** Higher ones are first. */
  readonly priority: number;
  readonly window: DailyWindow | undefined;
  /** After a run in seconds; undefined: there is one run only. */
  readonly everySeconds: number | undefined;
}
