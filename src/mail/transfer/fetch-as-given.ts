// Fetches messages even if the server refuses some of them (Exchange cannot convert some, and Yahoo has lost others), or sends
// some that are unreadable.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { type FetchedMessage, fetchMessages } from "../../imap/verbs/fetch.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import {
  countUids,
  emptyUidSet,
  intersect,
  isEmpty,
  subtract,
  uidRange,
  type UidSet,
  uidSetOf,
  uidsOf,
} from "../../model/uid-set.ts";
import { theServer } from "../../model/vocabulary.ts";
import { allDone } from "../../util/all-done.ts";
import type { TransferHooks } from "./transfer-hooks.ts";

interface Wanted {
  readonly uids: readonly number[];
  readonly octets: number;
  readonly onLarger: (uid: number, found: number) => void;
}

interface Given {
  readonly delivered: FetchedMessage[];
  /** The hook knows about these. */
  readonly refused: readonly number[];
  /** A search did not find these. */
  readonly absent: UidSet;
}

interface LeftOut extends Pick<Given, "absent"> {
  readonly found: readonly FetchedMessage[];
}

/**
 * The messages that the server hands out. If it refuses them together, they are asked for singly, all at once: servers count
 * errors, and end the connection after ten. Those that are refused then are asked for once more.
 * @throws CommandRefused if it hands out none of several, or wants a pause.
 */
export async function fetchAsGiven(
  { source, hooks }: { readonly source: Channel; readonly hooks: Pick<TransferHooks, "refused"> },
  { uids, octets, onLarger }: Wanted,
): Promise<Given> {
  const larger: number[] = [];
  const noteLarger: Wanted["onLarger"] = (uid, found) => {
    larger.push(uid);
    onLarger(uid, found);
  };
  try {
    const delivered = await fetchMessages(source, uidSetOf(uids), { octets, onLarger: noteLarger });
    const { found, absent } = await fetchLeftOut(delivered);
    return { delivered: [...delivered, ...found], refused: [], absent };
  } catch (error) {
    if (!isAboutMessages(error)) throw error;
    const answers = await allDone(uids.map(fetchOne));
    await askAgain(answers);
    const delivered = answers.flatMap((answer) => (isRefusal(answer) ? [] : [answer]));
    if (delivered.length === 0 && uids.length > 1) throw error;
    const refusals = new Map(uids.flatMap((uid, i) => (isRefusal(answers[i]) ? [[uid, answers[i].words]] : [])));
    const asked = uidSetOf([...refusals.keys()]);
    const there = await thoseThere(asked);
    const refused = [...uidsOf(there)];
    for (const uid of refused) {
      const reason = `${theServer(source.side)} does not deliver it: ${refusals.get(uid)!}`;
      hooks.refused({ uid, by: "source", size: 0, messageId: undefined, reason });
    }
    return { delivered: delivered.flat(), refused, absent: subtract(asked, there) };
  }

  /**
   * A message that does not end where its server says makes what comes behind it unreadable. That is the first one that is missing;
   * without it, the others are readable.
   */
  async function fetchLeftOut(delivered: readonly FetchedMessage[]): Promise<LeftOut> {
    const found = [...delivered];
    const leftOut = (): UidSet => subtract(uidSetOf(uids), uidSetOf([...found.map(({ uid }) => uid), ...larger]));
    if (uids.length === 1 || isEmpty(leftOut())) return { found: [], absent: emptyUidSet };
    let left = await existingUids(source, leftOut());
    const absent = subtract(leftOut(), left);
    for (let inARow = 0; countUids(left) > 1 && inARow < enough;) {
      const before = found.length;
      left = subtract(left, uidRange(1, left.ranges[0]?.[0] ?? 0));
      const those = await fetchTogether([...uidsOf(left)]);
      if (!isRefusal(those)) found.push(...those);
      left = intersect(left, leftOut());
      inARow = found.length > before ? 0 : inARow + 1;
    }
    return { found: found.slice(delivered.length), absent };
  }

  /** A mailbox that was renamed or deleted meanwhile refuses each of its messages (Cyrus), which is no fault of theirs. */
  async function thoseThere(uids: UidSet): Promise<UidSet> {
    if (isEmpty(uids)) return uids;
    try {
      return await existingUids(source, uids);
    } catch (error) {
      if (isAboutMessages(error)) return uids;
      throw error;
    }
  }

  /** A refusal of one may be meant for others that were asked for at the same time. */
  async function askAgain(answers: (FetchedMessage[] | CommandRefused)[]): Promise<void> {
    if (answers.filter(isRefusal).length < 2) return;
    for (let i = 0, inARow = 0; i < answers.length && inARow < enough; i++) {
      if (!isRefusal(answers[i])) continue;
      answers[i] = await fetchOne(uids[i]!);
      inARow = isRefusal(answers[i]) ? inARow + 1 : 0;
    }
  }

  function fetchOne(uid: number): Promise<FetchedMessage[] | CommandRefused> {
    return fetchTogether([uid]);
  }

  async function fetchTogether(some: readonly number[]): Promise<FetchedMessage[] | CommandRefused> {
    try {
      return await fetchMessages(source, uidSetOf(some), { octets, onLarger: noteLarger });
    } catch (error) {
      if (!isAboutMessages(error)) throw error;
      return error;
    }
  }
}

/** After this many attempts in a row that bring nothing, it is clear that the server means these messages. */
const enough = 3;

function isRefusal(answer: unknown): answer is CommandRefused {
  return answer instanceof CommandRefused;
}

/** Yahoo says UNAVAILABLE about messages that it will never hand out, Dovecot SERVERBUG about damaged files. */
const saidOfMessages: ReadonlySet<string> = new Set(["UNAVAILABLE", "SERVERBUG"]);

function isAboutMessages(error: unknown): error is CommandRefused {
  if (!(error instanceof CommandRefused)) return false;
  return !error.willPass || saidOfMessages.has(error.responseCode?.name ?? "");
}
