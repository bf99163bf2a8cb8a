// Subscribes and unsubscribes as planned, and records it.

import { CommandRefused } from "../../imap/command-refused.ts";
import { subscribe, unsubscribe } from "../../imap/verbs/mailbox.ts";
import { toWire } from "../../model/mailbox-name.ts";
import { allDone } from "../../util/all-done.ts";
import { changesNothing, ifPlanned, knownMailboxes, type Planned, type Run } from "../context/run.ts";
import { noteRemoteName } from "./remote-names.ts";

export async function settleSubscriptions(run: Run, { listings, plan }: Planned): Promise<void> {
  const { sessions, store, report } = run;
  if (plan.subscriptions.length === 0 && plan.record.length === 0) return;
  const isPlanned = changesNothing(run);
  const refused = new Set<string>();
  await allDone(
    plan.subscriptions.map(async ({ side, name, subscribed }) => {
      const wireName = listings[side].mailboxes.get(name)?.wireName ?? toWire(name, listings[side].naming);
      try {
        if (!isPlanned) await (subscribed ? subscribe : unsubscribe)(sessions[side], wireName);
        report({ type: subscribed ? "subscribed" : "unsubscribed", side, mailbox: name, ...ifPlanned(isPlanned) });
      } catch (error) {
        if (!(error instanceof CommandRefused)) throw error;
        refused.add(name);
        report({ type: "subscription-refused", side, mailbox: name, reason: error.words });
      }
    }),
  );
  const known = knownMailboxes(store);
  store.transaction(() => {
    for (const { name, subscribed } of plan.record) {
      const before = known.get(name);
      if (run.skipped.has(name)) continue;
      // What a server refused stays as it was, and so is tried again.
      if (before === undefined) {
        const idx = store.addMailbox(name, subscribed && !refused.has(name));
        noteRemoteName(store, { idx, name }, listings.remote.naming);
      } else if (!refused.has(name)) store.setSubscribed(before.idx, subscribed);
    }
  });
}
