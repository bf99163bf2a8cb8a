// Deletes mailboxes on the servers and forgets them. What a server refuses to delete stays known, so that the
// next synchronisation mentions it instead of creating the mailbox again.

import { CommandRefused } from "../../imap/command-refused.ts";
import { deleteMailbox, unsubscribe } from "../../imap/verbs/mailbox.ts";
import { lookUp } from "../../mail/listing/look-up.ts";
import { InterimapError, interrupted } from "../../model/errors.ts";
import { toWire } from "../../model/mailbox-name.ts";
import type { Side } from "../../model/side.ts";
import { serverOrder, type Target } from "../../model/target.ts";
import type { Report } from "../context/events.ts";
import { changesNothing, ifPlanned } from "../context/run.ts";
import { isNowhere, type Opened, type Opening, openServers, resolveGiven } from "./given-mailboxes.ts";
import { requirePairedAsBefore } from "./remote-names.ts";

export interface Deletion extends Opening {
  /** As given: in the local server's notation, or as lines show it. */
  readonly mailboxes: readonly string[];
  readonly targets: readonly Target[];
  readonly report: Report;
  /** When aborted, the mailbox in hand is finished, and then the work ends with INTERRUPTED. */
  readonly stop: AbortSignal;
}

/**
 * A mailbox that a server refuses to delete is reported; the others go on.
 * @throws InterimapError that abandons a side or the run.
 */
export async function deleteMailboxes(deletion: Deletion): Promise<void> {
  const { targets, report } = deletion;
  const opened = await openServers(deletion);
  const names = new Set<string>();
  for (const given of deletion.mailboxes) names.add(await resolveGiven(given, opened, deletion.store));
  // Children first: some servers keep a mailbox that has any.
  for (const name of [...names].sort().reverse()) {
    if (deletion.stop.aborted) throw interrupted();
    try {
      if (name === "INBOX") throw new InterimapError("USAGE", "INBOX cannot be deleted");
      if (targets.includes("remote")) requirePairedAsBefore(deletion.store, opened.namings, [{ name }]);
      let wasThere = false;
      for (const side of serverOrder)
        if (targets.includes(side)) wasThere = (await deleteOn(deletion, opened, { side, name })) || wasThere;
      if (targets.includes("database")) wasThere = forget(deletion, opened, name) || wasThere;
      if (!wasThere) throw isNowhere(targets);
    } catch (error) {
      if (!(error instanceof InterimapError) || error.abandons !== "mailbox") throw error;
      report({ type: "mailbox-skipped", mailbox: name, error });
    }
  }
}

interface Place {
  readonly side: Side;
  readonly name: string;
}

/** True if there was anything of it. */
async function deleteOn({ report }: Deletion, { sessions, namings }: Opened, { side, name }: Place): Promise<boolean> {
  const [session, naming] = [sessions[side], namings[side]];
  const isPlanned = session.changesNothing;
  const listed = (await lookUp(session, { naming, names: [name] })).get(name);
  if (listed?.exists === true) {
    if (!isPlanned) await deleteMailbox(session, listed.wireName);
    report({ type: "mailbox-deleted", side, mailbox: name, ...ifPlanned(isPlanned) });
  }
  // Servers keep a subscription to what is no more, and list it only to those who ask for subscriptions.
  const subscription = (await lookUp(session, { naming, names: [name], selectOptions: ["SUBSCRIBED"] })).get(name);
  if (subscription?.subscribed !== true) return listed?.exists === true;
  try {
    if (!isPlanned) await unsubscribe(session, toWire(name, naming));
    report({ type: "unsubscribed", side, mailbox: name, ...ifPlanned(isPlanned) });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    report({ type: "subscription-refused", side, mailbox: name, reason: error.words });
  }
  return true;
}

function forget({ store, report }: Deletion, { sessions }: Opened, name: string): boolean {
  const known = store.mailboxes().find((record) => record.name === name);
  if (known === undefined) return false;
  store.removeMailbox(known.idx);
  report({ type: "mailbox-deleted", mailbox: name, ...ifPlanned(changesNothing({ sessions })) });
  return true;
}
