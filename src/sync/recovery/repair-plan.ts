// What is wrong in the mapping of one mailbox, and what to do about it. Pure.
// Rows are compared with the messages that exist. What lost its row, or never had one, is matched anew, and what finds no
// equal is copied. In doubt a message is copied rather than deleted, and a row is kept rather than dropped.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { type Likeness, likeness, pairSame } from "../../mail/matching/match-plan.ts";
import { fitOf } from "../../model/fingerprint.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, hasUid, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import type { Prints } from "../../state/fingerprints.ts";

export interface RepairSituation {
  /** All mapping rows. */
  readonly rows: readonly PerSide<number>[];
  /** Every message, by UID. */
  readonly messages: PerSide<ReadonlyMap<number, MessageIdentity>>;
  /** The servers': no message has this UID or a higher one. */
  readonly uidNext: PerSide<number>;
  /** The recorded ones: messages below were looked at once. */
  readonly floors: PerSide<number>;
  /** From these UIDs on, messages of a side wait to be copied; undefined: none do. */
  readonly waiting?: PerSide<number | undefined>;
  /** By the servers' word, gone since the last checkpoint. */
  readonly vanished: PerSide<UidSet>;
  /** Messages that should have no row, because the other server refuses them. */
  readonly refused: PerSide<ReadonlySet<number>>;
  /** Sides whose UIDs may be other messages' by now: what is paired must look the same, and what is gone was not deleted. */
  readonly isDoubtful: PerSide<boolean>;
  /** By local UID, what the messages of a row look like, as far as that was ever seen. */
  readonly prints: ReadonlyMap<number, Prints>;
  /** Equal for messages that are the same; see {@link Identified}. */
  readonly keyOf: (message: MessageIdentity) => string | undefined;
}

export type AnomalyKind =
  /** A row names a UID that `side` never gave to a message. */
  | "never-assigned"
  /** A row's messages are gone on both sides, and nobody said so. */
  | "gone-on-both"
  /** A row's message is gone on `side`, and the server did not say so. */
  | "gone"
  /** A row's message is gone on `side`, but an equal one is there. */
  | "replaced"
  /** A row pairs two different messages. */
  | "mispaired"
  /** A message of `side` has no row. */
  | "unrecorded"
  /** Flags differ, and neither server said that they changed. */
  | "flags-differ";

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly side: Side;
  readonly uids: UidSet;
  /** The other side's UIDs in the same rows; empty where there is no row. */
  readonly counterparts: UidSet;
}

export interface RepairPlan {
  /** Rows to drop, before the new pairs are added. */
  readonly drop: readonly PerSide<number>[];
  readonly adopt: readonly PerSide<MessageIdentity>[];
  /** Rows that stay and whose messages both exist. */
  readonly keep: readonly PerSide<MessageIdentity>[];
  /** Messages that vanished since the last checkpoint. Their rows stay until the others are gone too. */
  readonly propagate: PerSide<UidSet>;
  readonly anomalies: readonly Anomaly[];
}

export function planRepair(situation: RepairSituation): RepairPlan {
  const { rows, floors, refused, keyOf } = situation;
  const standings = rows.map((row) => standingOf(row, situation));
  const free = freeMessages(situation);
  const adopt = match(standings, { free, refused, keyOf });
  const matched = perSide((side) => new Set(adopt.map((pair) => pair[side].uid)));

  const drop: PerSide<number>[] = [];
  const keep: PerSide<MessageIdentity>[] = [];
  const propagate: Record<Side, number[]> = { local: [], remote: [] };
  const found = new Findings();
  for (const standing of standings) {
    const { row } = standing;
    const hasPartner = sides.some((side) => standing.messages[side] !== undefined && matched[side].has(row[side]));
    switch (standing.kind) {
      case "paired":
        if (standing.likeness === "none" || hasPartner) {
          drop.push(row);
          found.add("mispaired", "local", row);
        } else keep.push(standing.messages);
        break;
      case "never-assigned":
      case "gone-on-both":
        drop.push(row);
        found.add(standing.kind, standing.side, row);
        break;
      case "gone":
        if (standing.isKnown && !hasPartner) propagate[standing.side].push(row[standing.side]);
        else {
          drop.push(row);
          found.add(hasPartner ? "replaced" : "gone", standing.side, row);
        }
        break;
      case "forgotten":
        for (const side of sides) propagate[side].push(row[side]);
    }
  }
  for (const side of sides) {
    const floor = Math.min(floors[side], situation.waiting?.[side] ?? Infinity);
    const forgotten = free[side].filter(({ uid, size }) => uid < floor && size > 0 && !refused[side].has(uid));
    for (const { uid } of forgotten) found.add("unrecorded", side, { local: 0, remote: 0, [side]: uid });
  }
  return { drop, adopt, keep, propagate: perSide((side) => uidSetOf(propagate[side])), anomalies: found.anomalies() };
}

/** A row, and what became of its messages. */
type Standing =
  | {
      readonly kind: "paired";
      readonly row: PerSide<number>;
      readonly messages: PerSide<MessageIdentity>;
      readonly likeness: Likeness;
    }
  | {
      readonly kind: "gone" | "never-assigned" | "gone-on-both";
      readonly row: PerSide<number>;
      readonly messages: PerSide<MessageIdentity | undefined>;
      readonly side: Side;
      /** The server said so, and the row can be believed. */
      readonly isKnown: boolean;
    }
  /** Gone on both sides, as both servers said. */
  | { readonly kind: "forgotten"; readonly row: PerSide<number>; readonly messages: PerSide<undefined> };

