// Keeps both sides identical for as long as the process lives.
//
//   connect ─► look ─► leave ─► wait ──┐
//      ▲         │       │        │    │ news, time, the user
//      └─────────┴───────┴────────┴────┘
//      connection lost           └──────► look

import { noop, statusIfAny, unselect } from "../imap/commands/mailbox.ts";
import type { Session } from "../imap/session.ts";
import { allDone } from "../model/all-done.ts";
import { InterimapError, interrupted } from "../model/errors.ts";
import { fromWire } from "../model/mailbox-name.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import type { WatchState } from "../model/watch-state.ts";
import { Agenda, type Due } from "./agenda.ts";
import { askForNews, heed } from "./attention.ts";
import { backoffMs } from "./backoff.ts";
import { onClockJump } from "./clock-watch.ts";
import { Connections } from "./connections.ts";
import { isLeftOut, type Report, type SyncEvent } from "./events.ts";
import type { RenameSource } from "./follow-renames.ts";
import { watchByIdling } from "./idle-watch.ts";
import { Link } from "./link.ts";
import type { Listing } from "./mailbox-listing.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";
import { newsOnly } from "./news-only.ts";
import { isNews } from "./state-news.ts";
import { synchronise, synchroniseMailboxes, type SyncOptions } from "./synchronise.ts";

export interface Attempt {
  readonly side: Side;
  readonly signal: AbortSignal;
  /** How long the server may leave us without an answer. */
  readonly silenceLimitMs: number;
}

export interface WatchOptions {
  readonly sync: Omit<SyncOptions, "connections" | "renames" | "stop">;
  /** One attempt to get a session. */
  readonly connect: (attempt: Attempt) => Promise<Session>;
  /** Let servers tell of changes, instead of asking them. */
  readonly usesNotify: boolean;
  /** Between two looks at a server that does not tell. */
  readonly pollMs: number;
  /** So long a connection may be silent before it is used for something, so that it stays. */
  readonly keepAliveMs: number;
  /** Between two looks at everything, even if all servers tell. */
  readonly lookMs: number;
  /** To be watched by IDLE where there is no NOTIFY; the program's names. */
  readonly idleMailboxes: readonly string[];
  /** Ends the watch in good order. */
  readonly stop: AbortSignal;
  readonly onStateChange: (state: WatchState) => void;
}

/** A rename that a server tells of may come a little later than what else it brings about. */
const renamePatienceMs = 1_500;
/** What was left out is tried again after this, and a growing pause. */
const leastRetryMs = 30_000;

