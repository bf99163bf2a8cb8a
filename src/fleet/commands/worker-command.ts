// `worker`: from the command line to a worker that works.

import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { makePrivateDirectory } from "../../files/open-safely.ts";
import type { ServiceNotifier } from "../../service/systemd.ts";
import type { Invocation } from "../command/options.ts";
import { openFleet } from "../fleet.ts";
import { readKeyFiles } from "../secrets/key-file.ts";
import { Alerts } from "../worker/alerts.ts";
import { withFields, type WorkerLog } from "../worker/named-log.ts";
import { work } from "../worker/worker.ts";

export interface WorkerSurroundings {
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: WorkerLog;
  readonly notifier: ServiceNotifier;
  readonly signal: AbortSignal;
}

const usualRetrySeconds = 60;
const longestRetrySeconds = 3_600;
const usualDrainSeconds = 20;
const usualLagSeconds = 900;
const day = 86_400;

/** @throws InterimapError USAGE, CREDENTIALS, DATABASE_READ */
export async function workerCommand(
  { value, values, count, has }: Pick<Invocation, "value" | "values" | "count" | "has">,
  { url, env, log: plainLog, notifier, signal }: WorkerSurroundings,
): Promise<void> {
  const concurrency = count("concurrency", [1, 1_000]) ?? availableParallelism();
  const leaseSeconds = count("lease", [10, 3_600]);
  const retrySeconds = count("retry-delay", [1, day]) ?? usualRetrySeconds;
  const drainSeconds = count("drain", [0, day]) ?? usualDrainSeconds;
  const lagSeconds = count("lag-alert", [1, 30 * day]) ?? usualLagSeconds;
  const runSeconds = count("run-time", [1, 30 * day]);
  const keys = readKeyFiles(values("key-file"));
  const name = value("name") ?? `${hostname()}-${String(process.pid)}`;
  const log = withFields(plainLog, { worker: name });
  const alerts = new Alerts({ worker: name, command: value("alert"), log });
  const directory = workDirectory(value("directory"));
  let lastTrouble = "";
  const fleet = await openFleet({
    ...{ url, connections: Math.min(concurrency, 8) + 3, isWorker: true, leaseSeconds },
    onError: ({ message }) => {
      // The database may be away for long.
      if (message !== lastTrouble) log.warn(message);
      lastTrouble = message;
    },
  });
  log.info(`Worker ${name}: up to ${String(concurrency)} at a time`);
  notifier.ready();
  try {
    await work({
      ...{ name, fleet, concurrency, lagSeconds, runSeconds, drainSeconds, keys, directory, log },
      ...{ retry: { firstSeconds: retrySeconds, longestSeconds: longestRetrySeconds } },
      ...{ credentials: env["CREDENTIALS_DIRECTORY"], untilIdle: has("until-idle"), node: value("node") },
      ...{ alert: alerts.send, drain: signal },
    });
  } finally {
    notifier.stopping();
    rmSync(directory, { recursive: true, force: true });
    await alerts.close();
    await fleet.close();
  }
  log.info(`Worker ${name}: ended`);
}

/** Of this process alone. */
function workDirectory(given: string | undefined): string {
  if (given === undefined) return mkdtempSync(join(tmpdir(), "interimap-fleet-"));
  makePrivateDirectory(given, { recursive: true });
  return mkdtempSync(join(given, "worker-"));
}
