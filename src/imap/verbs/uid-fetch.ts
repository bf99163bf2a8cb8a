// UID FETCH (RFC 3501 6.4.8): asked, put together from whatever answers come, and asked again for what is missing.

import {
  emptyUidSet,
  hasRange,
  hasUid,
  isEmpty,
  subtract,
  type UidSet,
  uidSetOf,
  uidsOf,
  union,
} from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import { type CommandPart, line, uids as uidSet } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Channel } from "../mailbox/channel.ts";
import type { FetchResponse } from "../responses.ts";
import { type Answer, FetchAnswers, type Wanted } from "./fetch-answers.ts";
import { existingUids } from "./search.ts";
import { uidSets } from "./uid-sets.ts";

export interface FetchRequest extends Wanted {
  readonly uids: UidSet;
  readonly items: readonly CommandPart[];
  /** See {@link Command.brings}. */
  readonly brings?: number;
  /** As far as is known these messages exist. Those that the answer leaves out are asked for once more. */
  readonly areThere?: boolean;
  /** What a message may be without. */
  readonly optional?: readonly ("internalDate" | "size" | "modSeq")[];
  /** What `onMessage` was called with is not to be believed. Needed with `contradicts`. */
  readonly forget?: (uid: number) => void;
}

/**
 * Asks for messages, and once more for those that the server told only part of, or left out. Those that it told two
 * different things of are asked for one by one; still contradictory, they are left out.
 */
export async function uidFetch(session: Channel, request: FetchRequest): Promise<FetchAnswers> {
  if (isEmpty(request.uids)) return new FetchAnswers(request);
  const answers = await hearAll(session, request);
  if (!answers.areContradictory) return answers;
  for (const uid of uidsOf(answers.contradicted)) {
    request.forget?.(uid);
    const again = await hearAll(session, { ...request, uids: uidSetOf([uid]) });
    if (again.areContradictory) request.forget?.(uid);
  }
  return answers;
}

async function hearAll(session: Channel, request: FetchRequest): Promise<FetchAnswers> {
  const { uids, optional = [], areThere = false } = request;
  const answers = new FetchAnswers(request);
  await ask(session, request, answers);
  if (answers.areAll(uids) || (answers.areWhole && !areThere)) return answers;
  answers.settleFor(...optional);
  const leftOut = areThere
    ? subtract(answers.missing(uids), session.view?.pending.vanished ?? emptyUidSet)
    : emptyUidSet;
  const again = union(leftOut, uidSetOf(answers.incomplete.map(({ uid }) => uid)));
  if (isEmpty(again)) return answers;
  await ask(session, { ...request, uids: again }, answers);
  answers.settleFor(...optional);
  return answers;
}

/** Whatever answers, and whoever claims it. */
export async function ask(
  session: Channel,
  { uids, items, brings }: Pick<FetchRequest, "uids" | "items" | "brings">,
  answers?: FetchAnswers,
): Promise<void> {
  const fetch = (part: UidSet): Promise<unknown> =>
    session.run({
      name: "UID FETCH",
      overlap: "selected",
      parts: line`UID FETCH ${uidSet(part)} ${items}`,
      ...(brings !== undefined && { brings }),
      claim: (response) => {
        if (response.kind !== "fetch" || !hasUidOf(part, response)) return false;
        return answers?.take(response) ?? false;
      },
      claimFlags: answers?.takesFlags
        ? (run) => hasRange(part, run.first, run.last) && answers.takeFlags(run)
        : undefined,
    });
  await allDone(
    uidSets(session, uids).map((part) =>
      fetch(part).catch(async (error: unknown) => {
        const there = await thoseThere(session, part, error);
        if (!isEmpty(there)) await fetch(there);
      }),
    ),
  );
}

/**
 * Some servers answer BAD where none of the messages is there, instead of nothing (RFC 3501 6.4.8). If none is missing, that
 * is not the reason.
 */
async function thoseThere(session: Channel, uids: UidSet, error: unknown): Promise<UidSet> {
  if (!(error instanceof CommandRefused) || error.status !== "BAD") throw error;
  const there = await existingUids(session, uids).catch(() => {
    throw error;
  });
  if (isEmpty(subtract(uids, there))) throw error;
  return there;
}

function hasUidOf(uids: UidSet, response: FetchResponse): response is Answer {
  return response.uid !== undefined && hasUid(uids, response.uid);
}
