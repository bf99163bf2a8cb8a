// Which commands change nothing on a server. All others are refused before they are sent, where nothing may be changed, or where
// nothing may be changed any more.

import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import type { Command } from "../command.ts";

const harmless = new Set([
  ...["AUTHENTICATE", "CAPABILITY", "COMPRESS", "ENABLE", "ID", "LOGIN", "LOGOUT", "NAMESPACE", "NOOP", "STARTTLS"],
  ...["EXAMINE", "LIST", "LSUB", "NOTIFY", "STATUS", "UID FETCH", "UID SEARCH", "UNSELECT"],
]);

/** SELECT takes \Recent from messages, which nobody will miss; without it, a mailbox could not even be left in order. */
export function changesMail({ name }: Pick<Command, "name">): boolean {
  return !harmless.has(name) && name !== "SELECT";
}

/** DRY_RUN for a command that changes something: whoever needs it to go on has to stop here. */
export function harmOf({ name }: Pick<Command, "name">, side: Side): InterimapError | undefined {
  if (harmless.has(name)) return undefined;
  return new InterimapError("DRY_RUN", `what comes next depends on ${name}, which is not sent in a dry run`, { side });
}
