// Checks whether a mailbox holds the recorded messages of a known one: numbers can be alike, messages are not.

import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import type { Session } from "../../imap/session/session.ts";
import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { leaveMailbox } from "../../imap/verbs/leave.ts";
import { fitOf } from "../../model/fingerprint.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { PrintedPair } from "../../state/fingerprints.ts";
import type { Store } from "../../state/state-store.ts";
import { identitiesIn } from "../identity/identities-in.ts";
import type { Answer } from "./whereabouts-plan.ts";

/** How many of the newest pairs are compared. */
const sampleSize = 8;

/** If none of them is there, this many of those before: people tidy up a mailbox before they rename it. */
const furtherSample = 100;

/** With how many mailboxes a mailbox is compared. */
const mostCounterparts = 32;

export interface Look {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
}

/** A place where a known mailbox may be. */
export interface Place {
  readonly idx: number;
  readonly side: Side;
  readonly wireName: string;
  /** Mailboxes on the other server that may be the same, the likeliest first. */
  readonly counterparts: readonly string[];
  /** Older messages are compared, too, if the newest are gone. */
  readonly looksFurther?: boolean;
}

/**
 * Whether a known mailbox is in a place, by the recorded fingerprints of its messages, or by the other server's copies. Several
 * places may be looked at together; without another round trip, if a server reports when it leaves a mailbox.
 */
export async function lookBack({ sessions, store }: Look, place: Place): Promise<Answer> {
  const { idx, side, wireName } = place;
  const newest = store.fingerprints.newest(idx, { limit: sampleSize });
  if (newest.length === 0) return "empty";
  const channels = perSide((one) => openChannel(sessions[one]));
  const read = (those: readonly PrintedPair[]): ReturnType<typeof identitiesIn> =>
    identitiesIn(channels[side], wireName, uidSetOf(those.map((row) => row[side])));
  let [rows, found] = [newest, await read(newest)];
  if (found?.size === 0 && place.looksFurther === true) {
    const below = perSide((one) => Math.min(...newest.map((row) => row[one])));
    rows = store.fingerprints.newest(idx, { limit: furtherSample, below });
    if (rows.length > 0) found = await read(rows);
  }
  if (found === undefined) return "unknown";
  if (found.size === 0) return "missing";
  const answer =
    judge(rows.map((row) => fitOfRow(row, side, found))) ?? (await compareThere(channels, place, { rows, found }));
  // The next time, it need not be looked at.
  if (answer === "fits") store.noteMailboxId(idx, side, channels[side].view?.mailboxId);
  return answer;
}

interface Held {
  readonly rows: readonly PrintedPair[];
  readonly found: ReadonlyMap<number, MessageIdentity>;
}

/** By numbers alone, the other server may have it under several names: its messages decide. */
async function compareThere(
  channels: PerSide<Channel>,
  { side, counterparts }: Place,
  { rows, found }: Held,
): Promise<Answer> {
  const other = otherSide(side);
  const uids = uidSetOf(rows.map((row) => row[other]));
  let answer: Answer = "unknown";
  for (const there of counterparts.slice(0, mostCounterparts)) {
    const copies = (await identitiesIn(channels[other], there, uids)) ?? new Map<number, MessageIdentity>();
    answer = judge(rows.map((row) => isOne(found.get(row[side]), copies.get(row[other])))) ?? "unknown";
    if (answer !== "differs") return answer;
  }
  return counterparts.length > mostCounterparts ? "unknown" : answer;
}

/** Undefined if it proves nothing. */
function fitOfRow(row: PrintedPair, side: Side, found: ReadonlyMap<number, MessageIdentity>): boolean | undefined {
  const message = found.get(row[side]);
  const fit = message && fitOf(row.prints[side], message);
  return fit === "same" ? true : fit === "other" ? false : undefined;
}

function isOne(one: MessageIdentity | undefined, other: MessageIdentity | undefined): boolean | undefined {
  if (one?.messageId === undefined || other?.messageId === undefined) return undefined;
  return one.messageId === other.messageId;
}

function judge(fits: readonly (boolean | undefined)[]): "fits" | "differs" | undefined {
  const [equal, others] = [true, false].map((wanted) => fits.filter((fit) => fit === wanted).length) as [
    number,
    number,
  ];
  return equal + others === 0 ? undefined : equal > others ? "fits" : "differs";
}

/** A mailbox must not be renamed while it is selected: servers end the connection, or report all its messages as gone. */
export async function leaveMailboxes(sessions: PerSide<Session>): Promise<void> {
  await bothSides((side) => leaveMailbox(sessions[side]));
}
