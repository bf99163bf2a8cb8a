// The default command: lock the database, connect to both servers, make them identical, say goodbye.

import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { ensureDirectory } from "../config/directories.ts";
import { connect } from "../imap/connect.ts";
import type { Log } from "../log/log.ts";
import { InterimapError } from "../model/errors.ts";
import { perSide } from "../model/side.ts";
import { openStore } from "../store/open-store.ts";
import { Connections } from "../sync/connections.ts";
import type { Report } from "../sync/events.ts";
import { synchronise } from "../sync/synchronise.ts";

export interface SyncCommand {
  readonly config: Config;
  /** From the command line; empty: what the configuration says. */
  readonly mailboxes: readonly string[];
  readonly log: Log;
  readonly report: Report;
  /** Ends the run early; what was done until then is recorded. */
  readonly signal: AbortSignal;
}

/** @throws InterimapError of any kind. */
export async function syncCommand({ config, mailboxes, log, report, signal }: SyncCommand): Promise<void> {
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
    await synchronise({
      query: {
        references: perSide((side) => config.servers[side].listReference),
        patterns: mailboxes.length > 0 ? mailboxes : config.listMailbox,
        selectOptions: mailboxes.length > 0 ? [] : config.listSelectOpts,
      },
      isIgnored: (name) => mailboxes.length === 0 && config.ignoreMailbox?.test(name) === true,
      connections,
      store,
      report,
    });
    await connections.logout();
  } finally {
    signal.removeEventListener("abort", interrupt);
    connections.destroy();
    store.close();
  }
}
