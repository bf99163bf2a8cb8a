// A look: a run over all mailboxes, or over those that servers reported.

import type { Session } from "../imap/session/session.ts";
import { listAgain } from "../mail/listing/list-again.ts";
import type { Listing } from "../mail/listing/list-mailboxes.ts";
import type { SessionPair } from "../mail/pool/pair.ts";
import type { DeletionLimit } from "../model/deletion-limit.ts";
import { InterimapError } from "../model/errors.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../model/side.ts";
import type { WatchState } from "../model/watch-state.ts";
import type { Report, SyncEvent } from "../sync/context/events.ts";
import { knownMailboxes, type SyncOptions } from "../sync/context/run.ts";
import type { KnownMailbox } from "../sync/mailboxes/mailbox-plan.ts";
import { mailboxesOfMoves } from "../sync/moves/shifts.ts";
import { synchronise, synchroniseMailboxes } from "../sync/synchronise.ts";
import type { Agenda, Due } from "./agenda.ts";
import { changedMailboxes, type Changes } from "./changed-mailboxes.ts";
import { judgeMailboxes, judgeSides } from "./judge-news.ts";
import type { ListedMailboxes } from "./listed-mailboxes.ts";
import type { LookSchedule } from "./look-schedule.ts";
import type { LookTally } from "./look-tally.ts";
import { recordedStates } from "./recorded-states.ts";
import type { ReportedRenames } from "./reported-renames.ts";
import { Strangers } from "./strangers.ts";

export interface LooksOptions {
  readonly sync: Omit<SyncOptions, "connections" | "sessions" | "report" | "renames">;
  /** Of all looks after the first full check. */
  readonly laterDeletionLimit: DeletionLimit;
  /** Between two looks at flags that no number covers. */
  readonly flagsMs: number;
  readonly connections: SessionPair;
  readonly agenda: Agenda;
  readonly listed: ListedMailboxes;
  readonly tally: LookTally;
  readonly schedule: LookSchedule;
  readonly renames: ReportedRenames;
}

/** What to look at, and how it was listed. */
interface Scope {
  readonly names: readonly string[];
  readonly listings: PerSide<Listing>;
}

export class Looks {
  readonly #options: LooksOptions;
  readonly #strangers = new Strangers();
  #isFirst = true;
  /** When flags that no number covers were looked at last. */
  #flagsSeenAt = -Infinity;

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  /** The next full check also looks at all flags. */
  includeFlags(): void {
    this.#flagsSeenAt = -Infinity;
  }

