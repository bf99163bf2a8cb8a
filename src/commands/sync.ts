// The default command: lock the database, connect to both servers, make them identical, say goodbye.

import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { ensureDirectory } from "../config/directories.ts";
import { connect } from "../imap/connect.ts";
import type { Session } from "../imap/session.ts";
import type { Log } from "../log/log.ts";
import { InterimapError } from "../model/errors.ts";
import { bothSides, perSide, type PerSide, type Side } from "../model/side.ts";
import { openStore } from "../store/open-store.ts";
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
export async function syncCommand(command: SyncCommand): Promise<void> {
  const { config, mailboxes, report, signal } = command;
  ensureDirectory(dirname(config.database));
  const store = openStore({ path: config.database });
  try {
    await withSessions(command, (sessions) =>
      synchronise({
        query: {
          references: perSide((side) => config.servers[side].listReference),
          patterns: mailboxes.length > 0 ? mailboxes : config.listMailbox,
          selectOptions: mailboxes.length > 0 ? [] : config.listSelectOpts,
        },
        isIgnored: (name) => mailboxes.length === 0 && config.ignoreMailbox?.test(name) === true,
        sessions,
        store,
        report,
      }),
    );
  } finally {
    store.close();
  }
  signal.throwIfAborted();
}

async function withSessions(
  { config, log, signal }: SyncCommand,
  work: (sessions: PerSide<Session>) => Promise<void>,
): Promise<void> {
  const open: Session[] = [];
  const connecting = new AbortController();
  const interrupt = (): void => {
    connecting.abort(interrupted());
    for (const session of open) session.destroy(interrupted());
  };
  signal.addEventListener("abort", interrupt);
  try {
    const sessions = await bothSides(async (side: Side) => {
      try {
        const session = await connect(config.servers[side], { side, log, keepAlive: false, signal: connecting.signal });
        open.push(session);
        return session;
      } catch (error) {
        // Without this side the other is of no use: do not wait for it.
        connecting.abort(error);
        throw error;
      }
    });
    await work(sessions);
    await bothSides((side) => sessions[side].logout());
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  } finally {
    signal.removeEventListener("abort", interrupt);
    for (const session of open) session.destroy();
  }
}

function interrupted(): InterimapError {
  return new InterimapError("INTERRUPTED", "interrupted; what was done so far is recorded");
}
