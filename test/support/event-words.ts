// Every kind of event, with the words that people read of it.

import type { Level } from "../../src/log/log.ts";
import { InterimapError } from "../../src/model/errors.ts";
import { flagSet } from "../../src/model/flags.ts";
import { uidSetOf } from "../../src/model/uid-set.ts";
import type { SyncEvent } from "../../src/sync/context/events.ts";
import type { ProgressEvent } from "../../src/sync/context/progress-events.ts";

const minute = 60_000;
const lost = new InterimapError("CONNECTION_LOST", "connection lost: going down", { hint: "run again" });
const held = new InterimapError("MASS_DELETION", "12 of 12", { side: "remote", hint: "x" });
export const refused = new InterimapError("COMMAND_REFUSED", "the server refused SELECT: NO", { side: "remote" });
const here = { side: "remote", mailbox: "a\0b" } as const;
const uids = uidSetOf([1, 2, 3, 7]);
const one = uidSetOf([5]);
const flags = flagSet(["\\Seen", "work"]);
const anomaly = { ...here, type: "anomaly", uids, counterparts: one } as const;
const planned = { ...here, type: "messages-planned", copies: 0, octets: 0, deletions: 0, flagChanges: 0 } as const;
const pair = "UID 1:3,7 here, UID 5 on the local side";

type EventOf<Type extends SyncEvent["type"]> = SyncEvent & { readonly type: Type };

