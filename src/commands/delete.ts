// --delete: deletes the given mailboxes on every target that has them. Mailboxes below them stay.

import type { Target } from "../model/target.ts";
import { deleteMailboxes } from "../sync/mailboxes/delete-mailboxes.ts";
import type { CommandContext } from "./command-context.ts";
import { settling } from "./settling.ts";

export interface DeleteCommand extends CommandContext {
  /** As given on the command line. */
  readonly mailboxes: readonly string[];
  readonly targets: readonly Target[];
}

/** @throws InterimapError of any kind. */
export async function deleteCommand({ mailboxes, targets, ...context }: DeleteCommand): Promise<void> {
  await settling(context, (place) => deleteMailboxes({ ...place, mailboxes, targets }));
}
