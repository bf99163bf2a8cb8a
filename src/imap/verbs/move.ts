// UID MOVE (RFC 6851) and UID COPY (RFC 3501 6.4.7): messages of the selected mailbox to another one of the same server.

import type { UidPair } from "../../model/uid-pairs.ts";
import { setsOfAtMost, type UidSet } from "../../model/uid-set.ts";
import { line, mailbox, uids as uidSet } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import type { Channel } from "../mailbox/channel.ts";
import type { ResponseCode } from "../responses.ts";
import { copiedUids, type ExpectedCopies } from "./copied-uids.ts";
import { uidSets } from "./uid-sets.ts";

export interface Destination extends Omit<ExpectedCopies, "asked"> {
  readonly wireName: string;
}

/** Messages by their UIDs, and what they are in the destination, as far as the server tells. */
export type Placed = readonly UidPair[];

/** How many messages one command is about. */
const inOneCommand = 1000;
/** A blank, and quotes around the name. */
const besideName = 3;

/** Sets of UIDs for {@link moveMessages} and {@link copyMessages}, in order. */
export function setsToPlace(channel: Channel, uids: UidSet, wireName: string): UidSet[] {
  const sets = uidSets(channel, uids, wireName.length + besideName);
  return sets.flatMap((set) => [...setsOfAtMost(inOneCommand, set)]);
}

/**
 * Messages that are moved vanish from the selected mailbox, and its view hears of that. For a set of {@link setsToPlace}. Needs
 * a server with MOVE.
 * @throws CommandRefused: some may have been moved nevertheless (RFC 6851 3.3).
 */
export function moveMessages(
  channel: Channel,
  uids: ExpectedCopies["asked"],
  destination: Destination,
): Promise<Placed> {
  const parts = line`UID MOVE ${uidSet(uids)} ${mailbox(destination.wireName)}`;
  return placing(channel, { name: "UID MOVE", parts }, { ...destination, asked: uids });
}

/** All of them, or none. For a set of {@link setsToPlace}. @throws CommandRefused */
export function copyMessages(
  channel: Channel,
  uids: ExpectedCopies["asked"],
  destination: Destination,
): Promise<Placed> {
  const parts = line`UID COPY ${uidSet(uids)} ${mailbox(destination.wireName)}`;
  return placing(channel, { name: "UID COPY", parts }, { ...destination, asked: uids });
}

/** The code comes with the tagged response, or with an untagged OK before messages vanish (RFC 6851 4.3), which may be several. */
async function placing(
  channel: Channel,
  command: Pick<Command, "name" | "parts">,
  expected: ExpectedCopies,
): Promise<Placed> {
  const placed = new Map<number, number>();
  const note = (code: ResponseCode | undefined): boolean => {
    const pairs = code?.name === "COPYUID" ? copiedUids(code.text, expected) : undefined;
    for (const [uid, copy] of pairs ?? []) placed.set(uid, copy);
    return pairs !== undefined;
  };
  const { code } = await channel.run({
    ...command,
    overlap: "changing",
    claim: (response) => response.kind === "status" && response.status === "OK" && note(response.code),
  });
  note(code);
  return [...placed];
}