/** The words of every event. Other tests assert what they are about: a side, a mailbox, a UID. */
export const eventWords: {
  readonly [Type in Exclude<SyncEvent, ProgressEvent>["type"]]: readonly (readonly [EventOf<Type>, Level, string])[];
} = {
  "mailbox-created": [
    [{ ...here, type: "mailbox-created" }, "info", "Created mailbox"],
    [{ ...here, type: "mailbox-created", isPlanned: true }, "info", "Would create mailbox"],
  ],
  "messages-planned": [
    [{ ...planned, copies: undefined }, "info", "Would add the messages of the other side"],
    [
      { ...planned, copies: 2, octets: 3_400, deletions: 1 },
      "info",
      "Would add 2 messages (3.4 kB) and remove 1 message",
    ],
    [
      { ...planned, copies: 1, octets: 17, deletions: 2, flagChanges: 3 },
      "info",
      "Would add 1 message (17 B), remove 2 messages and change the flags of 3 messages",
    ],
    [{ ...planned, flagChanges: 1 }, "info", "Would change the flags of 1 message"],
  ],
  "mailbox-deleted": [
    [{ ...here, type: "mailbox-deleted" }, "info", "Deleted mailbox"],
    [{ ...here, type: "mailbox-deleted", keptAs: "Gone\0a" }, "info", 'Deleted mailbox, which is kept as "Gone/a"'],
    [{ ...here, type: "mailbox-deleted", isPlanned: true }, "info", "Would delete mailbox"],
    [{ type: "mailbox-deleted", mailbox: "a", isPlanned: true }, "info", 'Would remove "a" from the database'],
    [{ type: "mailbox-deleted", mailbox: "a\0b" }, "info", 'Removed "a/b" from the database'],
  ],
  "mailbox-renamed": [
    [{ ...here, type: "mailbox-renamed", to: "c" }, "info", 'Renamed to "c"'],
    [{ ...here, type: "mailbox-renamed", to: "c", isPlanned: true }, "info", 'Would rename to "c"'],
    [
      { type: "mailbox-renamed", mailbox: "a", to: "c", isPlanned: true },
      "info",
      'Would rename "a" to "c" in the database',
    ],
    [{ type: "mailbox-renamed", mailbox: "a\0b", to: "c" }, "info", 'Renamed "a/b" to "c" in the database'],
  ],
  subscribed: [
    [{ ...here, type: "subscribed" }, "info", "Subscribed"],
    [{ ...here, type: "subscribed", isPlanned: true }, "info", "Would subscribe"],
  ],
  unsubscribed: [
    [{ ...here, type: "unsubscribed" }, "info", "Unsubscribed"],
    [{ ...here, type: "unsubscribed", isPlanned: true }, "info", "Would unsubscribe"],
  ],
  "messages-added": [
    [
      { ...here, type: "messages-added", sourceUids: [1, 2], uids: [11, 12] },
      "info",
      "Added 2 messages, UID 1:2 -> 11:12",
    ],
    [{ ...here, type: "messages-added", sourceUids: [1], uids: [11] }, "info", "Added 1 message, UID 1 -> 11"],
  ],
  "messages-had-before": [
    [
      { ...here, type: "messages-had-before", sourceUids: uidSetOf([2, 3]), uids: uidSetOf([1]) },
      "info",
      "The server keeps only one of several equal messages: UID 2:3 of the local side is UID 1 here",
    ],
  ],
  "messages-moved": [
    [
      { ...here, type: "messages-moved", to: "c\0d", sourceUids: [1, 2], uids: [11, 12], isCopy: false },
      "info",
      'Moved 2 messages to "c/d", UID 1:2 -> 11:12',
    ],
    [
      { ...here, type: "messages-moved", to: "c", sourceUids: [1], uids: [], isCopy: true },
      "info",
      'Copied 1 message to "c", UID 1',
    ],
  ],
  "messages-apart": [
    [
      { type: "messages-apart", mailbox: "a", local: "b\0c", remote: "d", count: 2 },
      "warn",
      '"a": 2 messages moved to "b/c" on the local and to "d" on the remote side; both mailboxes have them now',
    ],
  ],
  "moves-planned": [[{ ...here, type: "moves-planned", to: "c", count: 2 }, "info", 'Would move 2 messages to "c"']],
  "messages-removed": [[{ ...here, type: "messages-removed", uids }, "info", "Removed UID 1:3,7"]],
  "late-copies-removed": [
    [
      { ...here, type: "late-copies-removed", uids },
      "info",
      "Removed second copies, UID 1:3,7: the server stored them late, after they had been copied again",
    ],
  ],
  "flags-updated": [
    [{ ...here, type: "flags-updated", uids, flags }, "info", "Updated flags (\\Seen work) of UID 1:3,7"],
  ],
  "flags-conflict": [
    [
      { ...here, type: "flags-conflict", uid: 5, flags },
      "warn",
      "Flags of UID 5 changed on both sides; both now have all of them (\\Seen work)",
    ],
  ],
  "flags-unkept": [
    [
      { ...here, type: "flags-unkept", flags },
      "warn",
      "These flags cannot be stored here and stay on the other side only: \\Seen work",
    ],
  ],
  "dates-unkept": [
    [
      { ...here, type: "dates-unkept", count: 3 },
      "warn",
      "3 messages got the current time as the date of arrival: the other server gave no date that can be stored",
    ],
  ],
  "flags-refused": [
    [{ ...here, type: "flags-refused", uids, reason: "NO" }, "warn", "Flags of UID 1:3,7 could not be set: NO"],
  ],
  "deletions-refused": [
    [{ ...here, type: "deletions-refused", uids, reason: "NO" }, "warn", "UID 1:3,7 could not be deleted here: NO"],
  ],
  "others-expunged": [
    [
      { ...here, type: "others-expunged", uids },
      "warn",
      "UID 1:3,7 vanished while other messages were deleted here: another client deleted or marked it at that moment. Copied again from the other side",
    ],
  ],
  "marks-not-restored": [
    [
      { ...here, type: "marks-not-restored", uids, reason: "NO" },
      "warn",
      "UID 1:3,7 could not be marked as deleted again: NO",
    ],
  ],
  "changes-still-refused": [
    [
      { ...here, type: "changes-still-refused", what: "deletion", uids, reason: "NO" },
      "warn",
      "Still not deleted here, UID 1:3,7: NO",
    ],
    [
      { ...here, type: "changes-still-refused", what: "flags", uids, reason: "NO" },
      "warn",
      "Still without the other side's flags, UID 1:3,7: NO",
    ],
  ],
  "vanished-refuted": [
    [
      { ...here, type: "vanished-refuted", uids: one },
      "warn",
      "The server reported UID 5 as vanished but still has it; nothing was deleted",
    ],
  ],
  "changes-untold": [
    [
      { ...here, type: "changes-untold", reason: "it keeps no mod-sequences" },
      "warn",
      "The server does not report every change (it keeps no mod-sequences); each run compares this mailbox in full",
    ],
  ],
  "messages-refused": [
    [
      { ...here, type: "messages-refused", sourceUids: one, reason: "NO" },
      "warn",
      "UID 5 of the local side was refused: NO",
    ],
    [
      { ...here, type: "messages-refused", sourceUids: uids, reason: "NO" },
      "warn",
      "UID 1:3,7 of the local side were refused: NO",
    ],
  ],
  "messages-still-refused": [
    [
      { ...here, type: "messages-still-refused", sourceUids: one, reason: "NO" },
      "warn",
      "Still refused here, UID 5 of the local side: NO",
    ],
  ],
  "copies-wait": [
    [
      { ...here, type: "copies-wait", mailboxes: 1, reason: "full" },
      "warn",
      "New messages on the local side are not copied for now: full",
    ],
    [
      { type: "copies-wait", side: "remote", mailboxes: 3, reason: "full" },
      "warn",
      "New messages of 3 mailboxes on the local side are not copied for now: full",
    ],
  ],
  "subscription-refused": [
    [{ ...here, type: "subscription-refused", reason: "NO" }, "warn", "The subscription could not be changed: NO"],
  ],
  "uidvalidity-changed": [
    [
      { ...here, type: "uidvalidity-changed" },
      "warn",
      "UIDVALIDITY changed: the mailbox was created anew or restored. All messages are matched again; nothing is deleted",
    ],
  ],
  "uids-unstable": [
    [
      { ...here, type: "uids-unstable", isDeclared: false },
      "warn",
      "UIDVALIDITY changed again: from now on, all messages are matched in each run, without another warning. What was deleted between runs comes back, and so do flags that were removed",
    ],
    [
      { ...here, type: "uids-unstable", isDeclared: true },
      "warn",
      "UIDs are not permanent here (UIDNOTSTICKY): from now on, all messages are matched in each run, without another warning. What was deleted between runs comes back, and so do flags that were removed",
    ],
  ],
  "went-back": [
    [
      { ...here, type: "went-back", reason: "UIDNEXT is 3, and was 7" },
      "warn",
      "The mailbox is not in its recorded state (a restored backup, a lost index?): UIDNEXT is 3, and was 7. " +
        "All messages are compared; nothing is deleted because of this",
    ],
  ],
  anomaly: [
    [
      { ...anomaly, kind: "never-assigned" },
      "warn",
      `The database has a UID that no message ever had: ${pair}. The entry is dropped`,
    ],
    [
      { ...anomaly, kind: "gone-on-both" },
      "warn",
      `The database has a message that is gone on both sides: ${pair}. The entry is dropped`,
    ],
    [
      { ...anomaly, kind: "gone" },
      "warn",
      `Gone, although the server reported no deletion since the last run: ${pair}. Copied again from the other side`,
    ],
    [{ ...anomaly, kind: "replaced" }, "warn", `Gone, but an equal message is here: ${pair}. Paired again`],
    [{ ...anomaly, kind: "mispaired" }, "warn", `The database pairs two different messages: ${pair}. Paired again`],
    [
      { ...anomaly, kind: "unrecorded" },
      "warn",
      "Not in the database: UID 1:3,7. Paired with an equal message of the other side, or else copied",
    ],
    [
      { ...anomaly, kind: "flags-differ" },
      "warn",
      `Flags differ, although neither server reported a change: ${pair}. Both now have all of them`,
    ],
  ],
  "state-ahead": [
    [
      { ...here, type: "state-ahead", item: "UIDNEXT", recorded: "7", actual: "3" },
      "warn",
      "The database records UIDNEXT 7, but the server is only at 3",
    ],
  ],
  "messages-matched": [
    [
      { type: "messages-matched", mailbox: "a\0b", count: 1000 },
      "info",
      '"a/b": both servers already have 1000 messages in common; not copied again',
    ],
    [
      { type: "messages-matched", mailbox: "a\0b", count: 1 },
      "info",
      '"a/b": both servers already have 1 message in common; not copied again',
    ],
  ],
  "entries-dropped": [
    [
      { type: "entries-dropped", mailbox: "a\0b", count: 1 },
      "warn",
      'Dropped an invalid entry of "a/b" from the database. ' +
        "Nothing is deleted because of this; the messages are matched again",
    ],
    [
      { type: "entries-dropped", mailbox: "a\0b", count: 3 },
      "warn",
      'Dropped 3 invalid entries of "a/b" from the database. ' +
        "Nothing is deleted because of this; the messages are matched again",
    ],
  ],
  "database-upgraded": [
    [
      { type: "database-upgraded", from: 1, to: 4, backup: "/x.db.v1-backup" },
      "info",
      "Upgraded the database from version 1 to 4; a copy of the old one is /x.db.v1-backup",
    ],
  ],
  "account-replaced": [
    [
      { type: "account-replaced", side: "remote", before: "alice at a", now: "alice at b" },
      "info",
      "The database now belongs to alice at b instead of alice at a",
    ],
  ],
  "database-sound": [[{ type: "database-sound" }, "info", "The database file is undamaged"]],
  surveyed: [
    [
      { type: "surveyed", mailboxes: 2, copies: 1, octets: 12_345, deletions: 3, flagChanges: 4 },
      "debug",
      "Found in 2 mailboxes: 1 message to copy (12.3 kB), 3 to delete, 4 with changed flags",
    ],
    [
      { type: "surveyed", mailboxes: 1, copies: 0, octets: 0, deletions: 1, flagChanges: 0 },
      "debug",
      "Found in 1 mailbox: 0 messages to copy, 1 to delete, 0 with changed flags",
    ],
  ],
  "nothing-to-repair": [[{ type: "nothing-to-repair" }, "info", "Nothing to repair"]],
  "connection-failed": [
    [
      { type: "connection-failed", side: "remote", error: lost, retryInMs: 2.5 * minute },
      "warn",
      "connection lost: going down; trying again in 2 min 30 s",
    ],
  ],
  "connected-again": [
    [{ type: "connected-again", side: "remote", afterMs: 200 * minute }, "info", "Connected again after 3 h 20 min"],
  ],
  "notify-missing": [
    [
      { type: "notify-missing", side: "local", instead: "poll", reason: "the server does not offer NOTIFY (RFC 5465)" },
      "warn",
      "the server does not offer NOTIFY (RFC 5465): polling for changes",
    ],
    [
      { type: "notify-missing", side: "local", instead: "idle", reason: "refused" },
      "warn",
      "refused: watching idle-mailboxes with IDLE, polling the others",
    ],
  ],
  "news-in-vain": [
    [
      { type: "news-in-vain", side: "remote" },
      "warn",
      "The server keeps announcing changes where there are none; its announcements are now checked less often",
    ],
  ],
  alert: [
    [
      { type: "alert", side: "remote", text: "Your mailbox is 98% full" },
      "warn",
      "The server says: Your mailbox is 98% full",
    ],
  ],
  "more-unshown": [
    [
      { type: "more-unshown", side: "remote", isAlert: true },
      "warn",
      "The server says something else each time; the rest is not shown for a day",
    ],
    [
      { type: "more-unshown", side: "remote", isAlert: false },
      "warn",
      "Further lines like the last one, each worded differently, are not shown for a day",
    ],
  ],
  "deletions-held-back": [
    [{ type: "deletions-held-back", side: "remote", mailboxes: ["a"], error: held }, "error", "12 of 12; x"],
  ],
  "mailboxes-left-out": [
    [
      { type: "mailboxes-left-out", side: "remote", mailboxes: ["[Gmail]\0All Mail", "x"] },
      "info",
      'Not synchronised because of their special use: "[Gmail]/All Mail", "x" (see skip-special-use)',
    ],
    [
      { type: "mailboxes-left-out", side: "remote", mailboxes: Array.from({ length: 12 }, () => "x") },
      "info",
      `Not synchronised because of their special use: ${Array<string>(10).fill('"x"').join(", ")} and 2 others (see skip-special-use)`,
    ],
  ],
  "special-use-unpaired": [
    [
      { type: "special-use-unpaired", use: "\\sent", names: { ours: "a\0b", theirs: "c" } },
      "warn",
      'The mailbox for \\sent is "a/b" on the local server, "c" on the remote one; they are not paired, because other mailboxes were paired before. To pair them, use map-mailbox',
    ],
  ],
  "clock-jumped": [
    [
      { type: "clock-jumped", byMs: 480 * minute },
      "info",
      "The clock jumped ahead by 8 h: this machine was asleep, or its clock was set. Connecting again",
    ],
  ],
  "mailbox-skipped": [
    [
      { type: "mailbox-skipped", side: "remote", mailbox: "a\0b", error: lost },
      "error",
      "Mailbox skipped: connection lost: going down; run again",
    ],
    [
      { type: "mailbox-skipped", mailbox: "a\0b", error: lost },
      "error",
      'Mailbox "a/b" skipped: connection lost: going down; run again',
    ],
  ],
};
