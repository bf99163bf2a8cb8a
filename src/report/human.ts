// Makes lines for people of what happened.

import type { Level, Log } from "../log/log.ts";
import type { ErrorLine } from "../model/errors.ts";
import { formatFlags } from "../model/flags.ts";
import { briefName } from "../model/mailbox-name.ts";
import { otherSide } from "../model/side.ts";
import { countUids, uidSetOf } from "../model/uid-set.ts";
import { formatUidSet, shownUidSet } from "../model/uid-set-text.ts";
import type { Report, SyncEvent } from "../sync/context/events.ts";
import type { Anomaly } from "../sync/recovery/repair-plan.ts";
import { duration } from "../util/duration.ts";
import { humanBytes } from "../util/human-bytes.ts";
import { fieldsOf } from "./fields.ts";

/** One line an event. */
export function reportTo(log: Log, errorLine: ErrorLine): Report {
  return (event) => {
    const { level, text } = lineOf(event, errorLine);
    const side = event.side ?? (event.type === "mailbox-skipped" ? event.error.side : undefined);
    log[level](text, {
      ...(event.mailbox !== undefined && { mailbox: briefName(event.mailbox) }),
      ...(side !== undefined && { side }),
      fields: () => fieldsOf(event),
    });
  };
}

interface Line {
  readonly level: Level;
  readonly text: string;
}

function lineOf(event: SyncEvent, errorLine: ErrorLine): Line {
  switch (event.type) {
    case "mailbox-created":
      return { level: "info", text: "Created mailbox" };
    // Without a side there is no prefix that would have the name.
    case "mailbox-deleted":
      return {
        level: "info",
        text: event.side ? "Deleted mailbox" : `Removed ${quoted(event.mailbox)} from the database`,
      };
    case "mailbox-renamed": {
      const to = quoted(event.to);
      const inDatabase = `Renamed ${quoted(event.mailbox)} to ${to} in the database`;
      return { level: "info", text: event.side ? `Renamed to ${to}` : inDatabase };
    }
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
    case "late-copies-removed":
      return {
        level: "info",
        text: `Removed UID ${formatUidSet(event.uids)}: second copies, which the server made of what it had not confirmed`,
      };
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
    case "dates-unkept":
      return {
        level: "warn",
        text: `${messages(event.count)} got the time of arrival as date: the other server told none that can be kept`,
      };
    case "flags-refused":
      return {
        level: "warn",
        text: `Flags of UID ${formatUidSet(event.uids)} could not be set: ${event.reason}`,
      };
    case "deletions-refused":
      return {
        level: "warn",
        text: `UID ${formatUidSet(event.uids)} could not be deleted and stays here: ${event.reason}`,
      };
    case "changes-still-refused": {
      const left =
        event.what === "deletion" ? "still here, though deleted on the other side" : "with other flags than there";
      return { level: "warn", text: `Refused earlier and ${left}, UID ${formatUidSet(event.uids)}: ${event.reason}` };
    }
    case "vanished-refuted":
      return {
        level: "warn",
        text: `The server reported UID ${formatUidSet(event.uids)} as vanished, but has them: nothing was deleted for that`,
      };
    case "changes-untold":
      return {
        level: "warn",
        text: `The server does not tell of every change (${event.reason}): the mailbox is compared in full at each run`,
      };
    case "messages-refused": {
      const isOne = countUids(event.sourceUids) === 1;
      const which = `${isOne ? "message" : "messages"} UID ${formatUidSet(event.sourceUids)}`;
      return { level: "warn", text: `The other side's ${which} ${isOne ? "was" : "were"} refused: ${event.reason}` };
    }
    case "copies-wait": {
      const where = event.mailbox === undefined ? ` to ${String(event.mailboxes)} mailboxes` : "";
      return {
        level: "warn",
        text: `The other side's new messages are not copied${where} for now: ${event.reason}`,
      };
    }
    case "subscription-refused":
      return { level: "warn", text: `The subscription could not be changed: ${event.reason}` };
    case "messages-still-refused":
      return {
        level: "warn",
        text: `Refused earlier and still missing, the other side's UID ${formatUidSet(event.sourceUids)}: ${event.reason}`,
      };
    case "uidvalidity-changed":
      return {
        level: "warn",
        text: "UIDVALIDITY changed: the mailbox was made anew or restored. Nothing is deleted; all messages are matched again",
      };
    case "went-back":
      return {
        level: "warn",
        text: `Not in the state that was recorded, as after a restored backup or a lost index: ${event.reason}. All messages are compared; nothing is deleted because of it`,
      };
    case "anomaly":
      return { level: "warn", text: anomalyText(event) };
    case "state-ahead":
      return {
        level: "warn",
        text: `The database has ${event.item} ${event.recorded}, but the server is only at ${event.actual}`,
      };
    case "database-upgraded":
      return {
        level: "info",
        text: `Upgraded the database from version ${String(event.from)} to ${String(event.to)}; as it was, it is kept in ${event.backup}`,
      };
    case "account-replaced":
      return { level: "info", text: `The database is about ${event.now} from now on, instead of ${event.before}` };
    case "messages-matched":
      return {
        level: "info",
        text: `${quoted(event.mailbox)}: both servers have ${event.count === 1 ? "1 message" : `the same ${String(event.count)} messages`} already, which need not be copied`,
      };
    case "entries-dropped":
      return {
        level: "warn",
        text: `The database had ${event.count === 1 ? "an entry" : `${String(event.count)} entries`} of ${quoted(event.mailbox)} that cannot be: dropped. Nothing is deleted because of it; messages without one are matched again`,
      };
    case "connection-failed":
      return { level: "warn", text: `${event.error.message}; trying again in ${duration(event.retryInMs)}` };
    case "connected-again":
      return { level: "info", text: `Connected again after ${duration(event.afterMs)}` };
    case "notify-missing":
      return { level: "warn", text: `${event.reason}: ${insteadOfNotify[event.instead]}` };
    case "news-in-vain":
      return {
        level: "warn",
        text: "the server announces changes again and again, but there are none: its announcements are looked into less often",
      };
    case "alert":
      return { level: "warn", text: `The server says: ${event.text}` };
    case "more-unshown":
      return {
        level: "warn",
        text: event.isAlert
          ? "The server has more to say, in other words each time: it is not shown for a day"
          : "Further lines like the last one, in other words each time, are not shown for a day",
      };
    case "clock-jumped":
      return {
        level: "info",
        text: `The clock went ahead by ${duration(event.byMs)}: this machine was asleep, or its clock was set. Connecting anew`,
      };
    case "deletions-held-back":
      return { level: "error", text: errorLine(event.error) };
    case "database-sound":
      return { level: "info", text: "The database's file is undamaged" };
    case "nothing-to-repair":
      return { level: "info", text: "Nothing to repair" };
    case "surveyed": {
      const { mailboxes, copies, octets, deletions, flagChanges } = event;
      const where = mailboxes === 1 ? "1 mailbox" : `${String(mailboxes)} mailboxes`;
      const size = octets === 0 ? "" : ` (${humanBytes(octets)})`;
      const changes = `${String(deletions)} to delete, ${String(flagChanges)} with changed flags`;
      return { level: "debug", text: `Found in ${where}: ${messages(copies)} to copy${size}, ${changes}` };
    }
    case "mailbox-skipped": {
      // As above: what concerns no server is the database's.
      const isNamed = event.side !== undefined || event.error.side !== undefined || event.mailbox === undefined;
      const name = isNamed ? "" : `${quoted(event.mailbox)} `;
      return { level: "error", text: `Mailbox ${name}skipped: ${errorLine(event.error)}` };
    }
  }
}

