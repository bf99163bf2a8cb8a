// Which messages of a folder take part: by `--search`, `--minage` and `--maxage`.

import { searchKeys } from "../../imap/codec/write-command.ts";
import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { matchingUids } from "../../imap/verbs/search.ts";
import { select } from "../../imap/verbs/select.ts";
import { InterimapError } from "../../model/errors.ts";
import type { PerSide, Side } from "../../model/side.ts";
import { countUids, emptyUidSet, maxUid, uidRange, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import { arrivalRule, goesByFlags, searchText } from "../messages/select-messages.ts";
import type { Options } from "../options/options.ts";

type SelectionOptions = Pick<
  Options,
  | "search1"
  | "search2"
  | "minage"
  | "maxage"
  | "abletosearch"
  | "abletosearch1"
  | "abletosearch2"
  | "checknoabletosearch"
>;

export class Selection {
  readonly #options: SelectionOptions;
  /** Ages are reckoned from there for the whole run. */
  readonly #now = Date.now();
  readonly #searches: Record<Side, boolean>;

  /** @throws InterimapError USAGE for what are no search keys. */
  constructor(options: SelectionOptions) {
    this.#options = options;
    const { abletosearch, abletosearch1, abletosearch2 } = options;
    this.#searches = { local: abletosearch && abletosearch1, remote: abletosearch && abletosearch2 };
    for (const text of [options.search1, options.search2])
      if (text !== undefined && searchKeys(text) === undefined) throw unsearchable(text);
  }

  /** Messages are left out. */
  isPart(side: Side): boolean {
    return this.#keys(side) !== undefined || this.#arrivals(side) !== undefined;
  }

  /** A message is selected on both hosts or on neither, but for what servers make of it. */
  get isAlike(): boolean {
    const { search1, search2 } = this.#options;
    return search1 === search2 && (search1 === undefined || !goesByFlags(search1));
  }

  /** Whether the server is asked by SEARCH. */
  searches(side: Side): boolean {
    return this.#searches[side];
  }

  /**
   * Before the first folder: whether each server finds in its INBOX what it says is there. Where it does not, ages go by the
   * date of arrival.
   */
  async check(channels: PerSide<Channel>, warn: (side: Side, text: string) => void): Promise<void> {
    const { minage, maxage, checknoabletosearch } = this.#options;
    if (!checknoabletosearch || (minage === undefined && maxage === undefined)) return;
    for (const side of ["local", "remote"] as const) {
      if (!this.#searches[side] || (await findsAll(channels[side]))) continue;
      this.#searches[side] = false;
      warn(side, "the server does not find what it has: --minage and --maxage go by the date of arrival");
    }
  }

  /** Of the folder that is open. @throws CommandRefused */
  async uids(channel: Channel, { exists, uidNext }: MailboxView): Promise<UidSet> {
    if (exists === 0) return emptyUidSet;
    const { side } = channel;
    const text = this.#keys(side);
    const keys = text === undefined ? undefined : searchKeys(text);
    const found =
      keys === undefined ? uidRange(1, uidNext > 1 ? uidNext - 1 : maxUid) : await matchingUids(channel, keys);
    const isWanted = this.#arrivals(side);
    if (isWanted === undefined) return found;
    const dated = await fetchIdentities(channel, found, { withFlags: false });
    return uidSetOf(dated.filter(({ date }) => isWanted(date)).map(({ uid }) => uid));
  }

  #keys(side: Side): string | undefined {
    const { search1, search2, minage, maxage } = this.#options;
    const search = side === "local" ? search1 : search2;
    return this.#searches[side] ? searchText(search, { minage, maxage }, this.#now) : search;
  }

  #arrivals(side: Side): ((arrived: number) => boolean) | undefined {
    const { minage, maxage } = this.#options;
    return this.#searches[side] ? undefined : arrivalRule({ minage, maxage }, this.#now);
  }
}

const everything = searchKeys("ALL")!;

async function findsAll(channel: Channel): Promise<boolean> {
  try {
    const { exists } = await select(channel, "INBOX", { isOnlyRead: true });
    return countUids(await matchingUids(channel, everything)) === exists;
  } catch (error) {
    if (error instanceof CommandRefused) return false;
    throw error;
  }
}

function unsearchable(text: string): InterimapError {
  return new InterimapError("USAGE", `these are no search keys that a server can be sent: ${text}`, {
    hint: "write them as RFC 3501 6.4.4 has them, on one line, in ASCII",
  });
}
