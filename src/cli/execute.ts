// The commands that work on the servers once.

import type { CommandContext } from "../commands/command-context.ts";
import { syncCommand } from "../commands/sync.ts";
import type { WorkInvocation } from "./invocation.ts";

/** What a plain run does not need is loaded when it is asked for. */
export async function execute(
  invocation: Exclude<WorkInvocation, { command: "watch" }>,
  context: CommandContext,
): Promise<void> {
  switch (invocation.command) {
    case "sync":
      return syncCommand({ ...invocation, ...context });
    case "repair": {
      const { repairCommand } = await import("../commands/repair.ts");
      return repairCommand({ ...invocation, ...context });
    }
    case "delete": {
      const { deleteCommand } = await import("../commands/delete.ts");
      return deleteCommand({ ...context, mailboxes: invocation.mailboxes, targets: invocation.targets });
    }
    case "rename": {
      const { renameCommand } = await import("../commands/rename.ts");
      const { source, destination, targets } = invocation;
      return renameCommand({ ...context, source, destination, targets });
    }
  }
}
