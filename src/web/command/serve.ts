// Serves until a signal ends it.

import type { Server as HttpsServer } from "node:https";
import { type AddressInfo, isIPv6 } from "node:net";
import { loadavg } from "node:os";
import { availableParallelism } from "node:os";
import type { Log } from "../../log/log.ts";
import { InterimapError } from "../../model/errors.ts";
import type { ServiceNotifier } from "../../service/systemd.ts";
import type { WebConfig } from "../configuration/web-config.ts";
import { fleetDesk } from "../fleet/lazy-desk.ts";
import type { WebContext } from "../http/context.ts";
import { OperatorAccess } from "../http/operator-access.ts";
import { createWebServer, type WebServer } from "../http/web-server.ts";
import { Jobs } from "../jobs/jobs.ts";
import { Previews } from "../jobs/previews.ts";
import { runProcess } from "../jobs/process-worker.ts";
import { assets } from "../page/pages.ts";
import { suggester } from "../suggestions/suggest.ts";
import { jobsRules } from "./jobs-rules.ts";
import { openStateDirectory } from "./state-directory.ts";

export interface ServeOptions {
  readonly config: WebConfig;
  /** @throws InterimapError where it is wrong now */
  readonly readConfig: () => WebConfig;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly notifier: ServiceNotifier;
  /** Ends the server. */
  readonly signal: AbortSignal;
  /** The configuration is to be read again. */
  readonly onReload: (handler: () => void) => void;
}

const retentionMs = 3_600_000;
const heartbeatMs = 15_000;

/** Who does not read the end of a job within this time, does not read it. */
const farewellMs = 5_000;

/** @throws InterimapError where it cannot begin */
export async function serve(options: ServeOptions): Promise<void> {
  const letOthersIn = openStateDirectory(options.config.stateDirectory);
  try {
    await serveAlone(options);
  } finally {
    letOthersIn();
  }
}

async function serveAlone(options: ServeOptions): Promise<void> {
  const { log, notifier, signal } = options;
  let { config } = options;
  const isOverloaded = (): boolean =>
    config.maxLoad !== undefined && loadavg()[0]! > config.maxLoad * availableParallelism();
  const rules = () => jobsRules(config, isOverloaded);
  const jobs = new Jobs({ directory: config.stateDirectory, rules, runWorker: runProcess, log });
  const context: WebContext = {
    config: () => config,
    jobs,
    previews: new Previews({ admission: jobs.admission, rules, runWorker: runProcess }),
    operator: new OperatorAccess(() => config.operatorToken),
    fleet: config.fleetDatabase === undefined ? undefined : fleetDesk(config.fleetDatabase),
    ...{ log, assets, isOverloaded, heartbeatMs, startedAt: new Date().toISOString() },
    suggest: suggester(() => config.targets),
  };
  const server = await createWebServer(context, config.certificate);
  // What goes wrong here must end the server, and it would go on if it listened.
  jobs.kept.recover();
  jobs.kept.deleteOld();
  await listen(server, config);
  const retention = setInterval(() => {
    jobs.kept.deleteOld();
    jobs.kept.saveAgain();
  }, retentionMs);
  options.onReload(() => {
    notifier.reloading();
    try {
      config = reloaded(config, options.readConfig(), { server, log });
      jobs.beginWaiting();
      log.info("Read the configuration again");
    } catch (error) {
      if (!(error instanceof InterimapError)) throw error;
      for (const { message } of error.parts) log.error(`The configuration stays as it was: ${message}`);
    }
    notifier.ready();
  });
  log.info(`Listening on ${addressOf(server, config)}`);
  notifier.ready();
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  notifier.stopping();
  log.info("Stopping: migrations that run are interrupted");
  clearInterval(retention);
  const closed = server.close();
  await jobs.stop();
  jobs.kept.saveAgain();
  const farewell = setTimeout(() => server.server.closeAllConnections(), farewellMs);
  await closed;
  clearTimeout(farewell);
  await context.fleet?.close().catch(() => undefined);
}

async function listen(server: WebServer, { listen: { address, port } }: WebConfig): Promise<void> {
  try {
    await server.listen({ host: address, port });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new InterimapError("LISTEN", `listen: ${address} port ${port} cannot be listened on (${reason})`, {
      hint: "name another address or port",
    });
  }
}

function addressOf({ server }: WebServer, { certificate }: WebConfig): string {
  const { address, port } = server.address() as AddressInfo;
  return `${certificate === undefined ? "http" : "https"}://${isIPv6(address) ? `[${address}]` : address}:${port}/`;
}

interface Reloading {
  readonly server: WebServer;
  readonly log: Pick<Log, "warn">;
}

/** What cannot change while the server runs stays, with a warning. */
function reloaded(before: WebConfig, after: WebConfig, { server, log }: Reloading): WebConfig {
  for (const name of ["listen", "stateDirectory", "trustedProxies", "fleetDatabase", "logLevel", "logFormat"] as const)
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      log.warn(`${settingOf[name]}: start anew to change it`);
  const { stateDirectory, listen, trustedProxies, fleetDatabase, logLevel, logFormat } = before;
  if ((before.certificate === undefined) !== (after.certificate === undefined))
    log.warn("certificate: start anew to change it");
  else if (after.certificate !== undefined)
    (server.server as unknown as HttpsServer).setSecureContext(after.certificate);
  const { certificate } = before.certificate === undefined ? before : after;
  for (const warning of after.warnings) log.warn(warning);
  return {
    ...after,
    certificate: certificate ?? before.certificate,
    stateDirectory,
    listen,
    trustedProxies,
    fleetDatabase,
    logLevel,
    logFormat,
  };
}

const settingOf = {
  listen: "listen",
  stateDirectory: "state-directory",
  trustedProxies: "trusted-proxies",
  fleetDatabase: "fleet-database",
  logLevel: "log-level",
  logFormat: "log-format",
} as const;
