// Renames a mailbox on the servers, one after the other, and then in the database.

import { CommandRefused } from "../../imap/command-refused.ts";
import { rename, subscribe, unsubscribe } from "../../imap/verbs/mailbox.ts";
import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { lookUp } from "../../mail/listing/look-up.ts";
import { InterimapError } from "../../model/errors.ts";
import { isWithin, renamedAlong, toWire } from "../../model/mailbox-name.ts";
import { bothSides, type PerSide, type Side, sides } from "../../model/side.ts";
import type { Target } from "../../model/target.ts";
import { temporaryName } from "../../model/temporary-name.ts";
import type { Store } from "../../state/state-store.ts";
import type { Report } from "../context/events.ts";
import { changesNothing, ifPlanned } from "../context/run.ts";
import {
  isNowhere,
  newName,
  type Opened,
  type Opening,
  openServers,
  resolveGiven,
} from "../mailboxes/given-mailboxes.ts";
import { noteRemoteName, requirePairedAsBefore } from "../mailboxes/remote-names.ts";
import { deleteLevels } from "./empty-levels.ts";
import { renameInSteps } from "./follow-exchanges.ts";
import { planRename, type ServerRename } from "./rename-plan.ts";
import { renamedBefore } from "./renamed-before.ts";

export interface Renaming extends Opening {
  /** As given: in the local server's notation, or as lines show it. */
  readonly source: string;
  readonly destination: string;
  readonly targets: readonly Target[];
  readonly report: Report;
}

/** Both names, as the program writes them. */
interface Names {
  readonly from: string;
  readonly to: string;
}

/**
 * Examines all places before it changes anything.
 * @throws InterimapError; an error in the middle says which command does the rest.
 */
export async function renameMailbox(renaming: Renaming): Promise<void> {
  const opened = await openServers(renaming);
  const from = await resolveGiven(renaming.source, opened, renaming.store);
  const to = newName(renaming.destination, opened.namings);
  if (await renameEverywhere({ ...renaming, from, to }, opened)) return;
  renaming.report({ type: "mailbox-skipped", mailbox: from, error: isNowhere(renaming.targets) });
}

export interface KnownRename extends Names {
  readonly targets: readonly Target[];
  readonly store: Store;
  readonly report: Report;
}

/**
 * As {@link renameMailbox}, with the program's names. If the mailbox already has its new name, its subscription gets it, too.
 * True if there was anything to do.
 */
export async function renameEverywhere(renaming: KnownRename, opened: Opened): Promise<boolean> {
  const { from, to, store, targets, report } = renaming;
  const { sessions, namings } = opened;
  const isFinished = await finishSubscriptions(report, opened, { from, to });
  const names = [from, to, temporaryName(to)];
  const listed = await bothSides((side) => lookUp(sessions[side], { naming: namings[side], names, below: true }));
  const known = store.mailboxes();
  const before = await renamedBefore({ sessions, store, from, to, listed, known });
  if (isOver({ from, to }, { listed, known })) return isFinished;
  const plan = planRename({ from, to, targets, namings, listed, known, done: before });
  const oldName = (idx: number): string => known.find((one) => one.idx === idx)!.name;
  requirePairedAsBefore(
    store,
    namings,
    plan.rows.map(({ idx, name }) => ({ name: oldName(idx), to: name })),
  );

  const done: Side[] = [...before];
  for (const server of plan.servers) {
    try {
      await renameOn(report, opened, { server, from, to });
    } catch (error) {
      throw unfinished(error, { done, from, to, targets, delimiter: namings.local.delimiter });
    }
    done.push(server.side);
  }
  store.transaction(() => {
    for (const row of plan.rows) {
      store.renameMailbox(row.idx, row.name);
      noteRemoteName(store, row, namings.remote);
    }
  });
  if (plan.rows.length > 0)
    report({ type: "mailbox-renamed", mailbox: from, to, ...ifPlanned(changesNothing(opened)) });
  return isFinished || plan.servers.length > 0 || plan.rows.length > 0;
}

interface Places {
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  readonly known: readonly { readonly name: string }[];
}

/** The old name is nowhere, and the new one everywhere: nothing is in the way. */
function isOver({ from, to }: Names, { listed, known }: Places): boolean {
  const isLeft = (name: string): boolean => isWithin(name, from) && !isWithin(name, to);
  const exists = (side: Side, is: (name: string) => boolean): boolean =>
    [...listed[side]].some(([name, mailbox]) => mailbox.exists && is(name));
  const isNew = (name: string): boolean => name === to;
  if (known.some(({ name }) => isLeft(name)) || !known.some(({ name }) => isNew(name))) return false;
  return sides.every((side) => !exists(side, isLeft) && exists(side, isNew));
}