export class Watch {
  readonly #options: WatchOptions;
  readonly #report: Report;
  readonly #agenda = new Agenda();
  readonly #links: PerSide<Link>;
  readonly #connections: Connections;
  readonly #idling = new Set<Side>();
  /** Servers that stopped telling, because it was too much. */
  readonly #overflowed = new Set<Side>();
  readonly #knownGone = new Set<string>();
  #listings: PerSide<Listing> | undefined;
  #state: Omit<WatchState, "sides"> = {
    pid: process.pid,
    startedAt: Date.now(),
    activity: "connecting",
    looks: 0,
    mailboxesSynchronised: 0,
  };
  /** In the look at hand. */
  #leftOut = 0;
  #worthRetry = 0;
  #looksInVain = 0;
  /** A connection that was lost while nothing was done. */
  #lost: Error | undefined;
  #hasJumped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    const report = newsOnly(options.sync.report);
    this.#report = (event) => {
      if (isLeftOut(event)) this.#leftOut++;
      if (isWorthRetry(event)) this.#worthRetry++;
      report(event);
    };
    this.#links = perSide((side) => new Link({ side, report: this.#report }));
    this.#connections = new Connections((side, signal, use) => {
      const { patienceMs } = this.#links[side];
      const connect = (): Promise<Session> => options.connect({ side, signal, silenceLimitMs: patienceMs });
      return use === "main" ? this.#links[side].connect(signal, () => this.#attended(connect)) : connect();
    });
  }

  get state(): WatchState {
    return { ...this.#state, sides: perSide((side) => this.#links[side].state) };
  }

  /** Everything is looked at as soon as possible. */
  lookNow(): void {
    for (const side of sides) this.#links[side].retryNow();
    this.#agenda.noteEverything();
  }

  /** Resolves when told to stop. @throws InterimapError when something is wrong that does not pass by itself. */
  async run(): Promise<void> {
    const { stop } = this.#options;
    const endClockWatch = onClockJump((byMs) => {
      this.#remakeConnections(byMs);
    });
    const stopConnecting = (): void => {
      this.#connections.giveUpConnecting(interrupted());
      this.#note({ activity: "stopping" });
    };
    stop.addEventListener("abort", stopConnecting);
    try {
      this.#agenda.noteEverything();
      while (!stop.aborted) await this.#turn(stop);
      await this.#connections.logout();
    } finally {
      stop.removeEventListener("abort", stopConnecting);
      endClockWatch();
      this.#connections.destroy();
    }
  }

  async #turn(stop: AbortSignal): Promise<void> {
    try {
      this.#note({ activity: "connecting" });
      const sessions = await this.#connections.open();
      this.#note({ activity: "synchronising" });
      await this.#look(sessions, this.#agenda.take());
      await this.#leave(sessions);
      for (const side of sides) this.#links[side].succeeded();
      await this.#wait(sessions, stop);
    } catch (error) {
      const isOver = stop.aborted && error instanceof InterimapError && error.retry !== "no";
      if (!isOver) await this.#recover(error);
    }
  }

  // Connecting

  async #attended(connect: () => Promise<Session>): Promise<Session> {
    const session = await connect();
    const { side } = session;
    session.listen((response) => {
      if (heed(this.#agenda, session, { response, isWorking: this.#state.activity !== "waiting" })) return;
      this.#overflowed.add(side);
      this.#agenda.noteEverything();
    });
    await this.#askForNews(session);
    void session.ended.then((reason) => {
      // While there is work, that fails.
      if (this.#state.activity === "waiting") this.#lost = reason;
      this.#agenda.noteEverything();
    });
    // Nobody told of what happened before.
    this.#agenda.noteEverything();
    return session;
  }

  async #askForNews(session: Session): Promise<void> {
    const { side } = session;
    const { sync, usesNotify, idleMailboxes } = this.#options;
    if (!usesNotify) {
      this.#links[side].attends("poll");
      return;
    }
    const reference = sync.query.references[side];
    const { attention, refusal } = await askForNews(session, { reference, canIdle: idleMailboxes.length > 0 });
    this.#links[side].attends(attention);
    if (attention === "notify") return;
    this.#report({ type: "notify-missing", side, instead: attention, reason: refusal ?? "" });
  }

  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof InterimapError) || error.abandons !== "side") throw error;
    const failed = error.side === undefined ? sides : [error.side];
    await this.#connections.dropBroken(error, failed);
    if (!this.#hasJumped) for (const side of failed) this.#links[side].failed(error);
    this.#hasJumped = false;
    this.#agenda.noteEverything();
  }

  #remakeConnections(byMs: number): void {
    this.#report({ type: "clock-jumped", byMs });
    this.#hasJumped = true;
    this.#connections.drop(new InterimapError("CONNECTION_LOST", "this machine was asleep, or its clock was set"));
    this.lookNow();
  }

  // Looking

  async #look(sessions: PerSide<Session>, due: Due): Promise<void> {
    this.#leftOut = this.#worthRetry = 0;
    const { sync: what, stop } = this.#options;
    const sync: SyncOptions = { ...what, stop, report: this.#report, connections: this.#connections };
    for (const side of this.#overflowed) await this.#askForNews(sessions[side]);
    this.#overflowed.clear();
    const listings = this.#listings;
    if (listings !== undefined && !due.everything) {
      const names = await this.#changed(sessions, { due, listings });
      if (names.length > 0) await synchroniseMailboxes(sync, { names, listings });
      if (this.#worthRetry > 0) this.#looksInVain++;
      this.#note({ mailboxesSynchronised: this.#state.mailboxesSynchronised + names.length });
      return;
    }
    const startedAt = Date.now();
    this.#listings = await synchronise({ ...sync, renames: this.#renames });
    this.#startIdling(this.#listings);
    this.#looksInVain = this.#worthRetry > 0 ? this.#looksInVain + 1 : 0;
    const lastLook = { at: startedAt, durationMs: Date.now() - startedAt, leftOut: this.#leftOut };
    this.#note({ looks: this.#state.looks + 1, lastLook });
  }

  readonly #renames: RenameSource = {
    take: () => this.#agenda.takeRenames(),
    mayExplain: async (gone) => {
      const fresh = gone.filter(({ side, name }) => this.#isTold(side) && !this.#knownGone.has(`${side} ${name}`));
      for (const { side, name } of fresh) this.#knownGone.add(`${side} ${name}`);
      return fresh.length > 0 && this.#agenda.expectRename(renamePatienceMs);
    },
  };

  /** Of the mailboxes that servers told of, those whose state is not what was recorded. */
  async #changed(
    sessions: PerSide<Session>,
    { due, listings }: { readonly due: Due; readonly listings: PerSide<Listing> },
  ): Promise<string[]> {
    const { isIgnored } = this.#options.sync;
    const known = this.#known();
    const names = new Set<string>();
    await bothSides((side) =>
      allDone(
        [...due.mailboxes[side]].map(async ([wireName, told]) => {
          const name = fromWire(wireName, listings[side].naming);
          const isOurs = name !== undefined && known.has(name) && !isIgnored(name);
          if (!isOurs || !sides.every((each) => listings[each].mailboxes.get(name)?.exists === true)) return;
          const now = told ?? (await statusIfAny(sessions[side], wireName));
          if (now !== undefined && isNews(now, known.get(name)?.[side])) names.add(name);
        }),
      ),
    );
    return [...names];
  }

  /**
   * Leaves the mailboxes that were worked on, so that news of them come like those of all others, and asks what happened
   * in them until then: that nobody tells.
   */
  async #leave(sessions: PerSide<Session>): Promise<void> {
    await this.#connections.dismissExtras();
    const known = this.#known();
    await bothSides(async (side) => {
      const session = sessions[side];
      const wireName = session.view?.wireName;
      if (wireName === undefined) return;
      const leaving = session.capabilities.has("UNSELECT") ? unselect(session) : noop(session);
      const asking = this.#isTold(side) ? statusIfAny(session, wireName) : undefined;
      const [now] = await allDone([asking ?? Promise.resolve(undefined), leaving.then(() => undefined)]);
      const name = this.#nameOf(side, wireName);
      if (now !== undefined && isNews(now, known.get(name ?? "")?.[side]))
        this.#agenda.noteMailbox(side, wireName, now);
    });
  }

  #isTold(side: Side): boolean {
    return this.#links[side].state.attention === "notify";
  }

  #nameOf(side: Side, wireName: string): string | undefined {
    const listing = this.#listings?.[side];
    return listing && fromWire(wireName, listing.naming);
  }

  /** What is recorded of each mailbox. */
  #known(): ReadonlyMap<string, KnownMailbox["states"]> {
    return new Map(this.#options.sync.store.mailboxes().map(({ name, states }) => [name, states]));
  }

  /** A mailbox of a side without NOTIFY gets a connection that idles in it, until the end. */
  #startIdling(listings: PerSide<Listing>): void {
    for (const side of sides) {
      if (this.#links[side].state.attention !== "idle" || this.#idling.has(side)) continue;
      this.#idling.add(side);
      for (const name of this.#options.idleMailboxes) {
        const wireName = listings[side].mailboxes.get(name)?.wireName;
        if (wireName !== undefined) this.#idleIn(side, wireName);
      }
    }
  }

  #idleIn(side: Side, wireName: string): void {
    const idling = watchByIdling({
      wireName,
      connect: () => this.#connections.another(side),
      onNews: () => {
        this.#agenda.noteMailbox(side, wireName);
      },
      signal: this.#options.stop,
    });
    idling.catch((error: unknown) => {
      this.#lost = error as Error;
      this.#agenda.noteEverything();
    });
  }

  // Waiting

  async #wait(sessions: PerSide<Session>, stop: AbortSignal): Promise<void> {
    const nextLookMs = this.#nextLookMs();
    const look = setTimeout(() => {
      this.#agenda.noteEverything();
    }, nextLookMs);
    const keepAlive = setInterval(() => {
      // A failure ends the session, which is noticed there.
      for (const side of sides) void this.#keepAlive(sessions[side]).catch(() => undefined);
    }, this.#options.keepAliveMs);
    this.#note({ activity: "waiting", nextLookAt: Date.now() + nextLookMs });
    try {
      await this.#agenda.filled(stop);
    } finally {
      clearTimeout(look);
      clearInterval(keepAlive);
    }
    const lost = this.#lost;
    this.#lost = undefined;
    if (lost !== undefined) throw lost;
  }

  /** Dovecot 2.3 tells of a rename only when something makes it look at its mailboxes: NOOP does not. */
  async #keepAlive(session: Session): Promise<void> {
    await (this.#isTold(session.side) ? statusIfAny(session, "INBOX") : noop(session));
  }

  #nextLookMs(): number {
    const { pollMs, lookMs } = this.#options;
    const regular = sides.every((side) => this.#isTold(side)) ? lookMs : Math.min(pollMs, lookMs);
    return this.#looksInVain > 0 ? Math.min(regular, leastRetryMs + backoffMs(this.#looksInVain)) : regular;
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
