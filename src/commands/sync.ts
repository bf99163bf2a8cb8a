// The default command: make both servers identical.

import { synchronise, type SyncOptions } from "../sync/synchronise.ts";
import { onServers, type CommandContext, type Workplace } from "./on-servers.ts";

export interface SyncCommand extends CommandContext {
  /** From the command line; empty: what the configuration says. */
  readonly mailboxes: readonly string[];
}

/** @throws InterimapError of any kind. */
export async function syncCommand(command: SyncCommand): Promise<void> {
  await onServers(command, (place) => synchronise(syncOptions(command, place)));
}

/** Which mailboxes are meant. */
export function syncOptions(
  { config, mailboxes }: SyncCommand,
  { connections, store, references, report }: Workplace,
): SyncOptions {
  return {
    connections,
    store,
    report,
    query: {
      references,
      patterns: mailboxes.length > 0 ? mailboxes : config.listMailbox,
      selectOptions: mailboxes.length > 0 ? [] : config.listSelectOpts,
    },
    isIgnored: (name) => mailboxes.length === 0 && config.ignoreMailbox?.test(name) === true,
  };
}
