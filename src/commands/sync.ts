// The default command: synchronises both servers once.

import { recordLook } from "../service/last-look.ts";
import type { SyncOptions } from "../sync/context/run.ts";
import { scopeOf } from "../sync/scope.ts";
import { synchronise } from "../sync/synchronise.ts";
import { monotonicMs } from "../util/monotonic.ts";
import type { CommandContext } from "./command-context.ts";
import { notingFailure } from "./note-failure.ts";
import { onServers, type Workplace } from "./on-servers.ts";

export interface SyncCommand extends CommandContext {
  /** From the command line; empty: what the configuration says. */
  readonly mailboxes: readonly string[];
  /** Whatever max-delete says. */
  readonly allowsMassDelete: boolean;
}

/** @throws InterimapError of any kind. */
export async function syncCommand(command: SyncCommand): Promise<void> {
  await lookingAtAll(command, async (place) => {
    await synchronise(syncOptions(command, place));
  });
}

/**
 * Does what looks at each mailbox that is meant, and leaves word of how that went if all are.
 * @throws InterimapError of any kind.
 */
export async function lookingAtAll(command: SyncCommand, look: (place: Workplace) => Promise<void>): Promise<void> {
  const [at, startedAt] = [Date.now(), monotonicMs()];
  const work = (): Promise<void> =>
    onServers(command, async (place) => {
      await look(place);
      if (command.mailboxes.length > 0 || command.isDryRun) return;
      const { config, log, totals } = command;
      const lastLook = { at, durationMs: Math.round(monotonicMs() - startedAt), ...totals.summary };
      recordLook(place.database, lastLook, log);
      if (config.metricsFile === undefined) return;
      const [{ MetricsFile }, { statusDocument }] = await Promise.all([
        import("../service/metrics-file.ts"),
        import("./gather-status.ts"),
      ]);
      new MetricsFile(config.metricsFile, log).write(statusDocument({ ...place, lastLook }), totals.work);
    });
  await (command.isDryRun ? work() : notingFailure(command, work));
}

/** Which mailboxes are meant. */
export function syncOptions(command: SyncCommand, { names, ...place }: Workplace): SyncOptions {
  return { ...place, ...scopeOf(command, names) };
}
