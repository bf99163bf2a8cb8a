// APPEND of one or more messages (RFC 3501 6.3.11, RFC 3502) and the UIDs they got (RFC 4315 3).

import { InterimapError } from "../../model/errors.ts";
import type { FlagSet } from "../../model/flags.ts";
import { isKept, type InternalDate } from "../../model/internal-date.ts";
import type { Side } from "../../model/side.ts";
import { countUids, parseUidSet, uidsOf } from "../../model/uid-set.ts";
import { dateTime, flagList, line, mailbox, type CommandPart } from "../codec/write-command.ts";
import type { Channel } from "../channel.ts";
import type { Turn } from "../command.ts";

export interface OutgoingMessage {
  readonly flags: FlagSet;
  /** Without one, and with one that servers do not keep, it gets the time of its arrival. */
  readonly date: InternalDate | undefined;
  readonly bytes: Buffer;
}

export interface AppendTarget {
  readonly wireName: string;
  readonly uidValidity: number;
  /** The messages are transferred at once, but become part of the mailbox only then. */
  readonly turn?: Promise<Turn> | undefined;
}

/**
 * Appends messages to a mailbox, all of them or none, and returns their UIDs in the same order. More than one message
 * needs a server with MULTIAPPEND.
 * @throws CommandRefused; InterimapError MAILBOX_UNSTABLE when the mailbox is no longer the one we know.
 */
export async function append(
  session: Channel,
  { wireName, uidValidity, turn }: AppendTarget,
  messages: readonly OutgoingMessage[],
): Promise<number[]> {
  const { code } = await session.run({
    name: "APPEND",
    overlap: "any",
    ...(turn !== undefined && { turn }),
    parts: [...line`APPEND ${mailbox(wireName)}`, ...messages.flatMap((message) => messageParts(session, message))],
  });
  const text = code?.name === "APPENDUID" ? code.text : "";
  return appendedUids(text, { side: session.side, uidValidity, count: messages.length });
}

function messageParts(session: Channel, { flags, date, bytes }: OutgoingMessage): CommandPart[] {
  // RFC 3516 4.4: NUL may travel in a literal8 only.
  const binary = session.capabilities.has("BINARY") && bytes.includes(0);
  if (isKept(date)) return line` ${flagList(flags)} ${dateTime(date)} ${{ literal: bytes, binary }}`;
  // Not every server may know that the date can be left out.
  return line` ${flagList(flags)} ${{ literal: bytes, binary, isWaitedFor: true }}`;
}

interface Expected {
  readonly side: Side;
  readonly uidValidity: number;
  readonly count: number;
}

function appendedUids(text: string, { side, uidValidity, count }: Expected): number[] {
  const [validity = "", set = ""] = text.split(" ");
  if (set === "") {
    throw new InterimapError("PROTOCOL", "the server did not tell the UID of an appended message (APPENDUID)", {
      side,
    });
  }
  if (Number(validity) !== uidValidity) {
    throw new InterimapError("MAILBOX_UNSTABLE", `UIDVALIDITY became ${validity} while messages were appended`, {
      side,
    });
  }
  const uids = parseUidSet(set);
  if (countUids(uids) !== count) {
    throw new InterimapError("PROTOCOL", `the server told UIDs ${set} for ${String(count)} appended messages`, {
      side,
    });
  }
  return [...uidsOf(uids)];
}
