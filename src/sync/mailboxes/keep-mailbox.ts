// Takes a mailbox from a server that was deleted on the other one: it is renamed to a place where deleted ones are kept, or
// deleted. Then its subscriptions end, and the database forgets it.

import { CommandRefused } from "../../imap/command-refused.ts";
import { deleteMailbox, rename, unsubscribe } from "../../imap/verbs/mailbox.ts";
import type { ListedMailbox, Listing } from "../../mail/listing/list-mailboxes.ts";
import { lookUp } from "../../mail/listing/look-up.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName, renamedAlong, toWire } from "../../model/mailbox-name.ts";
import { otherSide, type PerSide, type Side, sides } from "../../model/side.ts";
import { keptNames } from "../../model/trash-mailbox.ts";
import { allDone } from "../../util/all-done.ts";
import { changesNothing, ifPlanned, type Run } from "../context/run.ts";
import type { GoneMailbox, GonePlan } from "./gone-plan.ts";

export interface ToDelete {
  readonly root: GonePlan["roots"][number];
  readonly listings: PerSide<Listing>;
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  /** The other server has another mailbox of this name. */
  readonly areReplaced?: boolean;
  /** Undefined: it is not kept. */
  readonly trash: string | undefined;
}

/** Undefined when it is done, or told in a dry run; else why it is left alone. */
export async function carryOutDeletion(
  run: Run,
  { root, listings, listed, areReplaced = false, trash }: ToDelete,
): Promise<string | undefined> {
  const side = otherSide(root.side);
  const mailboxes = [root, ...root.below];
  try {
    const keptAs = trash === undefined ? undefined : await freeName(run, { side, listings, name: root.name, trash });
    if (changesNothing(run)) {
      tell(run, { side, root, mailboxes, keptAs });
      for (const { name } of mailboxes) run.skipped.add(name);
      return undefined;
    }
    const wireName = (name: string): string => listed[side].get(name)?.wireName ?? toWire(name, listings[side].naming);
    if (keptAs !== undefined)
      await rename(run.sessions[side], wireName(root.name), toWire(keptAs, listings[side].naming));
    // Children first: some servers keep a mailbox that has any.
    else
      for (const { name } of mailboxes.toSorted((a, b) => b.name.length - a.name.length))
        await deleteMailbox(run.sessions[side], wireName(name));
    tell(run, { side, root, mailboxes, keptAs });
  } catch (error) {
    if (!(error instanceof InterimapError) || error.abandons !== "mailbox") throw error;
    return refusalOf(error, trash);
  }
  const names = mailboxes.map(({ name }) => name);
  await endSubscriptions(run, { listings, names, on: areReplaced ? [side] : sides });
  run.store.transaction(() => {
    for (const { idx } of mailboxes) forgetMailbox(run, idx);
  });
  return undefined;
}

function refusalOf(error: InterimapError, trash: string | undefined): string {
  const words = error instanceof CommandRefused ? error.words : error.message;
  return trash === undefined
    ? `it cannot be deleted (${words})`
    : `it cannot be kept below "${briefName(trash)}" (${words})`;
}

interface Done {
  /** Where it was done. */
  readonly side: Side;
  readonly root: GoneMailbox;
  readonly mailboxes: readonly GoneMailbox[];
  readonly keptAs: string | undefined;
}

function tell(run: Run, { side, root, mailboxes, keptAs }: Done): void {
  for (const { name: mailbox } of mailboxes) {
    const kept = keptAs === undefined ? {} : { keptAs: renamedAlong(mailbox, { from: root.name, to: keptAs }) };
    run.report({ type: "mailbox-deleted", side, mailbox, ...kept, ...ifPlanned(changesNothing(run)) });
  }
}

interface Wanted {
  readonly side: Side;
  readonly listings: PerSide<Listing>;
  readonly name: string;
  readonly trash: string;
}

/** One that the server lists nothing of. @throws InterimapError MAILBOX_NAME, MAILBOX_EXISTS */
async function freeName({ sessions }: Run, { side, listings, name, trash }: Wanted): Promise<string> {
  const { naming } = listings[side];
  for (const candidate of keptNames(name, trash)) {
    // Where it cannot be sent, nothing would be found.
    toWire(candidate, naming);
    const there = await lookUp(sessions[side], { naming, names: [candidate], below: true });
    if (there.size === 0) return candidate;
  }
  throw new InterimapError("MAILBOX_EXISTS", "too many of that name are kept already", { side });
}

interface Ended {
  readonly listings: PerSide<Listing>;
  readonly names: readonly string[];
  readonly on?: readonly Side[];
}

/** Servers keep subscriptions to what is no more. */
export async function endSubscriptions(
  { sessions, report }: Run,
  { listings, names, on = sides }: Ended,
): Promise<void> {
  const onOne = async (side: Side): Promise<void> => {
    const { naming } = listings[side];
    const found = await lookUp(sessions[side], { naming, names, selectOptions: ["SUBSCRIBED"] });
    for (const [mailbox, { subscribed, wireName }] of found) {
      if (!subscribed || sessions[side].changesNothing) continue;
      try {
        await unsubscribe(sessions[side], wireName);
        report({ type: "unsubscribed", side, mailbox });
      } catch (error) {
        if (!(error instanceof CommandRefused)) throw error;
        report({ type: "subscription-refused", side, mailbox, reason: error.words });
      }
    }
  };
  await allDone(on.map(onOne));
}

export function forgetMailbox({ store }: Pick<Run, "store">, idx: number): void {
  store.removeMailbox(idx);
}