function standingOf(row: PerSide<number>, situation: RepairSituation): Standing {
  const { uidNext, vanished } = situation;
  const { local, remote } = perSide((side) => situation.messages[side].get(row[side]));
  if (local !== undefined && remote !== undefined) {
    const messages = { local, remote };
    return { kind: "paired", row, messages, likeness: likenessOf(row, messages, situation) };
  }
  const messages = { local, remote };
  const unassigned = sides.find((side) => row[side] < 1 || row[side] >= uidNext[side]);
  if (unassigned !== undefined) return { kind: "never-assigned", row, messages, side: unassigned, isKnown: false };
  const isKnown = (side: Side): boolean => hasUid(vanished[side], row[side]);
  const gone = sides.filter((side) => messages[side] === undefined);
  const [side = "local"] = gone;
  if (gone.length === 1) {
    const isCertain = !situation.isDoubtful[side] && isKnown(side);
    const isDeletion = isCertain && isTheOne(row, otherSide(side), situation);
    return { kind: "gone", row, messages, side, isKnown: isDeletion };
  }
  if (gone.every(isKnown)) return { kind: "forgotten", row, messages: { local: undefined, remote: undefined } };
  return { kind: "gone-on-both", row, messages, side, isKnown: false };
}

/** Whether the message that is left is the copy of the one that is gone. */
function isTheOne(row: PerSide<number>, side: Side, situation: RepairSituation): boolean {
  if (!situation.isDoubtful[side]) return wasSynchronised(row, side, situation);
  const message = situation.messages[side].get(row[side]);
  const print = situation.prints.get(row.local)?.[side];
  return message !== undefined && fitOf(print, message) === "same" && !situation.refused[side].has(row[side]);
}

/**
 * Whether the message that is left was there at the last checkpoint, as far as can be told. A row that names another one
 * is wrong, or was made by a run that was interrupted; it is no reason to delete anything.
 */
function wasSynchronised(row: PerSide<number>, side: Side, { floors, uidNext, refused }: RepairSituation): boolean {
  const isCredible = floors[side] <= uidNext[side];
  return isCredible && row[side] < floors[side] && !refused[side].has(row[side]);
}

/** What only looks equal has been read. */
function likenessOf(row: PerSide<number>, messages: PerSide<MessageIdentity>, situation: RepairSituation): Likeness {
  const { keyOf, isDoubtful, prints } = situation;
  const [local, remote] = [keyOf(messages.local), keyOf(messages.remote)];
  if (local !== undefined && local === remote) return "equal";
  const told = likeness(messages);
  // Those that look alike have the same fingerprint, too.
  if (told === "equal" && local !== undefined && remote !== undefined) return "none";
  const fits = sides.map((side) => fitOf(prints.get(row.local)?.[side], messages[side]));
  if (fits.every((fit) => fit === "same")) return "equal";
  return told !== "equal" && sides.some((side) => isDoubtful[side]) ? "none" : told;
}

function freeMessages({ rows, messages }: RepairSituation): PerSide<MessageIdentity[]> {
  return perSide((side) => {
    const mapped = new Set(rows.map((row) => row[side]));
    return [...messages[side].values()].filter(({ uid }) => !mapped.has(uid));
  });
}

interface Loose extends Pick<RepairSituation, "refused" | "keyOf"> {
  /** Without a row. */
  readonly free: PerSide<readonly MessageIdentity[]>;
}

/**
 * Matches messages without a row, and those whose row is in doubt. A row that may be right is not given up for less than
 * an equal partner for both of its messages, or for one of them if the other was refused and so should have none; then
 * the match is made again without them.
 */
function match(standings: readonly Standing[], { free, refused, keyOf }: Loose): PerSide<MessageIdentity>[] {
  let doubtful = standings.filter((standing) => standing.kind !== "paired" || standing.likeness !== "equal");
  for (;;) {
    const pool = perSide((side) => [
      ...free[side],
      ...doubtful.flatMap(({ messages }) => {
        const message = messages[side];
        return message === undefined ? [] : [message];
      }),
    ]);
    const pairs = pairSame(pool, keyOf);
    const matched = perSide((side) => new Set(pairs.map((pair) => pair[side].uid)));
    const isGivenUp = (standing: Standing): boolean =>
      standing.kind !== "paired" ||
      standing.likeness !== "plausible" ||
      sides.some((side) => refused[side].has(standing.row[side])) ||
      sides.every((side) => matched[side].has(standing.row[side])) ||
      sides.every((side) => !matched[side].has(standing.row[side]));
    const left = doubtful.filter(isGivenUp);
    if (left.length === doubtful.length) return pairs;
    doubtful = left;
  }
}

/** Gathers what was found, a group for each kind and side. */
export class Findings {
  readonly #groups = new Map<string, { kind: AnomalyKind; side: Side; rows: PerSide<number>[] }>();

  add(kind: AnomalyKind, side: Side, row: PerSide<number>): void {
    const key = `${kind} ${side}`;
    const group = this.#groups.get(key) ?? { kind, side, rows: [] };
    group.rows.push(row);
    this.#groups.set(key, group);
  }

  anomalies(): Anomaly[] {
    return [...this.#groups.values()].map(({ kind, side, rows }) => ({
      kind,
      side,
      uids: uidSetOf(rows.map((row) => row[side])),
      counterparts: kind === "unrecorded" ? emptyUidSet : uidSetOf(rows.map((row) => row[otherSide(side)])),
    }));
  }
}
