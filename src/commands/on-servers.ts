// What all commands share: lock the database, be ready to connect, work, say goodbye.

import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { ensureDirectory } from "../config/directories.ts";
import { connect } from "../imap/connect.ts";
import type { Log } from "../log/log.ts";
import { InterimapError } from "../model/errors.ts";
import { perSide, type PerSide } from "../model/side.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { Connections } from "../sync/connections.ts";
import type { Report } from "../sync/events.ts";

export interface CommandContext {
  readonly config: Config;
  readonly log: Log;
  readonly report: Report;
  /** Ends the run early; what was done until then is recorded. */
  readonly signal: AbortSignal;
}

export interface Workplace {
  readonly connections: Connections;
  readonly store: Store;
  /** Each server's list-reference. */
  readonly references: PerSide<string>;
  readonly report: Report;
}

/** @throws InterimapError of any kind. */
export async function onServers(
  { config, log, report, signal }: CommandContext,
  work: (place: Workplace) => Promise<void>,
): Promise<void> {
  ensureDirectory(dirname(config.database));
  const store = openStore({ path: config.database });
  const connections = new Connections((side, abort) =>
    connect(config.servers[side], { side, log, keepAlive: false, signal: abort }),
  );
  const interrupt = (): void => {
    connections.destroy(new InterimapError("INTERRUPTED", "interrupted; what was done so far is recorded"));
  };
  signal.addEventListener("abort", interrupt);
  try {
    await work({ connections, store, references: perSide((side) => config.servers[side].listReference), report });
    await connections.logout();
  } finally {
    signal.removeEventListener("abort", interrupt);
    connections.destroy();
    store.close();
  }
}
