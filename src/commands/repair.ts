// --repair: a synchronisation that does not trust the database, lists what is wrong in it, and corrects that.

import type { SyncEvent } from "../sync/context/events.ts";
import { synchronise } from "../sync/synchronise.ts";
import { lookingAtAll, type SyncCommand, syncOptions } from "./sync.ts";

const flaws: readonly SyncEvent["type"][] = ["anomaly", "state-ahead", "uidvalidity-changed", "entries-dropped"];

/** @throws InterimapError of any kind; DATABASE_READ before anything else when the database's file is damaged. */
export async function repairCommand(command: SyncCommand): Promise<void> {
  let hasFlaws = false;
  const report = (event: SyncEvent): void => {
    hasFlaws ||= flaws.includes(event.type) || event.type === "mailbox-skipped" || event.type === "deletions-held-back";
    command.report(event);
  };
  await lookingAtAll({ ...command, report }, async (place) => {
    place.store.check();
    report({ type: "database-sound" });
    await synchronise({ ...syncOptions(command, place), repairs: true });
  });
  if (!hasFlaws) report({ type: "nothing-to-repair" });
}
