// Publishes a daemon's state to systemd, the status socket and the metrics file.

import type { Config } from "../config/config.ts";
import { errorContext } from "../log/error-context.ts";
import type { Log } from "../log/log.ts";
import { type ErrorLine, InterimapError } from "../model/errors.ts";
import type { LookState, WatchState } from "../model/watch-state.ts";
import type { WorkCounts } from "../model/work-counts.ts";
import { recordLook } from "../service/last-look.ts";
import { MetricsFile } from "../service/metrics-file.ts";
import { stateLine } from "../service/state-line.ts";
import type { StatusDocument } from "../service/status-document.ts";
import { serveStatus } from "../service/status-socket.ts";
import type { ServiceNotifier } from "../service/systemd.ts";

export interface Telling {
  readonly config: Config;
  readonly log: Log;
  readonly errorLine: ErrorLine;
  readonly service: ServiceNotifier;
  readonly status: () => StatusDocument;
  readonly totals: { readonly work: WorkCounts };
  readonly onFullCheck: (look: LookState) => void;
}

export interface Others {
  readonly tell: (state: WatchState) => void;
  close(): void;
}

/** Gathering a status reads the whole database. */
const metricsIntervalMs = 15_000;

export function tellOthers({ config, log, errorLine, service, status, totals, onFullCheck }: Telling): Others {
  const socket = serveStatus(config.statusSocket, () => JSON.stringify(status()), log);
  const metrics = config.metricsFile === undefined ? undefined : new MetricsFile(config.metricsFile, log);
  const watchdog =
    service.watchdogIntervalMs === undefined
      ? undefined
      : setInterval(() => {
          service.watchdog();
        }, service.watchdogIntervalMs).unref();
  // A database that cannot be read is no reason to stop here: the next look reports it.
  const writeMetrics = (): void => {
    try {
      metrics?.write(status(), totals.work);
    } catch (error) {
      if (!(error instanceof InterimapError)) throw error;
      log.warn(`the metrics file is not written: ${errorLine(error)}`, errorContext(error));
    }
  };
  let told = "";
  let recorded: LookState | undefined;
  let pending: NodeJS.Timeout | undefined;
  service.ready();
  return {
    tell(state) {
      const line = stateLine(state);
      if (line !== told) service.status(line);
      told = line;
      if (state.lastLook !== recorded) {
        recorded = state.lastLook;
        if (recorded !== undefined) {
          recordLook(config.database, recorded, log);
          onFullCheck(recorded);
        }
      }
      if (metrics === undefined) return;
      pending ??= setTimeout(() => {
        pending = undefined;
        writeMetrics();
      }, metricsIntervalMs).unref();
    },
    close() {
      clearInterval(watchdog);
      clearTimeout(pending);
      writeMetrics();
      socket.close();
    },
  };
}