function anomalyText({ kind, side, ...set }: Anomaly): string {
  const uids = `UID ${shownUidSet(set.uids)}`;
  const pair = `${uids} here, UID ${shownUidSet(set.counterparts)} on the ${otherSide(side)} side`;
  switch (kind) {
    case "never-assigned":
      return `In the database, but no message ever had this UID: ${pair}. The entry is dropped`;
    case "gone-on-both":
      return `In the database, but gone on both sides: ${pair}. The entry is dropped`;
    case "gone":
      return `Gone, though the server tells of no deletion since the last run: ${pair}. Copied again from the other side`;
    case "replaced":
      return `Gone, but an equal message is here: ${pair}. Paired anew`;
    case "mispaired":
      return `Paired in the database, but different messages: ${pair}. Paired anew`;
    case "unrecorded":
      return `Not in the database: ${uids}. Paired with an equal message of the other side, or else copied`;
    case "flags-differ":
      return `Flags differ, and neither server tells of a change: ${pair}. Both get the union`;
  }
}

const insteadOfNotify = {
  idle: "it tells of changes in the mailboxes of idle-mailboxes only, and is asked for those in the others",
  poll: "it is asked for changes from time to time",
};

function quoted(mailbox: string): string {
  return `"${briefName(mailbox)}"`;
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${String(count)} messages`;
}

function list(uids: readonly number[]): string {
  return formatUidSet(uidSetOf(uids));
}
