// Both sides of a mailbox, read in full and compared with what is recorded: which rows are not simply two equal messages, and
// which messages have no row.

import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { indistinctKeys } from "../../mail/matching/identify-plan.ts";
import { identityKey, likeness } from "../../mail/matching/match-plan.ts";
import { InterimapError } from "../../model/errors.ts";
import { fingerprint, fitOf } from "../../model/fingerprint.ts";
import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { hasUid, maxUid, subtract, uidRange, uidSetOf, union } from "../../model/uid-set.ts";
import { formatUidSet } from "../../model/uid-set-text.ts";
import type { PrintedPair, Prints } from "../../state/fingerprints.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { identitiesLeftOut } from "../mailbox/hear-out.ts";
import { straysFrom } from "../mailbox/strays.ts";

/** How many rows are compared at once; those that are as they should be are not kept. */
const sliceSize = 20_000;

export interface Compared {
  /** Those that do not simply pair two equal messages, and the messages they name. */
  readonly rows: PerSide<number>[];
  readonly messages: PerSide<Map<number, MessageIdentity>>;
  /** By local UID, of these rows. */
  readonly prints: Map<number, Prints>;
  /** By local UID, equal messages that are paired, but for their flags. */
  readonly restyled: Map<number, PerSide<MessageIdentity>>;
  /** How many messages were reported. */
  readonly read: PerSide<number>;
  /** The highest UID of these; 0: there are none. */
  readonly last: PerSide<number>;
}

export async function compareRows(mailbox: OpenMailbox): Promise<Compared> {
  const rows: PerSide<number>[] = [];
  const messages = perSide(() => new Map<number, MessageIdentity>());
  const prints = new Map<number, Prints>();
  const restyled = new Map<number, PerSide<MessageIdentity>>();
  const read = { local: 0, remote: 0 };
  const last = { local: 0, remote: 0 };
  for (const slice of mailbox.store.mappings.all(mailbox.idx, sliceSize)) {
    const whole = slice.filter((row) => isWhole(mailbox, row));
    const found = await bothSides((side) => messagesOf(mailbox, side, whole));
    for (const side of sides) {
      read[side] += found[side].size;
      for (const uid of found[side].keys()) if (uid > last[side]) last[side] = uid;
    }
    const known = mailbox.store.fingerprints.of(mailbox.idx, slice);
    const seen: PrintedPair[] = [];
    for (const row of whole) {
      const { local, remote } = perSide((side) => found[side].get(row[side]));
      const recorded = known.get(row.local) ?? noPrints;
      if (local !== undefined && remote !== undefined && areTheRecorded({ local, remote }, recorded)) {
        const now = { local: fingerprint(local), remote: fingerprint(remote) };
        if (sides.some((side) => now[side] !== recorded[side])) seen.push({ ...row, prints: now });
        if (local.flags !== remote.flags) restyled.set(row.local, { local, remote });
        continue;
      }
      rows.push(row);
      prints.set(row.local, recorded);
      if (local !== undefined) messages.local.set(row.local, local);
      if (remote !== undefined) messages.remote.set(row.remote, remote);
    }
    mailbox.store.fingerprints.set(mailbox.idx, seen);
  }
  return { rows, messages, prints, restyled, read, last };
}

/** What cannot be deleted, though its counterpart is gone, is as it should be. */
function isWhole({ progress }: OpenMailbox, row: PerSide<number>): boolean {
  return !sides.some((side) => hasUid(progress[side].undeletable, row[side]));
}