interface Step extends Names {
  readonly server: ServerRename;
}

async function renameOn(report: Report, opened: Opened, { server, from, to }: Step): Promise<void> {
  const { side, wireFrom, wireTo, emptyLevels } = server;
  if (changesNothing(opened)) {
    report({ type: "mailbox-renamed", side, mailbox: from, to, isPlanned: true });
    return;
  }
  await deleteLevels(opened.sessions[side], emptyLevels);
  try {
    await rename(opened.sessions[side], wireFrom, wireTo);
  } catch (error) {
    // Dovecot takes a level of the hierarchy for a mailbox.
    if (!(error instanceof CommandRefused) || server.detour === undefined) throw error;
    await renameInSteps({ ...opened, side, steps: server.detour });
  }
  report({ type: "mailbox-renamed", side, mailbox: from, to });
  if (from === "INBOX") await returnChildren(opened, { side, to });
  await moveSubscriptions(report, opened, { ...server, from });
}

/** RFC 3501 6.3.5: mailboxes below INBOX stay there. Dovecot takes them along; nothing else can be below the new name. */
async function returnChildren({ sessions, namings }: Opened, { side, to }: { side: Side; to: string }): Promise<void> {
  const naming = namings[side];
  const below = [...(await lookUp(sessions[side], { naming, names: [to], below: true })).keys()].filter(
    (name) => name !== to,
  );
  const children = new Set(below.map((name) => name.slice(to.length + 1).split("\0", 1)[0]!));
  for (const child of children) {
    await rename(sessions[side], toWire(`${to}\0${child}`, naming), toWire(`INBOX\0${child}`, naming));
  }
}

/**
 * A client that renamed a mailbox, or a rename of ours that was interrupted, has left the subscription with a name that no
 * longer exists. The next synchronisation would take it for cancelled, and cancel it on the other side. True if there was one.
 */
export async function finishSubscriptions(report: Report, opened: Opened, { from, to }: Names): Promise<boolean> {
  if (from === "INBOX") return false;
  const { sessions, namings } = opened;
  const moved = await bothSides(async (side) => {
    const places = { naming: namings[side], below: true };
    const [old, now] = await Promise.all([
      lookUp(sessions[side], { ...places, names: [from], selectOptions: ["SUBSCRIBED"] }),
      lookUp(sessions[side], { ...places, names: [to] }),
    ]);
    const subscriptions = [...old]
      .filter(([, { exists }]) => !exists)
      .map(([name]) => ({ from: name, to: renamedAlong(name, { from, to }) }))
      .filter((names) => now.get(names.to)?.exists === true);
    await moveSubscriptions(report, opened, { side, subscriptions, from });
    return subscriptions.length > 0;
  });
  return moved.local || moved.remote;
}

/** Servers leave subscriptions with the old names. INBOX still exists, and keeps its own. */
async function moveSubscriptions(
  report: Report,
  { sessions, namings }: Opened,
  { side, subscriptions, from }: Pick<ServerRename, "side" | "subscriptions"> & { readonly from: string },
): Promise<void> {
  const session = sessions[side];
  if (session.changesNothing) return;
  for (const names of subscriptions) {
    try {
      await subscribe(session, toWire(names.to, namings[side]));
      if (from !== "INBOX") await unsubscribe(session, toWire(names.from, namings[side]));
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      report({ type: "subscription-refused", side, mailbox: names.to, reason: error.words });
    }
  }
}

interface Progress extends Names {
  readonly done: readonly Side[];
  readonly targets: readonly Target[];
  readonly delimiter: string | null;
}

function unfinished(error: unknown, { done, from, to, targets, delimiter }: Progress): unknown {
  if (!(error instanceof InterimapError) || done.length === 0) return error;
  const rest = targets.filter((target) => target === "database" || !done.includes(target));
  return new InterimapError(error.code, error.message, {
    hint: [
      `renamed on the ${done.join(" and the ")} server only; once the cause is gone, finish with: `,
      { command: "rename", names: [from, to], targets: rest, delimiter },
    ],
    cause: error,
    ...(error.side !== undefined && { side: error.side }),
  });
}
