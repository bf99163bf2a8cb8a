// Lets --status ask a run that is not a daemon: nobody else can read the database meanwhile.

import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { StatusServer } from "../service/status-socket.ts";
import type { Store } from "../state/state-store.ts";

export interface Telling {
  readonly config: Config;
  readonly store: Store;
  readonly log: Pick<Log, "debug">;
}

/** Most runs are over by then and need no socket; until then, --status waits for the database. */
const delayMs = 300;

/** Close it before the store. Never throws; if it cannot listen, the run goes on without a warning. */
export function tellRun({ config, store, log }: Telling): { close(): void } {
  const run = { pid: process.pid, startedAt: Date.now() };
  let isClosed = false;
  let server: StatusServer | undefined;
  const serve = async (): Promise<void> => {
    const [{ serveStatus }, { statusDocument }] = await Promise.all([
      import("../service/status-socket.ts"),
      import("./gather-status.ts"),
    ]);
    if (isClosed) return;
    const answer = (): string => JSON.stringify(statusDocument({ database: config.database, store, run }));
    server = serveStatus(config.statusSocket, answer, { warn: (text) => log.debug(text) });
  };
  const timer = setTimeout(() => {
    serve().catch((error: unknown) => log.debug(`--status cannot ask this process: ${String(error)}`));
  }, delayMs).unref();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      server?.close();
    },
  };
}