/** Of messages that have to be read to be told apart, rows that looked right may be another's. Their fingerprints find them. */
export async function addIndistinct(
  mailbox: OpenMailbox,
  { rows, messages, prints, restyled }: Compared,
): Promise<void> {
  const { store, idx } = mailbox;
  const keys = indistinctKeys(messages);
  if (keys.size === 0) return;
  const alike = [...messages.local.values(), ...messages.remote.values()].filter((one) => keys.has(identityKey(one)));
  const looks = new Set(alike.map(fingerprint));
  const doubted = new Set(rows.map(({ local }) => local));
  for (const slice of store.mappings.all(idx, sliceSize)) {
    const known = store.fingerprints.of(idx, slice);
    const like = slice.filter((row) => {
      const print = known.get(row.local)?.local;
      return print !== undefined && looks.has(print) && !doubted.has(row.local) && isWhole(mailbox, row);
    });
    if (like.length === 0) continue;
    const found = await bothSides((side) => messagesOf(mailbox, side, like));
    for (const row of like) {
      const { local, remote } = perSide((side) => found[side].get(row[side]));
      // What has vanished by now is news.
      if (local === undefined || remote === undefined || !keys.has(identityKey(local))) continue;
      rows.push(row);
      prints.set(row.local, known.get(row.local)!);
      messages.local.set(row.local, local);
      messages.remote.set(row.remote, remote);
      restyled.delete(row.local);
    }
  }
}

const noPrints: Prints = { local: undefined, remote: undefined };

/** Without Message-ID date and size are not enough. What a server has altered is known by what it looked like. */
function areTheRecorded(pair: PerSide<MessageIdentity>, prints: Prints): boolean {
  if (pair.local.messageId !== undefined && likeness(pair) === "equal") return true;
  return sides.every((side) => fitOf(prints[side], pair[side]) === "same");
}

/** Rows beyond UIDNEXT are asked for, too: it may be UIDNEXT that is wrong. */
async function messagesOf(
  { sessions, views }: OpenMailbox,
  side: Side,
  rows: readonly PerSide<number>[],
): Promise<ReadonlyMap<number, MessageIdentity>> {
  const uids = uidSetOf(rows.map((row) => row[side]).filter((uid) => uid >= 1 && uid <= maxUid));
  const identities = await fetchIdentities(sessions[side], uids);
  const messages = new Map(identities.map((identity) => [identity.uid, identity]));
  // A message that the server only fails to describe must not be taken for one that is gone.
  const missing = subtract(uids, uidSetOf(messages.keys()));
  const there = await fetchFlags(sessions[side], missing);
  views[side].requireRead(missing, side);
  if (there.size === 0) return messages;
  throw new InterimapError(
    "COMMAND_REFUSED",
    `the server does not report Message-ID, date and size of UID ${formatUidSet(uidSetOf(there.keys()))}`,
    { side, hint: "nothing was repaired in this mailbox" },
  );
}

interface Everything extends Pick<Compared, "messages" | "read"> {
  readonly uidNext: PerSide<number>;
}

/** Messages without a row. One that was left out would be copied. */
export async function addUnrecorded(mailbox: OpenMailbox, { uidNext, messages, read }: Everything): Promise<void> {
  const { store, idx, sessions, views, progress } = mailbox;
  const areAll = (side: Side, found: readonly MessageIdentity[]): boolean =>
    read[side] + found.length >= views[side].exists;
  await bothSides(async (side) => {
    const { strays } = progress[side];
    const asked = union(subtract(uidRange(1, uidNext[side] - 1), store.mappings.uids(idx, side)), strays);
    const found = await fetchIdentities(sessions[side], asked);
    const told = uidSetOf(found.map(({ uid }) => uid));
    views[side].requireRead(subtract(asked, told), side);
    const leftOut = areAll(side, found) ? [] : await identitiesLeftOut(mailbox, side, { asked, told });
    const all = [...found, ...leftOut];
    if (!areAll(side, all)) {
      progress[side].strays = union(strays, await straysFrom(mailbox, side, uidNext[side]));
      all.push(...(await fetchIdentities(sessions[side], subtract(progress[side].strays, asked), { areThere: true })));
    }
    for (const identity of all) messages[side].set(identity.uid, identity);
  });
}
