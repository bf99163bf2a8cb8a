// What all commands share: lock the database, be ready to connect, work, say goodbye.

import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { ensureDirectory } from "../config/directories.ts";
import { connect } from "../imap/connect.ts";
import type { Log } from "../log/log.ts";
import { InterimapError, interrupted } from "../model/errors.ts";
import { perSide, type PerSide } from "../model/side.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { alertsTo } from "../sync/alerts.ts";
import { Connections } from "../sync/connections.ts";
import type { Report } from "../sync/events.ts";
import type { Program } from "../sync/suggested-command.ts";

export interface CommandContext {
  readonly config: Config;
  readonly log: Log;
  readonly report: Report;
  readonly program: Program;
  /** Ends the run early: what is in hand is finished and recorded. */
  readonly signal: AbortSignal;
}

export interface Workplace {
  readonly connections: Connections;
  readonly store: Store;
  /** Each server's list-reference. */
  readonly references: PerSide<string>;
  readonly report: Report;
  readonly program: Program;
  /** See {@link CommandContext.signal}. */
  readonly stop: AbortSignal;
}

/** @throws InterimapError of any kind. */
export async function onServers(
  { config, log, report, program, signal }: CommandContext,
  work: (place: Workplace) => Promise<void>,
): Promise<void> {
  ensureDirectory(dirname(config.database));
  const store = openStore({ path: config.database });
  const onAlert = alertsTo(report);
  const connections = new Connections(
    (side, signal) =>
      connect(config.servers[side], { side, log, onAlert: onAlert(side), keepAlive: false, signal, isEager: true }),
    perSide((side) => config.servers[side].connections),
  );
  const windUp = (): void => {
    connections.windUp(interrupted());
  };
  signal.addEventListener("abort", windUp);
  const references = perSide((side) => config.servers[side].listReference);
  try {
    if (signal.aborted) windUp();
    await work({ connections, store, references, report, program, stop: signal });
    await connections.logout();
  } catch (error) {
    if (!signal.aborted || !(error instanceof InterimapError)) throw error;
    // Work that has ended in good order leaves connections that can be ended so, too.
    if (error.code === "INTERRUPTED") await connections.logout();
    throw error.abandons === "side" ? interrupted() : error;
  } finally {
    signal.removeEventListener("abort", windUp);
    connections.destroy();
    store.close();
  }
}
