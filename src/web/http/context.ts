// What all routes work with.

import type { Log } from "../../log/log.ts";
import type { ServerSuggestions } from "../api.ts";
import type { WebConfig } from "../configuration/web-config.ts";
import type { FleetDesk } from "../fleet/fleet-desk.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Previews } from "../jobs/previews.ts";
import type { Asset } from "../page/props.ts";
import type { OperatorAccess } from "./operator-access.ts";

export interface WebContext {
  /** The present one: it may be read again. */
  readonly config: () => WebConfig;
  readonly jobs: Jobs;
  readonly previews: Previews;
  readonly operator: OperatorAccess;
  /** Undefined: no fleet is configured. */
  readonly fleet?: FleetDesk | undefined;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly assets: readonly Asset[];
  readonly suggest: (login: string) => Promise<ServerSuggestions>;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Between two signs of life on a stream of events. */
  readonly heartbeatMs: number;
  /** No job should begin, by the load of the machine. */
  readonly isOverloaded: () => boolean;
}
