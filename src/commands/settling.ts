// --delete and --rename settle what a full check has skipped: --status does not go on showing it.

import { displayName } from "../model/mailbox-name.ts";
import { forgetSkipped } from "../service/last-look.ts";
import type { Report } from "../sync/context/events.ts";
import type { CommandContext } from "./command-context.ts";
import { onServers, type Workplace } from "./on-servers.ts";

/** As {@link onServers}. Mailboxes below a renamed one are settled with it. */
export async function settling(context: CommandContext, work: (place: Workplace) => Promise<void>): Promise<void> {
  const deleted = new Set<string>();
  const renamed = new Set<string>();
  const report: Report = (event) => {
    if (event.type === "mailbox-deleted") deleted.add(displayName(event.mailbox));
    if (event.type === "mailbox-renamed") renamed.add(displayName(event.mailbox));
    // On one server it may be done, and refused by the other.
    if (event.type === "mailbox-skipped" && event.mailbox !== undefined) deleted.delete(displayName(event.mailbox));
    context.report(event);
  };
  const isSettled = (name: string): boolean =>
    deleted.has(name) || [...renamed].some((one) => name === one || name.startsWith(`${one}/`));
  await onServers({ ...context, report }, async (place) => {
    await work(place);
    if (!context.isDryRun) forgetSkipped(place.database, isSettled, context.log);
  });
}
