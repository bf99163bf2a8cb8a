// What a dry run says: what would be done.

import { isOnlyPlanned, type SyncEvent } from "../sync/context/events.ts";
import { humanBytes } from "../util/human-bytes.ts";
import { keptAs, messages, quoted } from "./phrases.ts";

/** Undefined: it was done, or is no work. */
export function plannedText(event: SyncEvent): string | undefined {
  if (event.type === "messages-planned") return messagesText(event);
  if (event.type === "moves-planned") return `Would move ${messages(event.count)} to ${quoted(event.to)}`;
  if (!isOnlyPlanned(event)) return undefined;
  switch (event.type) {
    case "mailbox-created":
      return "Would create mailbox";
    case "mailbox-deleted":
      return event.side
        ? `Would delete mailbox${keptAs(event)}`
        : `Would remove ${quoted(event.mailbox)} from the database`;
    case "mailbox-renamed": {
      const to = quoted(event.to);
      return event.side ? `Would rename to ${to}` : `Would rename ${quoted(event.mailbox)} to ${to} in the database`;
    }
    case "subscribed":
      return "Would subscribe";
    case "unsubscribed":
      return "Would unsubscribe";
  }
}

type MessagesPlanned = Extract<SyncEvent, { readonly type: "messages-planned" }>;

function messagesText({ copies, octets, deletions, flagChanges }: MessagesPlanned): string {
  const size = octets === undefined ? "" : ` (${humanBytes(octets)})`;
  const parts = [
    ...(copies === undefined ? ["add the messages of the other side"] : []),
    ...(copies !== undefined && copies > 0 ? [`add ${messages(copies)}${size}`] : []),
    ...(deletions > 0 ? [`remove ${messages(deletions)}`] : []),
    ...(flagChanges > 0 ? [`change the flags of ${messages(flagChanges)}`] : []),
  ];
  return `Would ${[parts.slice(0, -1).join(", "), ...parts.slice(-1)].filter((part) => part !== "").join(" and ")}`;
}
