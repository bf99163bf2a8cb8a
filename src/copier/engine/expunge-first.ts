// `--expunge1`: removes from a folder of host1, before it is copied, what is marked as deleted there.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { expungeMarked } from "../../imap/verbs/expunge.ts";
import { select } from "../../imap/verbs/select.ts";
import type { CopyRun } from "./copy-run.ts";

/** With `--delete1` all goes that was copied, and nothing else: marked messages are copied first, too. */
export function wantsExpunge({ expunge1, delete1, justfolders }: CopyRun["options"]): boolean {
  return expunge1 && !delete1 && !justfolders;
}

/** A server that refuses keeps no message from being copied. */
export async function expungeFirst(
  { options, emit }: Pick<CopyRun, "options" | "emit">,
  channel: Channel,
  folder: string,
): Promise<void> {
  if (options.dry) {
    emit({ type: "expunged", host: 1, folder, isDry: true });
    return;
  }
  try {
    await select(channel, folder);
    await expungeMarked(channel);
    emit({ type: "expunged", host: 1, folder });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    emit({ type: "notice", host: 1, text: `folder ${folder} cannot be expunged: ${error.words}`, isWarning: true });
  }
}
