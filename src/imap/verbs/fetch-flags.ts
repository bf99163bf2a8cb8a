// Flags and mod-sequences of messages (RFC 7162 3.1.4).

import { type FlagSet, flagSet } from "../../model/flags.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import type { UidSet } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import type { FlagRun } from "../codec/flag-lines.ts";
import { type CommandPart, line, modSeq, uids as uidSet } from "../codec/write-command.ts";
import type { Channel } from "../mailbox/channel.ts";
import type { FlagChange } from "../mailbox/pending-changes.ts";
import { ask, type FetchRequest, uidFetch } from "./uid-fetch.ts";
import { uidSets } from "./uid-sets.ts";

export interface Existence {
  /** They exist, as far as is known; otherwise there may be holes. */
  readonly areThere: boolean;
}

/** Tells the flags of messages that should exist as they come; what the view knows of changes stays as it is. */
export async function eachMessagesFlags(
  session: Channel,
  uids: UidSet,
  tell: (uid: number, found: FlagChange) => void,
): Promise<void> {
  await uidFetch(session, { ...flagRequest(session, uids, oneByOne(tell)), areThere: true });
}

/** Messages whose numbers and UIDs follow one another. */
type Consecutive = Pick<FlagRun, "sequence" | "first" | "last">;

export interface EachFlags {
  /** All of them have these flags. */
  readonly tell: (messages: Consecutive, found: FlagChange) => void;
  /** Whether these are not the flags that were told of the message: it is asked for alone, and told again. */
  readonly contradicts: (uid: number, flags: FlagSet) => boolean;
  /** The server cannot make up its mind. */
  readonly forget: (uid: number) => void;
}

/** The flags of whatever messages there are among `uids`, as they come. */
export async function eachFlags(
  session: Channel,
  uids: UidSet,
  { tell, contradicts, forget }: EachFlags,
): Promise<void> {
  await uidFetch(session, {
    ...flagRequest(session, uids, tell),
    contradicts: ({ uid, flags = [] }) => contradicts(uid, flagSet(flags)),
    forget,
  });
}

/**
 * Has the server report which of the messages changed since a mod-sequence (RFC 7162 3.1.4.1). What it reports goes into the
 * session's view.
 */
export async function fetchChangedSince(session: Channel, uids: UidSet, since: bigint): Promise<void> {
  const condition = line`(CHANGEDSINCE ${modSeq(since)})`;
  await allDone(
    uidSets(session, uids).map((part) =>
      session.run({
        name: "UID FETCH",
        overlap: "selected",
        parts: line`UID FETCH ${uidSet(part)} (UID FLAGS) ${condition}`,
      }),
    ),
  );
}

/** The flags of few messages. A missing one is not gone until the server is asked again. */
export async function fetchFlags(
  session: Channel,
  uids: UidSet,
  { areThere }: Existence = { areThere: false },
): Promise<ReadonlyMap<number, FlagChange>> {
  const found = new Map<number, FlagChange>();
  const note = (uid: number, change: FlagChange): unknown => found.set(uid, change);
  await uidFetch(session, { ...flagRequest(session, uids, oneByOne(note)), areThere });
  return found;
}

/** RFC 7162 3.1.2.2: where there are no mod-sequences it is an error to ask for them. */
function hasModSeqs({ view, abilities }: Channel): boolean {
  return !(view?.lacksModSeqs ?? !abilities.modSeqs);
}

function flagItems(session: Channel): readonly CommandPart[] {
  return hasModSeqs(session) ? line`(UID FLAGS MODSEQ)` : line`(UID FLAGS)`;
}

function flagRequest(session: Channel, uids: UidSet, tell: EachFlags["tell"]): FetchRequest {
  const { view } = session;
  const hasAsked = hasModSeqs(session);
  return {
    uids,
    items: flagItems(session),
    isAnswer: ({ flags, internalDate }) => flags !== undefined && internalDate === undefined,
    beside: hasAsked ? ["modSeq"] : [],
    optional: ["modSeq"],
    onMessage: ({ uid, sequence, flags = [], modSeq = noModSeq }) => {
      // What was asked for and left out is as good as MODSEQ (0).
      if (hasAsked) view?.noteModSeq(modSeq);
      tell({ sequence, first: uid, last: uid }, { flags: flagSet(flags), modSeq });
    },
    onFlags: hasAsked
      ? undefined
      : (run) => {
          tell(run, { flags: flagSet(run.flags), modSeq: noModSeq });
        },
  };
}

function oneByOne(tell: (uid: number, found: FlagChange) => unknown): EachFlags["tell"] {
  return ({ first, last }, found) => {
    for (let uid = first; uid <= last; uid++) tell(uid, found);
  };
}

/** Flags and mod-sequences are recorded in the session's view as changes to be dealt with. */
export async function refetchFlags(session: Channel, uids: UidSet): Promise<void> {
  await ask(session, { uids, items: flagItems(session) });
}
