// Fetches messages even if the server refuses some of them: Exchange cannot convert some, and Yahoo has lost others.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { type FetchedMessage, fetchMessages } from "../../imap/verbs/fetch.ts";
import { uidSetOf } from "../../model/uid-set.ts";
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
  try {
    return { delivered: await fetchMessages(source, uidSetOf(uids), { octets, onLarger }), refused: [] };
  } catch (error) {
    if (!isAboutMessages(error)) throw error;
    const answers = await allDone(uids.map(fetchOne));
    await askAgain(answers);
    const delivered = answers.flatMap((answer) => (isRefusal(answer) ? [] : [answer]));
    if (delivered.length === 0 && uids.length > 1) throw error;
    const refused = uids.flatMap((uid, i) => {
      const answer = answers[i];
      if (!isRefusal(answer)) return [];
      const reason = `${theServer(source.side)} does not deliver it: ${answer.words}`;
      hooks.refused({ uid, by: "source", size: 0, messageId: undefined, reason });
      return [uid];
    });
    return { delivered: delivered.flat(), refused };
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

  async function fetchOne(uid: number): Promise<FetchedMessage[] | CommandRefused> {
    try {
      return await fetchMessages(source, uidSetOf([uid]), { octets, onLarger });
    } catch (error) {
      if (!isAboutMessages(error)) throw error;
      return error;
    }
  }
}

/** After this many refusals in a row, it is clear that the server means these messages. */
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
