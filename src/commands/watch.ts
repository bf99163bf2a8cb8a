// --watch, --notify: keeps synchronising until told to stop.

import type { Config } from "../config/config.ts";
import { credentialsOf } from "../credentials/credentials-of.ts";
import { connect } from "../imap/connect.ts";
import { errorContext } from "../log/error-context.ts";
import { type ErrorLine, InterimapError } from "../model/errors.ts";
import type { Hint } from "../model/remedy.ts";
import { defaultLimits } from "../model/server-limits.ts";
import { perSide } from "../model/side.ts";
import type { LookState } from "../model/watch-state.ts";
import type { StatusDocument } from "../service/status-document.ts";
import { statusText } from "../service/status-text.ts";
import type { ServiceNotifier } from "../service/systemd.ts";
import { tidyMemory } from "../service/tidy-memory.ts";
import type { Store } from "../state/state-store.ts";
import { namesOf, scopeOf } from "../sync/scope.ts";
import { alertsTo } from "../watch/alerts.ts";
import { Watch, type WatchOptions } from "../watch/watch.ts";
import { statusDocument } from "./gather-status.ts";
import { notingFailure } from "./note-failure.ts";
import { openDatabase, requireUsable } from "./open-database.ts";
import { tellOthers } from "./publish-state.ts";
import { sayKept } from "./say-kept.ts";
import type { SyncCommand } from "./sync.ts";

/** Calls the handler at each signal of this name, until the function it returns is called. */
export type OnSignal = (name: "SIGHUP" | "SIGUSR1" | "SIGUSR2", handler: () => void) => () => void;

export interface WatchCommand extends SyncCommand {
  /** Let servers report changes. */
  readonly notify: boolean;
  /** Between two looks, or of silence; undefined: the default. */
  readonly seconds: number | undefined;
  readonly service: ServiceNotifier;
  readonly onSignal: OnSignal;
  readonly errorLine: ErrorLine;
  /** Reopens the log file. @throws InterimapError when the configuration, as it is now, cannot be read. */
  readonly prepareReload: () => Config;
  readonly onFullCheck: (look: LookState) => void;
}

const missing: Hint = ["to create it, run once: ", { command: "sync" }];

const pollSeconds = 60;
/** Servers end connections that are silent for half an hour (RFC 3501 5.4). */
const keepAliveSeconds = 15 * 60;
/** Also notices a dead connection, and makes Dovecot report renames. */
const notifyKeepAliveSeconds = 60;

/**
 * Returns whether to begin again with the configuration as it is now.
 * @throws InterimapError that does not pass by itself.
 */
export function watchCommand(command: WatchCommand): Promise<"stopped" | "reload"> {
  return notingFailure(command, () => watchThere(command));
}

async function watchThere(command: WatchCommand): Promise<"stopped" | "reload"> {
  const { signal, service } = command;
  const { store, config } = openDatabase({ ...command, missing });
  const reload = new AbortController();
  const status = (): StatusDocument => statusDocument({ database: config.database, store, watch: watch.state });
  const others = tellOthers({ ...command, config, status });
  const watch: Watch = new Watch({
    ...settingsOf(command, { config, store }),
    stop: AbortSignal.any([signal, reload.signal]),
    onStateChange: others.tell,
  });
  const removeHandlers = handleSignals(command, {
    check: (now) => {
      requireUsable({ config: now, missing }, { store, config });
    },
    look: () => {
      watch.lookNow();
    },
    status: () => {
      logStatus(command, status);
    },
    reload: () => {
      service.reloading();
      reload.abort();
    },
  });
  const endTidying = tidyMemory(() => watch.state.looks + watch.state.mailboxesSynchronised);
  const stopping = (): void => {
    service.stopping();
  };
  signal.addEventListener("abort", stopping);
  try {
    await watch.run();
    return signal.aborted ? "stopped" : "reload";
  } finally {
    signal.removeEventListener("abort", stopping);
    endTidying();
    removeHandlers();
    others.close();
    store.close();
  }
}

interface Database {
  readonly config: Config;
  readonly store: Store;
}

/** What to synchronise, over which connections, and how often to ask the servers. */
function settingsOf(command: WatchCommand, { config, store }: Database): Omit<WatchOptions, "stop" | "onStateChange"> {
  const { log, secrets, report, totals, notify, seconds } = command;
  const { servers } = config;
  const hide = (secret: string): void => {
    secrets.add(secret);
  };
  const credentials = credentialsOf(servers, { log, hide, mayAsk: false });
  const usual = notify ? (seconds ?? notifyKeepAliveSeconds) : keepAliveSeconds;
  const onAlert = alertsTo(report);
  const scope = scopeOf(command, namesOf(config));
  return {
    sync: { store, report, ...scope },
    totals,
    laterDeletionLimit: config.maxDelete,
    connectors: perSide((side) => {
      const how = { side, log, onAlert: onAlert(side), disavowed: new Set<string>(), keepAlive: true };
      return (attempt) => connect(servers[side], { ...how, credentials: credentials[side](), ...attempt });
    }),
    connections: perSide((side) => servers[side].connections),
    silenceMs: perSide((side) => (servers[side].limits ?? defaultLimits).silenceMs),
    usesNotify: notify,
    pollMs: 1_000 * (seconds ?? pollSeconds),
    keepAliveMs: 1_000 * (config.keepAliveSeconds ?? usual),
    lookMs: 1_000 * (notify ? config.fullCheckSeconds : (seconds ?? pollSeconds)),
    flagsMs: 1_000 * config.flagCheckSeconds,
    idleMailboxes: config.idleMailboxes,
  };
}

function logStatus({ log, errorLine }: Pick<WatchCommand, "log" | "errorLine">, status: () => StatusDocument): void {
  try {
    for (const line of statusText(status()).trimEnd().split("\n")) log.info(line);
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    log.error(errorLine(error), errorContext(error));
  }
}

interface Handlers {
  readonly look: () => void;
  readonly status: () => void;
  readonly reload: () => void;
  /** @throws InterimapError when the configuration is not one to go on with. */
  readonly check: (config: Config) => void;
}

function handleSignals(
  { onSignal, prepareReload, log, errorLine }: WatchCommand,
  { look, status, reload, check }: Handlers,
): () => void {
  const removals = [
    onSignal("SIGUSR1", look),
    onSignal("SIGUSR2", status),
    onSignal("SIGHUP", () => {
      try {
        check(prepareReload());
        reload();
      } catch (error) {
        if (!(error instanceof InterimapError)) throw error;
        sayKept(error, { log, errorLine });
      }
    }),
  ];
  return () => {
    for (const remove of removals) remove();
  };
}
