// What the operator's page sees of a fleet, and does about it.

import type { FleetFilter, FleetOverview } from "../page/props.ts";

export type AccountAct = "retry" | "pause" | "resume";
export type GroupAct = "pause" | "resume" | "limit";

export interface AccountChoice {
  /** One account. */
  readonly name: string | undefined;
  /** All that are in this status. */
  readonly status: "stopped" | "quarantined" | "dead" | undefined;
}

/** @throws InterimapError USAGE, DATABASE_READ, DATABASE_VERSION, each for people to read */
export interface FleetDesk {
  readonly overview: (filter: FleetFilter) => Promise<FleetOverview>;
  readonly changeAccounts: (act: AccountAct, choice: AccountChoice) => Promise<void>;
  /** `most`: of `limit`; undefined takes it away. */
  readonly changeGroup: (act: GroupAct, group: string, most: number | undefined) => Promise<void>;
  readonly close: () => Promise<void>;
}
