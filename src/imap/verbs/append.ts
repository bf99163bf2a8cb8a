// APPEND of one or more messages (RFC 3501 6.3.11, RFC 3502) and the UIDs they got (RFC 4315 3).

import { InterimapError } from "../../model/errors.ts";
import type { FlagSet } from "../../model/flags.ts";
import { type InternalDate, isKept } from "../../model/internal-date.ts";
import type { Side } from "../../model/side.ts";
import { countUids, emptyUidSet, maxUid, uidsOf } from "../../model/uid-set.ts";
import { parseUidSet } from "../../model/uid-set-text.ts";
import { excerpt } from "../../util/printable.ts";
import { type CommandPart, dateTime, flagList, line, mailbox } from "../codec/write-command.ts";
import type { Turn } from "../command.ts";
import type { Channel } from "../mailbox/channel.ts";

export interface OutgoingMessage {
  readonly flags: FlagSet;
  /** Without one, and with one that servers do not keep, it gets the time of its arrival. */
  readonly date: InternalDate | undefined;
  readonly bytes: Buffer;
}

export interface AppendTarget {
  readonly wireName: string;
  /** Undefined: the UIDs that the server tells are not to be relied on. */
  readonly uidValidity: number | undefined;
  /** UIDNEXT at some time before. */
  readonly nextUid: number;
  /** The messages are transferred at once, but become part of the mailbox only then. */
  readonly turn?: Promise<Turn> | undefined;
}

/**
 * Appends messages to a mailbox, all of them or none, and returns their UIDs in the same order; undefined when the server
 * does not tell them. More than one message needs a server with MULTIAPPEND.
 * @throws CommandRefused; InterimapError MAILBOX_UNSTABLE when the mailbox is no longer the one we know; MAILBOX_PROTOCOL
 * when the UIDs cannot be those of these messages, although the messages are there now.
 */
export async function append(
  session: Channel,
  { wireName, uidValidity, nextUid, turn }: AppendTarget,
  messages: readonly OutgoingMessage[],
): Promise<number[] | undefined> {
  const { code } = await session.run({
    name: "APPEND",
    overlap: "any",
    ...(turn !== undefined && { turn }),
    parts: [...line`APPEND ${mailbox(wireName)}`, ...messages.flatMap((message) => messageParts(session, message))],
  });
  if (code?.name !== "APPENDUID" || uidValidity === undefined) return undefined;
  return appendedUids(code.text, { side: session.side, uidValidity, nextUid, count: messages.length });
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
  readonly nextUid: number;
  readonly count: number;
}

// RFC 4315 3. UIDs grow, so they come in the order of the messages.
const appendUid = /^(\d{1,10}) (\d{1,10}(?::\d{1,10})?(?:,\d{1,10}(?::\d{1,10})?)*)$/;

function appendedUids(text: string, { side, uidValidity, nextUid, count }: Expected): number[] {
  const [, validity, set = ""] = appendUid.exec(text) ?? [];
  if (validity !== undefined && Number(validity) !== uidValidity) {
    throw new InterimapError("MAILBOX_UNSTABLE", `UIDVALIDITY became ${validity} while messages were appended`, {
      side,
    });
  }
  const ranges = set.split(",").map((range) => range.split(":").map(Number));
  const isAscending = ranges.every(
    ([first = 0, last = first], i) => first > (ranges[i - 1]?.at(-1) ?? nextUid - 1) && last >= first && last <= maxUid,
  );
  const uids = isAscending ? parseUidSet(set) : emptyUidSet;
  if (countUids(uids) === count) return [...uidsOf(uids)];
  throw new InterimapError(
    "MAILBOX_PROTOCOL",
    `the server reported UIDs that cannot be those of ${messages(count)}: ${excerpt(text)}`,
    { side, hint: "the next run looks for them" },
  );
}

function messages(count: number): string {
  return count === 1 ? "the message appended" : `the ${String(count)} messages appended`;
}
