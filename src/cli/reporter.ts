// Makes lines for people of what happened, and remembers whether anything was left out.

import type { Log } from "../log/log.ts";
import { formatFlags } from "../model/flags.ts";
import { displayName } from "../model/mailbox-name.ts";
import { formatUidSet, uidSetOf } from "../model/uid-set.ts";
import type { SyncEvent } from "../sync/events.ts";

export class Reporter {
  readonly #log: Log;
  #leftOut = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** How many mailboxes and messages were left out so far. */
  get leftOut(): number {
    return this.#leftOut;
  }

  report(event: SyncEvent): void {
    const { level, text, isLeftOut = false } = lineOf(event);
    if (isLeftOut) this.#leftOut++;
    const side = event.side ?? (event.type === "mailbox-left-out" ? event.error.side : undefined);
    this.#log[level](text, { mailbox: displayName(event.mailbox), ...(side !== undefined && { side }) });
  }
}

interface Line {
  readonly level: "info" | "warn" | "error";
  readonly text: string;
  readonly isLeftOut?: boolean;
}

function lineOf(event: SyncEvent): Line {
  switch (event.type) {
    case "mailbox-created":
      return { level: "info", text: "Created mailbox" };
    case "subscribed":
      return { level: "info", text: "Subscribed" };
    case "unsubscribed":
      return { level: "info", text: "Unsubscribed" };
    case "messages-added":
      return {
        level: "info",
        text: `Added ${messages(event.uids.length)}, UID ${list(event.sourceUids)} -> ${list(event.uids)}`,
      };
    case "messages-removed":
      return { level: "info", text: `Removed UID ${formatUidSet(event.uids)}` };
    case "flags-updated":
      return { level: "info", text: `Updated flags (${formatFlags(event.flags)}) of UID ${formatUidSet(event.uids)}` };
    case "flags-conflict":
      return {
        level: "warn",
        text: `Flags of UID ${String(event.uid)} changed on both sides; both get the union (${formatFlags(event.flags)})`,
      };
    case "flags-unkept":
      return {
        level: "warn",
        text: `Flags that cannot be kept here stay on the other side only: ${formatFlags(event.flags)}`,
      };
    case "flags-refused":
      return {
        level: "warn",
        text: `Flags of UID ${formatUidSet(event.uids)} could not be set: ${event.reason}`,
        isLeftOut: true,
      };
    case "empty-message":
      return { level: "warn", text: `Skipped UID ${String(event.uid)}: the message is empty`, isLeftOut: false };
    case "message-refused":
      return {
        level: "warn",
        text: `The other side's message UID ${String(event.sourceUid)} was refused: ${event.reason}`,
        isLeftOut: true,
      };
    case "subscription-refused":
      return { level: "warn", text: `The subscription could not be changed: ${event.reason}`, isLeftOut: true };
    case "messages-still-refused":
      return {
        level: "warn",
        text: `${messages(event.count)} refused earlier ${event.count === 1 ? "is" : "are"} still missing`,
        isLeftOut: true,
      };
    case "mailbox-left-out":
      return { level: "error", text: `Mailbox left out: ${event.error.line}`, isLeftOut: true };
  }
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${String(count)} messages`;
}

function list(uids: readonly number[]): string {
  return formatUidSet(uidSetOf(uids));
}
