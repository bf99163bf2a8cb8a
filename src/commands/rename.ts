// --rename: renames a mailbox, and those below it, on every target that has it.

import type { Target } from "../model/target.ts";
import { renameMailbox } from "../sync/renames/rename-mailbox.ts";
import type { CommandContext } from "./command-context.ts";
import { settling } from "./settling.ts";

export interface RenameCommand extends CommandContext {
  /** As given on the command line. */
  readonly source: string;
  readonly destination: string;
  readonly targets: readonly Target[];
}

/** @throws InterimapError of any kind. */
export async function renameCommand({ source, destination, targets, ...context }: RenameCommand): Promise<void> {
  await settling(context, (place) => renameMailbox({ ...place, source, destination, targets }));
}
