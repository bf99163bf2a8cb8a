// --dry-run: a run on a copy of the database, with connections over which nothing can be changed. What it would have done is
// reported on the way, and summed up at the end.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { InterimapError } from "../model/errors.ts";
import { hasContents } from "../state/has-contents.ts";
import { openStore } from "../state/open-store.ts";
import { isOnlyPlanned, type SyncEvent } from "../sync/context/events.ts";
import { counted } from "../util/counted.ts";
import { humanBytes } from "../util/human-bytes.ts";
import type { CommandContext } from "./command-context.ts";

/** @throws InterimapError of any kind. */
export async function rehearse(
  context: CommandContext,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const { log, config } = context;
  const directory = mkdtempSync(join(tmpdir(), "interimap-"));
  const sum = new PlannedSum();
  log.info("Dry run: nothing is changed");
  try {
    const copied = copyOf(config, directory);
    const report = (event: SyncEvent): void => {
      if (ofTheCopy.includes(event.type)) return;
      sum.note(event);
      context.report(event);
    };
    await work({ ...context, config: copied, report });
    log.info(sum.text());
  } catch (error) {
    throw withRealNames(error, { config, directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** They would be done with the database itself, and are no news of the servers. */
const ofTheCopy: readonly SyncEvent["type"][] = [
  "database-upgraded",
  "account-replaced",
  "flags-conflict",
  "flags-unkept",
  "surveyed",
];

/** @throws InterimapError that {@link openStore} throws. */
function copyOf(config: Config, directory: string): Config {
  const { database, otherwise } = config;
  const copy = join(directory, basename(database));
  if (hasContents(database)) {
    const store = openStore({ path: database });
    try {
      store.copyTo(copy);
    } finally {
      store.close();
    }
  }
  return { ...config, database: copy, otherwise: otherwise && copyOf(otherwise, directory) };
}

/** Statements about the copy hold for the database. */
function withRealNames(error: unknown, { config, directory }: { config: Config; directory: string }): unknown {
  if (!(error instanceof InterimapError) || !error.message.includes(directory)) return error;
  const message = error.message.replaceAll(directory, dirname(config.database));
  const { code, hint, side } = error;
  return new InterimapError(code, message, {
    ...(hint !== undefined && { hint }),
    ...(side && { side }),
    cause: error,
  });
}

class PlannedSum {
  #copies = 0;
  #octets = 0;
  #moves = 0;
  #deletions = 0;
  #flagChanges = 0;
  #mailboxes = 0;
  #isMore = false;

  note(event: SyncEvent): void {
    if (isOnlyPlanned(event)) this.#mailboxes++;
    if (event.type === "moves-planned") this.#moves += event.count;
    if (event.type !== "messages-planned") return;
    this.#copies += event.copies ?? 0;
    this.#octets += event.octets ?? 0;
    this.#isMore ||= event.copies === undefined;
    this.#deletions += event.deletions;
    this.#flagChanges += event.flagChanges;
  }

  text(): string {
    const [copies, deletions, flagChanges] = [this.#copies, this.#deletions, this.#flagChanges];
    const size = this.#octets === 0 ? "" : ` (${humanBytes(this.#octets)})`;
    const parts = [
      ...(this.#mailboxes > 0 ? [`${counted(this.#mailboxes, "change")} of mailboxes`] : []),
      ...(copies > 0 || this.#isMore
        ? [`${counted(copies, "message")}${this.#isMore ? " or more" : ""} to copy${size}`]
        : []),
      ...(this.#moves > 0 ? [`${this.#moves} to move`] : []),
      ...(deletions > 0 ? [`${deletions} to delete`] : []),
      ...(flagChanges > 0 ? [`${flagChanges} to get other flags`] : []),
    ];
    return `Dry run: nothing was changed; ${parts.length === 0 ? "there is nothing to do" : parts.join(", ")}`;
  }
}
