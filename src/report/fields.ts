// The fields of an event besides its words, for a log that programs read.

import { errorFields } from "../log/error-context.ts";
import type { LogFields } from "../log/log.ts";
import { InterimapError } from "../model/errors.ts";
import { formatFlags } from "../model/flags.ts";
import { briefName } from "../model/mailbox-name.ts";
import { type UidSet, uidSetOf } from "../model/uid-set.ts";
import { shownUidSet } from "../model/uid-set-text.ts";
import type { SyncEvent } from "../sync/context/events.ts";

/** `event` is its kind; numbers and words are as they are, sets of UIDs as IMAP writes them. Of an error there is its code. */
export function fieldsOf({ type, ...event }: SyncEvent): LogFields {
  const fields: Record<string, string | number | boolean> = { event: type };
  for (const [name, value] of Object.entries<unknown>(event)) {
    if (name === "side" || name === "mailbox") continue;
    if (typeof value === "number" || typeof value === "boolean") fields[name] = value;
    else if (typeof value === "string") fields[name] = name === "to" || name === "keptAs" ? briefName(value) : value;
    else if (value instanceof InterimapError) Object.assign(fields, errorFields(value));
    else if (isUidSet(value)) fields[name] = shownUidSet(value);
    else if (areUids(value)) fields[name] = shownUidSet(uidSetOf(value));
  }
  if ("flags" in event) fields["flags"] = formatFlags(event.flags);
  return fields;
}

function isUidSet(value: unknown): value is UidSet {
  return typeof value === "object" && value !== null && "ranges" in value;
}

function areUids(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((uid) => typeof uid === "number");
}
