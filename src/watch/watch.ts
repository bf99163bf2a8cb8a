// Keeps both sides identical for as long as the process lives.
//
//   connect ─► look ─► leave ─► wait ──┐
//      ▲         │       │        │    │ news, time, the user
//      └─────────┴───────┴────────┴────┘
//      connection lost           └──────► look

import { noop, statusIfAny, unselect } from "../imap/verbs/mailbox.ts";
import type { MailboxStatusResponse } from "../imap/responses.ts";
import type { Session } from "../imap/session.ts";
import { allDone } from "../util/all-done.ts";
import { InterimapError, interrupted } from "../model/errors.ts";
import type { MayMatch } from "../model/list-patterns.ts";
import type { Recorded } from "../model/mailbox-state.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import type { WatchState } from "../model/watch-state.ts";
import { noLaterThan } from "../util/clocks.ts";
import { Agenda, type Due } from "./agenda.ts";
import { ChangeSource } from "./change-source.ts";
import { listening } from "./listening.ts";
import { backoffMs } from "../mail/pool/backoff.ts";
import { onClockJump } from "./clock-watch.ts";
import type { Connector } from "../mail/pool/connector.ts";
import { isFind, isLeftOut, type Report, type SyncEvent } from "../sync/context/events.ts";
import type { RenameSource } from "../sync/renames/rename-news-plan.ts";
import { givenName } from "../sync/mailboxes/given-mailboxes.ts";
import { watchByIdling } from "./idle-watch.ts";
import { nameIn } from "../mail/listing/inbox-levels.ts";
import { IntendedLoss } from "./intended-loss.ts";
import { LastingPair } from "./lasting-pair.ts";
import { listedNames } from "../mail/listing/list-both.ts";
import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { newsOnly } from "./once-a-day.ts";
import { untilNextAttempt } from "../sync/refused/retry-refused.ts";
import { isAnother, isBehind, isMore, isNews } from "./is-news.ts";
import { untilNextWait } from "../sync/copies/waits.ts";
import type { SyncOptions } from "../sync/context/run.ts";
import { synchronise, synchroniseMailboxes } from "../sync/synchronise.ts";

export interface WatchOptions {
  readonly sync: Omit<SyncOptions, "connections" | "sessions" | "renames" | "stop">;
  /** Each makes one attempt to get a session. */
  readonly connectors: PerSide<Connector>;
  /** How many sessions each side may have at once for its mailboxes. */
  readonly connections: PerSide<number>;
  /** Let servers tell of changes, instead of asking them. */
  readonly usesNotify: boolean;
  /** Between two looks at a server that does not tell. */
  readonly pollMs: number;
  /** So long a connection may be silent before it is used for something, so that it stays. */
  readonly keepAliveMs: number;
  /** Between two looks at everything, even if all servers tell. */
  readonly lookMs: number;
  /** To be watched by IDLE where there is no NOTIFY; as given: in the local server's notation, or with NULs. */
  readonly idleMailboxes: readonly string[];
  /** Ends the watch in good order. */
  readonly stop: AbortSignal;
  readonly onStateChange: (state: WatchState) => void;
}

/** What a server told of, and the program's name of it. */
interface Told {
  readonly side: Side;
  readonly wireName: string;
  readonly name: string;
}

/** A rename that a server tells of may come a little later than what else it brings about. */
const renamePatienceMs = 1_500;
/** So many names that are not listed are remembered. */
const mostStrangers = 1_000;
/** What was left out is tried again after this, and a growing pause. */
const leastRetryMs = 30_000;

