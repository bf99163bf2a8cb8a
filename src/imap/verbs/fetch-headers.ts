// UID FETCH of header fields, with what else is to be known of messages that are compared by them.

import { type FlagSet, flagSet } from "../../model/flags.ts";
import { countUids, type UidSet } from "../../model/uid-set.ts";
import { atom, line } from "../codec/write-command.ts";
import type { Channel } from "../mailbox/channel.ts";
import type { Answer } from "./fetch-answers.ts";
import { uidFetch } from "./uid-fetch.ts";

export interface HeaderMessage {
  readonly uid: number;
  readonly flags: FlagSet;
  /** RFC822.SIZE in octets; 0 when the server does not tell it. */
  readonly size: number;
  /** The fields as they are in the message, with an empty line behind them; undefined when there are far too many octets. */
  readonly header: Buffer | undefined;
}

export interface HeadersWanted {
  /** Names of fields (RFC 5322 2.2: printable, no colon); "all": the whole header. */
  readonly fields: readonly string[] | "all";
  /** Called once for each message that exists, in the order in which the server tells them. */
  readonly tell: (message: HeaderMessage) => void;
  /** Whether this is not what was told of the message before: it is asked for alone, and told again. */
  readonly contradicts: (message: HeaderMessage) => boolean;
  /** The server cannot make up its mind: what it told of the message does not count. */
  readonly forget: (uid: number) => void;
}

/** The longest header that is taken; most have some thousand octets. */
const longestHeader = 1 << 20;

/** Tells the header fields, flags and sizes of messages (RFC 3501 6.4.5), without setting \Seen. */
export async function fetchHeaders(
  session: Channel,
  uids: UidSet,
  { fields, tell, contradicts, forget }: HeadersWanted,
): Promise<void> {
  const names = fields === "all" ? [] : fields.map(atom);
  const header = fields === "all" ? line`HEADER` : line`HEADER.FIELDS (${atoms(names)})`;
  await uidFetch(session, {
    uids,
    brings: countUids(uids) * longestHeader,
    items: line`(UID FLAGS RFC822.SIZE BODY.PEEK[${header}])`,
    isAnswer: (response) => response.headerFields !== undefined,
    beside: ["flags", "size"],
    optional: ["size"],
    forget,
    contradicts: (answer) => contradicts(messageOf(answer)),
    onMessage: (answer) => {
      session.view?.noteFlagsRead(answer.uid);
      tell(messageOf(answer));
    },
  });
}

function messageOf({ uid, flags = [], size = 0, headerFields }: Answer): HeaderMessage {
  return { uid, flags: flagSet(flags), size, header: headerFields ?? undefined };
}

function atoms(names: readonly ReturnType<typeof atom>[]): ReturnType<typeof line> {
  return names.flatMap((name, i) => (i === 0 ? line`${name}` : line` ${name}`));
}

export type Summary = Pick<HeaderMessage, "uid" | "size" | "flags">;

export type SummariesWanted = { readonly tell: (message: Summary) => void } & Pick<HeadersWanted, "forget"> & {
    /** Whether another size was told of the message before. */
    readonly contradicts: (uid: number, size: number) => boolean;
  };

/** Tells flags and sizes of the messages that exist; 0 for a size that the server does not tell. */
export async function fetchSummaries(
  session: Channel,
  uids: UidSet,
  { tell, contradicts, forget }: SummariesWanted,
): Promise<void> {
  await uidFetch(session, {
    uids,
    items: line`(UID FLAGS RFC822.SIZE)`,
    isAnswer: ({ size, internalDate, headerFields }) =>
      size !== undefined && internalDate === undefined && headerFields === undefined,
    beside: ["flags"],
    areThere: false,
    contradicts: ({ uid, size = 0 }) => contradicts(uid, size),
    forget,
    onMessage: ({ uid, flags = [], size = 0 }) => {
      session.view?.noteFlagsRead(uid);
      tell({ uid, flags: flagSet(flags), size });
    },
  });
}
