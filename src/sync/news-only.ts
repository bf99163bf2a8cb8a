// A daemon looks at the same trouble again and again; its user reads of it once a day.

import { formatFlags } from "../model/flags.ts";
import type { Report, SyncEvent } from "./events.ts";

const repetitionMs = 24 * 60 * 60_000;

/** Passes on everything but trouble that was told within the last day. */
export function newsOnly(report: Report, now: () => number = Date.now): Report {
  const told = new Map<string, number>();
  return (event) => {
    const trouble = keyOf(event);
    if (trouble !== undefined) {
      const toldAt = told.get(trouble);
      if (toldAt !== undefined && now() - toldAt < repetitionMs) return;
      told.set(trouble, now());
      for (const [key, at] of told) if (now() - at >= repetitionMs) told.delete(key);
    }
    report(event);
  };
}

function keyOf(event: SyncEvent): string | undefined {
  const { type, side, mailbox } = event;
  const key = (...details: readonly (string | number)[]): string => [type, side, mailbox, ...details].join("\n");
  switch (type) {
    case "mailbox-left-out":
      return key(event.error.message);
    case "message-refused":
      return key(event.sourceUid, event.reason);
    case "messages-still-refused":
      return key(event.count);
    case "subscription-refused":
    case "flags-refused":
    case "notify-missing":
      return key(event.reason);
    case "flags-unkept":
      return key(formatFlags(event.flags));
    default:
      return undefined;
  }
}
