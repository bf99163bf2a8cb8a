// A daemon looks at the same trouble again and again; its user reads of it once a day.

import { alike } from "../model/alike.ts";
import { formatFlags } from "../model/flags.ts";
import { uidsOf } from "../model/uid-set.ts";
import type { Report, SyncEvent } from "./events.ts";

const repetitionMs = 24 * 60 * 60_000;

/** Passes on everything but trouble that was told within the last day. */
export function newsOnly(report: Report, now: () => number = Date.now): Report {
  const told = new Map<string, number>();
  return (event) => {
    const trouble = keysOf(event);
    for (const [key, at] of told) if (now() - at >= repetitionMs) told.delete(key);
    if (trouble.length > 0 && trouble.every((key) => told.has(key))) return;
    for (const key of trouble) told.set(key, now());
    report(event);
  };
}

/** One for each trouble that the event tells of. */
function keysOf(event: SyncEvent): string[] {
  const { side, mailbox } = event;
  if (event.type === "messages-refused" || event.type === "messages-still-refused") {
    return [...uidsOf(event.sourceUids)].map((uid) => ["refused", side, mailbox, uid, alike(event.reason)].join("\n"));
  }
  if (event.type === "deletions-refused" || event.type === "changes-still-refused") {
    const what = event.type === "deletions-refused" ? "deletion" : event.what;
    return [...uidsOf(event.uids)].map((uid) => ["refused", what, side, mailbox, uid, alike(event.reason)].join("\n"));
  }
  const key = keyOf(event);
  return key === undefined ? [] : [key];
}

function keyOf(event: SyncEvent): string | undefined {
  const { type, side, mailbox } = event;
  const key = (...details: readonly (string | number)[]): string => [type, side, mailbox, ...details].join("\n");
  switch (type) {
    case "mailbox-left-out":
      return key(event.error.message);
    case "alert":
      return key(event.text);
    case "subscription-refused":
    case "flags-refused":
    case "notify-missing":
    case "copies-wait":
      return key(alike(event.reason));
    case "vanished-refuted":
    case "news-in-vain":
    case "changes-untold":
      return key();
    case "flags-unkept":
      return key(formatFlags(event.flags));
    default:
      return undefined;
  }
}
