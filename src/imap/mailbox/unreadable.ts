// The error that skips a mailbox because a line about it cannot be read.

import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import { excerpt } from "../../util/printable.ts";

export function lineUnreadable(line: string, side: Side): InterimapError {
  return mailboxProtocol(notUnderstood(line), side);
}

/** For people. Nothing is quoted when `line` is empty. */
export function notUnderstood(line: string): string {
  return `the server sent a line that cannot be understood${line === "" ? "" : `: "${excerpt(line)}"`}`;
}

/** What the server said cannot be; whatever else it said of the mailbox is not to be relied on either. */
export function mailboxProtocol(message: string, side: Side): InterimapError {
  return new InterimapError("MAILBOX_PROTOCOL", message, {
    side,
    hint: "the next run tries again; if this keeps happening, the server has a defect",
  });
}
