// Turns events into lines for people.

import type { Level, Log } from "../log/log.ts";
import type { ErrorLine } from "../model/errors.ts";
import { formatFlags } from "../model/flags.ts";
import { briefName } from "../model/mailbox-name.ts";
import { otherSide } from "../model/side.ts";
import { countUids } from "../model/uid-set.ts";
import { formatUidSet } from "../model/uid-set-text.ts";
import type { Report, SyncEvent } from "../sync/context/events.ts";
import { isProgress, type ProgressEvent } from "../sync/context/progress-events.ts";
import { counted } from "../util/counted.ts";
import { duration } from "../util/duration.ts";
import { humanBytes } from "../util/human-bytes.ts";
import { anomalyText } from "./anomaly-text.ts";
import { fieldsOf } from "./fields.ts";
import { keptAs, list, messages, quoted, someNames } from "./phrases.ts";
import { plannedText } from "./planned.ts";

/** One line an event. */
export function reportTo(log: Log, errorLine: ErrorLine): Report {
  return (event) => {
    if (isProgress(event)) return;
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

/** Whatever is worth a line. */
type Told = Exclude<SyncEvent, ProgressEvent>;

export function lineOf(event: Told, errorLine: ErrorLine): Line {
  const planned = plannedText(event);
  return planned === undefined ? doneLine(event, errorLine) : { level: "info", text: planned };
}

function doneLine(event: Told, errorLine: ErrorLine): Line {
  switch (event.type) {
    case "messages-planned":
    case "moves-planned":
    case "mailbox-created":
      return { level: "info", text: "Created mailbox" };
    // Without a side there is no prefix that would have the name.
    case "mailbox-deleted":
      return {
        level: "info",
        text: event.side ? `Deleted mailbox${keptAs(event)}` : `Removed ${quoted(event.mailbox)} from the database`,
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
    case "messages-moved": {
      const uids = event.uids.length === 0 ? "" : ` -> ${list(event.uids)}`;
      const what = `${event.isCopy ? "Copied" : "Moved"} ${messages(event.sourceUids.length)}`;
      return { level: "info", text: `${what} to ${quoted(event.to)}, UID ${list(event.sourceUids)}${uids}` };
    }
    case "messages-apart": {
      const [here, there] = [quoted(event.local), quoted(event.remote)];
      const what = `${messages(event.count)} moved to ${here} on the local and to ${there} on the remote side`;
      return { level: "warn", text: `${quoted(event.mailbox)}: ${what}; both mailboxes have them now` };
    }
    case "messages-removed":
      return { level: "info", text: `Removed UID ${formatUidSet(event.uids)}` };
    case "messages-had-before": {
      const those = `UID ${formatUidSet(event.sourceUids)} of the ${otherSide(event.side)} side`;
      return {
        level: "info",
        text: `The server keeps only one of several equal messages: ${those} is UID ${formatUidSet(event.uids)} here`,
      };
    }
    case "late-copies-removed":
      return {
        level: "info",
        text: `Removed second copies, UID ${formatUidSet(event.uids)}: the server stored them late, after they had been copied again`,
      };
    case "flags-updated":
      return { level: "info", text: `Updated flags (${formatFlags(event.flags)}) of UID ${formatUidSet(event.uids)}` };
    case "flags-conflict":
      return {
        level: "warn",
        text: `Flags of UID ${String(event.uid)} changed on both sides; both now have all of them (${formatFlags(event.flags)})`,
      };
    case "flags-unkept":
      return {
        level: "warn",
        text: `These flags cannot be stored here and stay on the other side only: ${formatFlags(event.flags)}`,
      };
    case "dates-unkept":
      return {
        level: "warn",
        text: `${messages(event.count)} got the current time as the date of arrival: the other server gave no date that can be stored`,
      };
    case "flags-refused":
      return {
        level: "warn",
        text: `Flags of UID ${formatUidSet(event.uids)} could not be set: ${event.reason}`,
      };
    case "deletions-refused":
      return {
        level: "warn",
        text: `UID ${formatUidSet(event.uids)} could not be deleted here: ${event.reason}`,
      };
    case "others-expunged":
      return {
        level: "warn",
        text: `UID ${formatUidSet(event.uids)} vanished while other messages were deleted here: another client deleted or marked it at that moment. Copied again from the other side`,
      };
    case "marks-not-restored":
      return {
        level: "warn",
        text: `UID ${formatUidSet(event.uids)} could not be marked as deleted again: ${event.reason}`,
      };
    case "changes-still-refused": {
      const left = event.what === "deletion" ? "not deleted here" : "without the other side's flags";
      return { level: "warn", text: `Still ${left}, UID ${formatUidSet(event.uids)}: ${event.reason}` };
    }
    case "vanished-refuted":
      return {
        level: "warn",
        text: `The server reported UID ${formatUidSet(event.uids)} as vanished but still has it; nothing was deleted`,
      };
    case "changes-untold":
      return {
        level: "warn",
        text: `The server does not report every change (${event.reason}); each run compares this mailbox in full`,
      };
    case "messages-refused": {
      const which = `UID ${formatUidSet(event.sourceUids)} of the ${otherSide(event.side)} side`;
      const was = countUids(event.sourceUids) === 1 ? "was" : "were";
      return { level: "warn", text: `${which} ${was} refused: ${event.reason}` };
    }
    case "copies-wait": {
      const where = event.mailbox === undefined ? ` of ${String(event.mailboxes)} mailboxes` : "";
      return {
        level: "warn",
        text: `New messages${where} on the ${otherSide(event.side)} side are not copied for now: ${event.reason}`,
      };
    }
    case "subscription-refused":
      return { level: "warn", text: `The subscription could not be changed: ${event.reason}` };
    case "messages-still-refused":
      return {
        level: "warn",
        text: `Still refused here, UID ${formatUidSet(event.sourceUids)} of the ${otherSide(event.side)} side: ${event.reason}`,
      };
    case "uidvalidity-changed":
      return {
        level: "warn",
        text: "UIDVALIDITY changed: the mailbox was created anew or restored. All messages are matched again; nothing is deleted",
      };
    case "uids-unstable": {
      const why = event.isDeclared ? "UIDs are not permanent here (UIDNOTSTICKY)" : "UIDVALIDITY changed again";
      return {
        level: "warn",
        text: `${why}: from now on, all messages are matched in each run, without another warning. What was deleted between runs comes back, and so do flags that were removed`,
      };
    }
    case "went-back":
      return {
        level: "warn",
        text: `The mailbox is not in its recorded state (a restored backup, a lost index?): ${event.reason}. All messages are compared; nothing is deleted because of this`,
      };
    case "anomaly":
      return { level: "warn", text: anomalyText(event) };
    case "state-ahead":
      return {
        level: "warn",
        text: `The database records ${event.item} ${event.recorded}, but the server is only at ${event.actual}`,
      };
    case "database-upgraded":
      return {
        level: "info",
        text: `Upgraded the database from version ${String(event.from)} to ${String(event.to)}; a copy of the old one is ${event.backup}`,
      };
    case "account-replaced":
      return { level: "info", text: `The database now belongs to ${event.now} instead of ${event.before}` };
    case "messages-matched":
      return {
        level: "info",
        text: `${quoted(event.mailbox)}: both servers already have ${messages(event.count)} in common; not copied again`,
      };
    case "entries-dropped":
      return {
        level: "warn",
        text: `Dropped ${event.count === 1 ? "an invalid entry" : `${String(event.count)} invalid entries`} of ${quoted(event.mailbox)} from the database. Nothing is deleted because of this; the messages are matched again`,
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
        text: "The server keeps announcing changes where there are none; its announcements are now checked less often",
      };
    case "alert":
      return { level: "warn", text: `The server says: ${event.text}` };
    case "more-unshown":
      return {
        level: "warn",
        text: event.isAlert
          ? "The server says something else each time; the rest is not shown for a day"
          : "Further lines like the last one, each worded differently, are not shown for a day",
      };
    case "mailboxes-left-out": {
      const text = `Not synchronised because of their special use: ${someNames(event.mailboxes)} (see skip-special-use)`;
      return { level: "info", text };
    }
    case "special-use-unpaired": {
      const { use, names } = event;
      const which = `The mailbox for ${use} is ${quoted(names.ours)} on the local server, ${quoted(names.theirs)} on the remote one`;
      return {
        level: "warn",
        text: `${which}; they are not paired, because other mailboxes were paired before. To pair them, use map-mailbox`,
      };
    }
    case "clock-jumped":
      return {
        level: "info",
        text: `The clock jumped ahead by ${duration(event.byMs)}: this machine was asleep, or its clock was set. Connecting again`,
      };
    case "deletions-held-back":
      return { level: "error", text: errorLine(event.error) };
    case "database-sound":
      return { level: "info", text: "The database file is undamaged" };
    case "nothing-to-repair":
      return { level: "info", text: "Nothing to repair" };
    case "surveyed": {
      const { mailboxes, copies, octets, deletions, flagChanges } = event;
      const where = counted(mailboxes, "mailbox", "mailboxes");
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

const insteadOfNotify = {
  idle: "watching idle-mailboxes with IDLE, polling the others",
  poll: "polling for changes",
};