  /** Undefined if the look was given up and must be tried again. @throws InterimapError as synchronise() does. */
  async atEverything(sessions: PerSide<Session>): Promise<WatchState["lastLook"]> {
    const { listed, tally, schedule, renames } = this.#options;
    tally.reset();
    const [at, startedAt] = [Date.now(), performance.now()];
    const leavesSilent = startedAt - this.#flagsSeenAt < this.#options.flagsMs;
    const listings = await synchronise({ ...this.#run(sessions), renames, leavesSilent }).catch((error: unknown) => {
      this.#outlast(error);
    });
    if (listings === undefined) return undefined;
    this.#isFirst = false;
    if (!leavesSilent) this.#flagsSeenAt = startedAt;
    listed.replace(listings);
    renames.forgetListed(listings);
    this.#strangers.forgetListed(listings);
    judgeSides(this.#options);
    if (tally.isWorthRetry) schedule.noteFailure();
    else schedule.noteSuccess();
    return { at, durationMs: Math.round(performance.now() - startedAt), ...tally.totals.summary };
  }

  /**
   * Returns how many mailboxes had something to synchronise; undefined if a full check is needed instead. `listings`: of the last
   * full check.
   * @throws InterimapError as synchroniseMailboxes() does.
   */
  async atReported(
    sessions: PerSide<Session>,
    listings: PerSide<Listing>,
    news: Due["mailboxes"],
  ): Promise<number | undefined> {
    const { tally, schedule } = this.#options;
    tally.reset();
    const { names: changed, costly, mayHaveLost } = await this.#changes(sessions, listings, news);
    const scope = { names: changed, listings };
    const scopeNow = mayHaveLost ? await this.#withMoves(sessions, scope) : scope;
    if (scopeNow === undefined) return undefined;
    const { names } = scopeNow;
    if (names.length > 0) await synchroniseMailboxes(this.#run(sessions), scopeNow);
    judgeMailboxes(costly, this.#options);
    if (tally.isWorthRetry) schedule.noteFailure();
    if (mayHaveLost || !tally.hasRemoved) return names.length;
    // They were still there when the numbers were listed, so nobody has looked yet where they may be now.
    const late = await this.#withMoves(sessions, { names: [], listings });
    if (late === undefined) return undefined;
    if (late.names.length > 0) await synchroniseMailboxes(this.#run(sessions), late);
    return names.length + late.names.length;
  }

  /**
   * Adds the mailboxes to which messages may have been moved: a server may report a loss first, or only that. Undefined if there
   * are mailboxes that nobody knows yet.
   */
  async #withMoves(sessions: PerSide<Session>, { names, listings: before }: Scope): Promise<Scope | undefined> {
    const { sync, listed } = this.#options;
    const now = await listAgain(sessions, sync.query, before);
    const isNew = (side: Side, wireName: string): boolean =>
      listed.mayList(side, wireName) && this.#strangers.isNew(side, wireName);
    if (sides.some((side) => now[side].added.filter((wireName) => isNew(side, wireName)).length > 0)) return undefined;
    const listings = perSide((side) => now[side].listing);
    const isOnBoth = ({ name }: KnownMailbox): boolean =>
      !sync.isIgnored(name) && sides.every((side) => listings[side].mailboxes.get(name)?.exists === true);
    const known = [...knownMailboxes(sync.store).values()].filter(isOnBoth);
    return { names: [...new Set([...names, ...mailboxesOfMoves(sync.store, known, listings)])], listings };
  }

  #changes(sessions: PerSide<Session>, listings: PerSide<Listing>, news: Due["mailboxes"]): Promise<Changes> {
    const { sync, agenda, listed } = this.#options;
    return changedMailboxes(news, {
      sessions,
      listings,
      recorded: recordedStates(sync.store),
      isIgnored: sync.isIgnored,
      onUnlisted: (side, wireName) => {
        if (listed.mayList(side, wireName) && this.#strangers.isNew(side, wireName)) agenda.noteSide(side);
      },
      onAnother: (side) => {
        agenda.noteSide(side);
      },
    });
  }

  /** A server that lists nothing for now may list its mailboxes again. */
  #outlast(error: unknown): void {
    if (!(error instanceof InterimapError) || error.code !== "MASS_DELETION") throw error;
    const { tally, schedule } = this.#options;
    tally.report({ type: "deletions-held-back", side: error.side, mailboxes: [], error });
    schedule.noteFailure();
  }

  /** Messages that were copied from another mailbox may have been moved, and no server has to report the loss. */
  #lookBehind(event: SyncEvent): void {
    if (event.type !== "messages-moved" || !event.isCopy) return;
    const { agenda, listed } = this.#options;
    const side = otherSide(event.side);
    const wireName = listed.wireNameOf(side, event.mailbox);
    if (wireName !== undefined) agenda.noteMailbox(side, wireName);
  }

  #run(sessions: PerSide<Session>): SyncOptions {
    const { sync, connections, tally, laterDeletionLimit } = this.#options;
    const deletionLimit = this.#isFirst ? sync.deletionLimit : laterDeletionLimit;
    const report: Report = (event) => {
      tally.report(event);
      this.#lookBehind(event);
    };
    return { ...sync, deletionLimit, connections, sessions, report };
  }
}
