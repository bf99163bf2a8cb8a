// What all commands share: lock the database, prepare to connect, work, log out.

import { credentialsOf } from "../credentials/credentials-of.ts";
import { pairOf } from "../mail/pool/connect-pair.ts";
import type { SessionPair } from "../mail/pool/pair.ts";
import { runOnPair } from "../mail/pool/run-on-pair.ts";
import type { Store } from "../state/state-store.ts";
import type { Report } from "../sync/context/events.ts";
import type { Names } from "../sync/mailboxes/special-pairs.ts";
import { namesOf } from "../sync/scope.ts";
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
  const hide = (secret: string): void => {
    secrets.add(secret);
  };
  const credentials = credentialsOf(config.servers, { log, hide, mayAsk: true });
  const manner = { log, credentials, onAlert: alertsTo(report), changesNothing: isDryRun };
  const connections = pairOf(config.servers, manner);
  const { database } = config;
  try {
    await runOnPair(connections, signal, () =>
      work({ connections, store, database, names: namesOf(config), report, stop: signal }),
    );
  } finally {
    telling?.close();
    store.close();
  }
}