export class Watch {
  readonly #options: WatchOptions;
  readonly #report: Report;
  readonly #agenda = new Agenda();
  readonly #pair: LastingPair;
  readonly #sources: PerSide<ChangeSource>;
  readonly #idling = new Set<Side>();
  readonly #knownGone = new Set<string>();
  /** Mailboxes that were told of, and were not listed then. */
  readonly #strangers = new Set<string>();
  #listings: PerSide<Listing> | undefined;
  #mayMatch: PerSide<MayMatch> | undefined;
  /** What was last said of INBOX to keep a connection. */
  readonly #signsOfLife = new Map<Side, string>();
  #state: Omit<WatchState, "sides"> = {
    pid: process.pid,
    startedAt: Date.now(),
    activity: "connecting",
    looks: 0,
    mailboxesSynchronised: 0,
  };
  /** When that is by a clock that only runs forward. */
  #nextLookBy = 0;
  /** In the look at hand. */
  #leftOut = 0;
  #worthRetry = 0;
  /** Mailboxes that there was something to do for. */
  readonly #found = new Set<string | undefined>();
  #looksInVain = 0;
  /** Of our own, in what goes on beside the work. */
  #defect: Error | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    const report = newsOnly((event) => {
      if (isFind(event)) this.#found.add(event.mailbox);
      options.sync.report(event);
    });
    this.#report = (event) => {
      if (isLeftOut(event)) this.#leftOut++;
      if (isWorthRetry(event)) this.#worthRetry++;
      report(event);
    };
    this.#sources = perSide(
      (side) =>
        new ChangeSource({
          side,
          usesNotify: options.usesNotify,
          canIdle: options.idleMailboxes.length > 0,
          reference: options.sync.query.references[side],
          freshMs: options.keepAliveMs,
          report: this.#report,
        }),
    );
    this.#pair = new LastingPair({
      connectors: options.connectors,
      limits: options.connections,
      prepare: (connect, side) =>
        listening(connect, {
          agenda: this.#agenda,
          source: this.#sources[side],
          isWorking: () => this.#state.activity !== "waiting",
          mayList: (wireName) => this.#mayList(side, wireName),
        }),
      report: this.#report,
      onStateChange: () => {
        options.onStateChange(this.state);
      },
    });
  }

  get state(): WatchState {
    const { nextLookAt } = this.#state;
    return {
      ...this.#state,
      ...(nextLookAt !== undefined && { nextLookAt: noLaterThan(nextLookAt, this.#nextLookBy) }),
      sides: perSide((side) => ({ ...this.#pair.state(side), ...this.#sources[side].state })),
    };
  }

  /** Everything is looked at as soon as possible. */
  lookNow(): void {
    this.#pair.retryNow();
    this.#agenda.noteEverything();
  }

  /** Resolves when told to stop. @throws InterimapError when something is wrong that does not pass by itself. */
  async run(): Promise<void> {
    const { stop } = this.#options;
    const { sessions } = this.#pair;
    const endClockWatch = onClockJump((byMs) => {
      this.#remakeConnections(byMs);
    });
    const stopConnecting = (): void => {
      sessions.drain(interrupted());
      this.#note({ activity: "stopping" });
    };
    stop.addEventListener("abort", stopConnecting);
    try {
      this.#agenda.noteEverything();
      while (!stop.aborted) await this.#turn(stop);
      await sessions.logout();
    } finally {
      stop.removeEventListener("abort", stopConnecting);
      endClockWatch();
      sessions.destroy();
    }
  }

  async #turn(stop: AbortSignal): Promise<void> {
    try {
      this.#note({ activity: "connecting" });
      const sessions = await this.#pair.open();
      this.#note({ activity: "synchronising" });
      await this.#look(sessions, this.#agenda.take());
      await this.#leave(sessions);
      this.#pair.noteSuccess();
      await this.#wait(sessions, stop);
    } catch (error) {
      const isOver = stop.aborted && error instanceof InterimapError && error.retry !== "no";
      if (isOver) return;
      await this.#pair.recover(error);
      this.#agenda.noteEverything();
    }
  }

  #remakeConnections(byMs: number): void {
    this.#report({ type: "clock-jumped", byMs });
    this.#pair.sessions.abort(new IntendedLoss("this machine was asleep, or its clock was set"));
    this.lookNow();
  }

  // Looking

  async #look(sessions: PerSide<Session>, due: Due): Promise<void> {
    this.#leftOut = this.#worthRetry = 0;
    this.#found.clear();
    const { sync: what, stop } = this.#options;
    const sync: SyncOptions = { ...what, stop, report: this.#report, connections: this.#pair.sessions, sessions };
    await allDone(
      sides.map((side) => {
        const look = { isWhole: due.everything, mailboxes: this.#listedOn(side) };
        return this.#sources[side].maintain(sessions[side], look);
      }),
    );
    const listings = this.#listings;
    if (listings !== undefined && !due.everything) {
      const { names, asked } = await this.#changed(sessions, { due, listings });
      if (names.length > 0) await synchroniseMailboxes(sync, { names, listings });
      this.#judge(asked);
      if (this.#worthRetry > 0) this.#looksInVain++;
      this.#note({ mailboxesSynchronised: this.#state.mailboxesSynchronised + names.length });
      return;
    }
    const [at, startedAt] = [Date.now(), performance.now()];
    const listed = await synchronise({ ...sync, renames: this.#renames }).catch((error: unknown) =>
      this.#outlast(error),
    );
    if (listed === undefined) return;
    this.#listings = listed;
    this.#mayMatch = listedNames(
      sync.query,
      perSide((side) => listed[side].naming),
    );
    this.#forgetReturned(listed);
    this.#judgeSides();
    this.#startIdling(listed);
    this.#looksInVain = this.#worthRetry > 0 ? this.#looksInVain + 1 : 0;
    const lastLook = { at, durationMs: Math.round(performance.now() - startedAt), leftOut: this.#leftOut };
    this.#note({ looks: this.#state.looks + 1, lastLook });
  }

  /** A server that lists nothing for now may list its mailboxes again. */
  #outlast(error: unknown): undefined {
    if (!(error instanceof InterimapError) || error.code !== "MASS_DELETION") throw error;
    this.#report({ type: "deletions-held-back", side: error.side, mailboxes: [], error });
    this.#looksInVain++;
  }

  readonly #renames: RenameSource = {
    take: () => this.#agenda.takeRenames(),
    isTold: (side) => this.#sources[side].isNotified,
    mayExplain: async (gone) => {
      const fresh = gone.filter(
        ({ side, name }) => this.#sources[side].isNotified && !this.#knownGone.has(`${side} ${name}`),
      );
      for (const { side, name } of fresh) this.#knownGone.add(`${side} ${name}`);
      const [first] = fresh;
      if (first === undefined) return false;
      if (await this.#agenda.expectRename(renamePatienceMs)) return true;
      throw this.#doubt(first.side);
    },
  };

  /**
   * Dovecot 2.3 may lose sight of mailboxes when one is renamed while it tells of changes, and list hardly any until the
   * end of the connection. So nothing is said to be gone before a new connection says the same.
   */
  #doubt(side: Side): InterimapError {
    return new IntendedLoss("mailboxes disappeared: looking again by a new connection", { side });
  }

  /** What comes back may go away again. */
  #forgetReturned(listings: PerSide<Listing>): void {
    for (const side of sides)
      for (const [name, { exists, wireName }] of listings[side].mailboxes) {
        if (!exists) continue;
        this.#knownGone.delete(`${side} ${name}`);
        this.#strangers.delete(`${side} ${wireName}`);
      }
  }

  /** Of the mailboxes that servers told of, those whose state is not what was recorded. */
  async #changed(
    sessions: PerSide<Session>,
    { due, listings }: { readonly due: Due; readonly listings: PerSide<Listing> },
  ): Promise<{ readonly names: string[]; readonly asked: readonly Told[] }> {
    const { isIgnored } = this.#options.sync;
    const known = this.#known();
    const names = new Set<string>();
    const asked: Told[] = [];
    await bothSides((side) =>
      allDone(
        [...due.mailboxes[side]].map(async ([wireName, told]) => {
          const name = nameIn(listings[side], wireName);
          if (name === undefined || isIgnored(name)) return;
          const exists = (each: Side): boolean => listings[each].mailboxes.get(name)?.exists === true;
          if (!exists(side)) this.#meet(side, wireName);
          if (!known.has(name) || !sides.every(exists)) return;
          const recorded = known.get(name)?.[side];
          const isSure = told !== undefined && (isNews(told, recorded) || !isBehind(told, recorded));
          const now = isSure ? told : await statusIfAny(sessions[side], wireName);
          if (isAnother(now, recorded)) {
            // It may be called otherwise now.
            this.#agenda.noteSide(side);
            return;
          }
          const isChanged = now !== undefined && (isNews(now, recorded) || (!isSure && isBehind(now, recorded)));
          if (isChanged) names.add(name);
          if (isChanged || !isSure) asked.push({ side, wireName, name });
        }),
      ),
    );
    return { names: [...names], asked };
  }

  /** News of a mailbox that is not listed: that it was created was not told, or got lost. Once for each. */
  #meet(side: Side, wireName: string): void {
    const stranger = `${side} ${wireName}`;
    if (this.#strangers.has(stranger) || !this.#mayList(side, wireName)) return;
    if (this.#strangers.size >= mostStrangers) this.#strangers.clear();
    this.#strangers.add(stranger);
    this.#agenda.noteSide(side);
  }

  /** Whether it is among what is asked for: list-mailbox may leave out the most. */
  #mayList(side: Side, wireName: string): boolean {
    const delimiter = this.#listings?.[side].naming.delimiter ?? null;
    return this.#mayMatch?.[side](wireName, delimiter) ?? true;
  }

  /** News that cost something, and whether anything came of them. */
  #judge(asked: readonly Told[]): void {
    this.#noteFruitful();
    for (const { side, wireName, name } of asked) {
      if (!this.#found.has(name) && this.#agenda.noteVain(side, wireName)) this.#sayVain(side, name);
    }
  }

  #judgeSides(): void {
    this.#noteFruitful();
    for (const side of sides) {
      if (this.#found.size > 0) this.#agenda.noteFruitful(side);
      else if (this.#agenda.noteVain(side)) this.#sayVain(side);
    }
  }

  /** What was left out may be what was announced; that has its own line. */
  #sayVain(side: Side, mailbox?: string): void {
    if (this.#leftOut === 0) this.#report({ type: "news-in-vain", side, ...(mailbox !== undefined && { mailbox }) });
  }

  /** What was done on one side is heard back from the other, and that is nobody's fault. */
  #noteFruitful(): void {
    for (const name of this.#found)
      for (const side of sides) {
        const wireName = this.#listings?.[side].mailboxes.get(name ?? "")?.wireName;
        if (wireName !== undefined) this.#agenda.noteFruitful(side, wireName);
      }
  }

  /**
   * Leaves the mailboxes that were worked on, so that news of them come like those of all others, and asks what happened
   * in them until then: that nobody tells.
   */
  async #leave(sessions: PerSide<Session>): Promise<void> {
    await this.#pair.sessions.shrink();
    const known = this.#known();
    await bothSides(async (side) => {
      const session = sessions[side];
      const wireName = session.view?.wireName;
      if (wireName === undefined) return;
      const leaving = session.capabilities.has("UNSELECT") ? unselect(session) : noop(session);
      const asking = this.#sources[side].isNotified ? statusIfAny(session, wireName) : undefined;
      const [now] = await allDone([asking ?? Promise.resolve(undefined), leaving.then(() => undefined)]);
      const name = this.#nameOf(side, wireName);
      if (now !== undefined && isMore(now, known.get(name ?? "")?.[side]))
        this.#agenda.noteMailbox(side, wireName, now);
    });
    this.#renewStale();
  }

  /** A NOTIFY that has become stale is renewed with the next look at everything. */
  #renewStale(): void {
    const isStale = sides.some((side) => this.#sources[side].isStale(this.#listedOn(side)));
    if (isStale) this.#agenda.noteEverything();
  }

  #listedOn(side: Side): number {
    return this.#listings?.[side].mailboxes.size ?? 1;
  }

  #nameOf(side: Side, wireName: string): string | undefined {
    const listing = this.#listings?.[side];
    return listing && nameIn(listing, wireName);
  }

  /** What is recorded of each mailbox. */
  #known(): ReadonlyMap<string, PerSide<Recorded | undefined>> {
    const { store } = this.#options.sync;
    const counts = store.allMessageCounts();
    return new Map(
      store.mailboxes().map(({ idx, name, states }) => {
        const on = (side: Side): Recorded | undefined =>
          states[side] && { ...states[side], messages: counts.get(idx)?.[side] };
        return [name, perSide(on)];
      }),
    );
  }

  /** A mailbox of a side without NOTIFY gets a connection that idles in it, until the end. */
  #startIdling(listings: PerSide<Listing>): void {
    for (const side of sides) {
      if (this.#sources[side].detection !== "idle" || this.#idling.has(side)) continue;
      this.#idling.add(side);
      for (const name of this.#options.idleMailboxes) {
        const wireName = listings[side].mailboxes.get(givenName(name, listings.local.naming))?.wireName;
        if (wireName !== undefined) this.#idleIn(side, wireName);
      }
    }
  }

  #idleIn(side: Side, wireName: string): void {
    const idling = watchByIdling({
      wireName,
      connect: () => this.#pair.sessions.openApart(side),
      onNews: () => {
        this.#agenda.noteMailbox(side, wireName);
      },
      signal: this.#options.stop,
    });
    idling.catch((error: unknown) => {
      this.#giveUp(error as Error);
    });
  }

  #giveUp(defect: Error): void {
    this.#defect = defect;
    this.#agenda.noteEverything();
  }

  // Waiting

  async #wait(sessions: PerSide<Session>, stop: AbortSignal): Promise<void> {
    const nextLookMs = this.#nextLookMs();
    const look = setTimeout(() => {
      this.#agenda.noteEverything();
    }, nextLookMs);
    const keepAlive = setInterval(() => {
      for (const side of sides) this.#keepAlive(sessions[side]);
      this.#renewStale();
    }, this.#options.keepAliveMs);
    this.#nextLookBy = performance.now() + nextLookMs;
    this.#note({ activity: "waiting", nextLookAt: Date.now() + nextLookMs });
    try {
      await this.#agenda.filled(stop);
    } finally {
      clearTimeout(look);
      clearInterval(keepAlive);
    }
    if (this.#defect !== undefined) throw this.#defect;
    if (!stop.aborted) await this.#pair.noteLost(sessions);
  }

  /** Dovecot 2.3 tells of a rename only when something makes it look at its mailboxes: NOOP does not. */
  #keepAlive(session: Session): void {
    // Another command would prolong the time that the one before has to be answered in.
    if (!session.isIdle) return;
    const answered = this.#sources[session.side].isNotified
      ? statusIfAny(session, "INBOX").then((now) => {
          this.#compareInbox(session.side, now);
        })
      : noop(session);
    answered.catch((error: unknown) => {
      // Any other ends the session, which is noticed there.
      if (!(error instanceof InterimapError) || error.code === "BUG") this.#giveUp(error as Error);
    });
  }

  /** It may say what nobody told; the same answer a second time says nothing more. */
  #compareInbox(side: Side, now: MailboxStatusResponse | undefined): void {
    const { uidValidity, uidNext, highestModSeq, messages } = now ?? {};
    const numbers = [uidValidity, uidNext, highestModSeq, messages].join(" ");
    if (now === undefined || this.#signsOfLife.get(side) === numbers) return;
    this.#signsOfLife.set(side, numbers);
    const name = this.#nameOf(side, "INBOX");
    const recorded = this.#known().get(name ?? "")?.[side];
    if (recorded !== undefined && isMore(now, recorded)) this.#agenda.noteMailbox(side, "INBOX", now);
  }

  #nextLookMs(): number {
    const { pollMs, lookMs, sync } = this.#options;
    const { store } = sync;
    const regular = sides.every((side) => this.#sources[side].isNotified) ? lookMs : Math.min(pollMs, lookMs);
    const retry = this.#looksInVain > 0 ? leastRetryMs + backoffMs(this.#looksInVain) : Infinity;
    return Math.min(
      regular,
      retry,
      untilNextAttempt([...store.refused(), ...store.refusedChanges()]),
      untilNextWait(store.waits()),
    );
  }

  #note(news: Partial<WatchState>): void {
    const { nextLookAt: _, ...state } = this.#state;
    this.#state = { ...state, ...news };
    this.#options.onStateChange(this.state);
  }
}

function isWorthRetry(event: SyncEvent): boolean {
  return event.type === "mailbox-left-out" && event.error.retry === "later";
}
