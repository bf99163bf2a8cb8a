// Each kind of event as programs read it. docs/json.md and docs/json.schema.json are made of this table (npm run schema).
// Within a version of the schema, fields are added and never taken away.

import type { SyncEvent } from "../../sync/context/events.ts";
import { type TObject, Type } from "../../util/type-box.ts";
import { count, error, flags, mailbox, onMailbox, onServer, planned, reason, side, uid, uids } from "./forms.ts";

const { Boolean, Enum, Integer, Object, Optional, String, Union, Null } = Type;

const unknownCount = Union([count, Null()]);

export const eventForms = {
  "mailbox-created": onMailbox({ planned }, "A mailbox was created."),
  "mailbox-deleted": Object(
    { side: Optional(side), mailbox, keptAs: Optional(mailbox), planned },
    {
      description:
        "A mailbox was deleted; without a side, it was removed from the database. With keptAs, it was renamed to that.",
    },
  ),
  "mailbox-renamed": Object(
    { side: Optional(side), mailbox, to: mailbox, planned },
    { description: "A mailbox was renamed; without a side, in the database." },
  ),
  subscribed: onMailbox({ planned }, "A mailbox was subscribed."),
  unsubscribed: onMailbox({ planned }, "A mailbox was unsubscribed."),
  "messages-planned": onMailbox(
    { copies: unknownCount, octets: unknownCount, deletions: count, flagChanges: count },
    "A dry run says what would be done in a mailbox of this side. Null: it cannot be known yet.",
  ),
  "messages-added": onMailbox(
    { count, sourceUids: uids, uids, octets: Optional(count) },
    "Messages of the other side were copied here. The sets are in the same order: the first UID became the first UID.",
  ),
  "messages-had-before": onMailbox(
    { count, sourceUids: uids, uids },
    "The server already had equal messages: one of them stands for several messages of the other side.",
  ),
  "messages-moved": onMailbox(
    {
      to: mailbox,
      count,
      sourceUids: uids,
      uids: Optional(uids),
      isCopy: Boolean({
        description: "Copied: those in this mailbox are deleted later if they are gone on the other side.",
      }),
    },
    "Messages of this mailbox were moved or copied to another one, as on the other side. Both sets are of this server, in the same order; without `uids`, the server did not report them.",
  ),
  "messages-apart": Object(
    { mailbox, local: mailbox, remote: mailbox, count },
    {
      description:
        "Messages of this mailbox were moved to one mailbox on the local side and to another one on the remote side. They are in both now.",
    },
  ),
  "moves-planned": onMailbox(
    { to: mailbox, count },
    "A dry run says how many messages would be moved to another mailbox.",
  ),
  "messages-removed": onMailbox({ count, uids }, "Messages were deleted, because they vanished from the other side."),
  "late-copies-removed": onMailbox(
    { count, uids },
    "Second copies were removed: the server had stored the first ones late, after they had been copied again.",
  ),
  "flags-updated": onMailbox({ count, uids, flags }, "Messages got these flags."),
  "flags-conflict": onMailbox({ uid, flags }, "Flags changed on both sides; both have all of them now."),
  "flags-unkept": onMailbox({ flags }, "This server cannot store these flags; the other side keeps them."),
  "dates-unkept": onMailbox(
    { count },
    "Copies got the time of their arrival, since the other server gave no usable date.",
  ),
  "flags-refused": onMailbox({ count, uids, reason }, "The server would not set flags."),
  "deletions-refused": onMailbox({ count, uids, reason }, "The server would not delete messages."),
  "others-expunged": onMailbox(
    { count, uids },
    "Messages vanished while others were deleted here; they are copied again from the other side.",
  ),
  "marks-not-restored": onMailbox(
    { count, uids, reason },
    "Messages that somebody else had marked as deleted could not be marked again.",
  ),
  "changes-still-refused": onMailbox(
    { what: Enum(["deletion", "flags"]), count, uids, reason },
    "Changes that the server refused earlier, and has not been asked for again yet.",
  ),
  "vanished-refuted": onMailbox(
    { count, uids },
    "The server reported messages as vanished and still has them; nothing was deleted.",
  ),
  "changes-untold": onMailbox(
    { reason },
    "The server does not report every change: the mailbox is compared in full from now on.",
  ),
  "messages-refused": onMailbox({ count, sourceUids: uids, reason }, "The server refused messages of the other side."),
  "messages-still-refused": onMailbox(
    { count, sourceUids: uids, reason },
    "Messages that the server refused earlier, and that have not been offered again yet.",
  ),
  "copies-wait": Object(
    { side, mailbox: Optional(mailbox), mailboxes: count, reason },
    { description: "The server takes no messages for now, in one mailbox or, without a name, in several." },
  ),
  "subscription-refused": onMailbox({ reason }, "The server would not change a subscription."),
  "uidvalidity-changed": onMailbox({}, "UIDVALIDITY changed: all messages are matched again, and nothing is deleted."),
  "uids-unstable": onMailbox(
    { declared: Boolean({ description: "By the server's own word (UIDNOTSTICKY)." }) },
    "UIDs are not permanent here: messages are matched in each run. Reported once.",
  ),
  "went-back": onMailbox(
    { reason },
    "The server has less than was recorded, as after a restored backup: the mailbox is compared in full.",
  ),
  anomaly: onMailbox(
    {
      kind: Enum(["never-assigned", "gone-on-both", "gone", "replaced", "mispaired", "unrecorded", "flags-differ"]),
      count,
      // Whatever the database has in their place.
      uids: String(),
      counterparts: Optional(String()),
    },
    "The database has something that does not fit the servers; it is being corrected.",
  ),
  "state-ahead": onMailbox(
    { item: Enum(["UIDNEXT", "HIGHESTMODSEQ"]), recorded: String(), actual: String() },
    "The database records more than the server has. Both values are strings, since they can exceed 2^53.",
  ),
  "messages-matched": Object(
    { mailbox, count },
    { description: "Both servers already have these messages in common: they are paired, not copied." },
  ),
  "entries-dropped": Object(
    { mailbox, count },
    { description: "Invalid entries were dropped from the database; the messages are matched again." },
  ),
  "database-upgraded": Object(
    { from: count, to: count, backup: String() },
    { description: "The database was upgraded; a copy of the old one is kept." },
  ),
  "account-replaced": onServer(
    { before: String(), now: String() },
    "From now on, the database belongs to the account under its new name.",
  ),
  "database-sound": Object({}, { description: "The database file is undamaged." }),
  "nothing-to-repair": Object({}, { description: "A repair found nothing to correct." }),
  "mailboxes-left-out": onServer(
    { mailboxes: Type.Array(mailbox) },
    "Mailboxes take no part, because of their special use.",
  ),
  "special-use-unpaired": Object(
    { use: String(), local: mailbox, remote: mailbox },
    { description: "The mailboxes for this special use are not paired, because others were paired before." },
  ),
  "connection-failed": onServer(
    { ...error, retryInMs: count },
    "A connection was lost, or could not be made. The program tries again.",
  ),
  "connected-again": onServer({ afterMs: count }, "The server is connected again."),
  "notify-missing": onServer(
    { instead: Enum(["idle", "poll"]), reason },
    "The server does not report changes by itself; `instead` says how they are noticed.",
  ),
  "news-in-vain": Object(
    { side, mailbox: Optional(mailbox) },
    { description: "The server keeps announcing changes, but there are none." },
  ),
  alert: onServer({ text: String() }, "The server wants people to read this."),
  "more-unshown": Object(
    { side: Optional(side), mailbox: Optional(mailbox), alert: Boolean() },
    { description: "There are more events like the last one, each in other words; they are not shown for a day." },
  ),
  "deletions-held-back": Object(
    { side: Optional(side), mailboxes: Type.Array(mailbox, { description: "None: all of them." }), ...error },
    { description: "More messages vanished than may be deleted: these mailboxes were left alone." },
  ),
  "clock-jumped": Object({ byMs: Integer() }, { description: "The clock jumped ahead; connections are made again." }),
  "work-begun": Object(
    { mailboxes: count, messages: count },
    {
      description:
        "Work begins on this number of mailboxes, with about this number of new messages. The event can come more than once; add the numbers up.",
    },
  ),
  "mailbox-begun": Object({ mailbox }, { description: "Work on a mailbox begins." }),
  "mailbox-done": Object({ mailbox }, { description: "Work on a mailbox has ended." }),
  surveyed: Object(
    { mailboxes: count, copies: count, octets: count, deletions: count, flagChanges: count },
    { description: "The work that was found in the mailboxes that were opened, on both sides together." },
  ),
  "mailbox-skipped": Object(
    { side: Optional(side), mailbox: Optional(mailbox), ...error },
    { description: "A mailbox was not synchronised. Without a name, it cannot even be read." },
  ),
} as const satisfies Record<SyncEvent["type"], TObject>;
