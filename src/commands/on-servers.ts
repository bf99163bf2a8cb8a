// What all commands share: lock the database, prepare to connect, work, log out.

import type { Config } from "../config/config.ts";
import { credentialsOf } from "../credentials/credentials-of.ts";
import { connect } from "../imap/connect.ts";
import { SessionPair } from "../mail/pool/pair.ts";
import { InterimapError, interrupted } from "../model/errors.ts";
import { perSide } from "../model/side.ts";
import type { Store } from "../state/state-store.ts";
import type { Report } from "../sync/context/events.ts";
import type { Names } from "../sync/mailboxes/special-pairs.ts";
import { alertsTo } from "../watch/alerts.ts";
import type { CommandContext } from "./command-context.ts";
import { openDatabase } from "./open-database.ts";
import { tellRun } from "./tell-run.ts";

export interface Workplace {
  readonly connections: SessionPair;
  readonly store: Store;
  /** Absolute path of the store's database. */
  readonly database: string;
  /** What the configuration says of the servers' names. */
  readonly names: Names;
  readonly report: Report;
  /** See {@link CommandContext.signal}. */
  readonly stop: AbortSignal;
}

/** @throws InterimapError of any kind. */
export async function onServers(context: CommandContext, work: (place: Workplace) => Promise<void>): Promise<void> {
  if (!context.isDryRun) return workThere(context, work);
  const { rehearse } = await import("./dry-run.ts");
  await rehearse(context, (copied) => workThere(copied, work));
}

async function workThere(context: CommandContext, work: (place: Workplace) => Promise<void>): Promise<void> {
  const { log, secrets, report, signal, isDryRun } = context;
  const { store, config } = openDatabase(context);
  const telling = isDryRun ? undefined : tellRun({ config, store, log });
  const onAlert = alertsTo(report);
  const hide = (secret: string): void => {
    secrets.add(secret);
  };
  const credentials = credentialsOf(config.servers, { log, hide, mayAsk: true });
  const connections = new SessionPair(
    perSide((side) => {
      const settings = config.servers[side];
      const how = {
        side,
        log,
        onAlert: onAlert(side),
        disavowed: new Set<string>(),
        keepAlive: false,
        isEager: true,
        changesNothing: isDryRun,
      };
      const logIn = credentials[side];
      return {
        main: (attempt) => connect(settings, { ...how, credentials: logIn(), ...attempt }),
        limit: settings.connections,
      };
    }),
  );
  const drain = (): void => {
    connections.drain(interrupted());
  };
  signal.addEventListener("abort", drain);
  const names = namesOf(config);
  try {
    if (signal.aborted) drain();
    await work({ connections, store, database: config.database, names, report, stop: signal });
    await connections.logout();
  } catch (error) {
    if (!signal.aborted || !(error instanceof InterimapError)) throw error;
    // Work that has ended in good order leaves connections that can be ended so, too.
    if (error.code === "INTERRUPTED") await connections.logout();
    throw error.abandons === "side" ? interrupted() : error;
  } finally {
    signal.removeEventListener("abort", drain);
    connections.destroy();
    telling?.close();
    store.close();
  }
}

/** What the configuration says of the servers' names. */
export function namesOf({ servers, mapMailbox, mapSpecialUse }: Config): Names {
  const references = perSide((side) => servers[side].listReference);
  return { references, paired: mapMailbox, pairsUses: mapSpecialUse };
}
