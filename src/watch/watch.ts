// Keeps both sides identical for as long as the process lives.
//
//   connect ─► look ─► leave ─► wait ──┐
//      ▲         │       │        │    │ news, time, the user
//      └─────────┴───────┴────────┴────┘
//      connection lost           └──────► look

import type { Session } from "../imap/session/session.ts";
import type { Connector } from "../mail/pool/connector.ts";
import type { DeletionLimit } from "../model/deletion-limit.ts";
import { InterimapError, interrupted } from "../model/errors.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";
import type { WatchState } from "../model/watch-state.ts";
import type { SyncOptions } from "../sync/context/run.ts";
import type { Totals } from "../sync/context/totals.ts";
import { allDone } from "../util/all-done.ts";
import type { Due } from "./agenda.ts";
import { onClockJump } from "./clock-watch.ts";
import { type WatchContext, watchContext } from "./context.ts";
import { IdleMailboxes } from "./idle-mailboxes.ts";
import { IntendedLoss } from "./intended-loss.ts";
import { KeepAlive } from "./keep-alive.ts";
import { LastingPair } from "./lasting-pair.ts";
import { leaveMailboxes } from "./leave-mailboxes.ts";
import { listening } from "./listening.ts";
import { LookSchedule } from "./look-schedule.ts";
import { Looks } from "./looks.ts";
import { ReportedRenames } from "./reported-renames.ts";
import { WatchStatus } from "./watch-status.ts";

export interface WatchOptions {
  readonly sync: Omit<SyncOptions, "connections" | "sessions" | "renames" | "stop">;
  /** Of the look at hand. */
  readonly totals: Totals;
  /** Of all looks after the first, which is the run that `--allow-mass-delete` is about. */
  readonly laterDeletionLimit: DeletionLimit;
  /** Each makes one attempt to get a session. */
  readonly connectors: PerSide<Connector>;
  /** How many sessions each side may have at once for its mailboxes. */
  readonly connections: PerSide<number>;
  /** How long a server may be silent, in ms. */
  readonly silenceMs: PerSide<number>;
  /** Let servers report changes, instead of asking them. */
  readonly usesNotify: boolean;
  /** Between two looks at a server that does not report changes. */
  readonly pollMs: number;
  /** Idle time after which a keep-alive command is sent. */
  readonly keepAliveMs: number;
  /** Between two looks at everything, even if all servers report changes. */
  readonly lookMs: number;
  /** Between two looks at flags, where a server does not report which changed. */
  readonly flagsMs: number;
  /** To be watched by IDLE where there is no NOTIFY; as given: in the local server's notation, or with NULs. */
  readonly idleMailboxes: readonly string[];
  /** Ends the watch in good order. */
  readonly stop: AbortSignal;
  readonly onStateChange: (state: WatchState) => void;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #context: WatchContext;
  readonly #pair: LastingPair;
  readonly #status: WatchStatus;
  readonly #schedule: LookSchedule;
  readonly #looks: Looks;
  readonly #idling: IdleMailboxes;
  readonly #keepAlive: KeepAlive;
  /** Of our own, in what goes on beside the work. */
  #defect: Error | undefined;

  constructor(options: WatchOptions) {
    const { sync, connectors, connections: limits, silenceMs, onStateChange: onChange, stop } = options;
    const context = watchContext(options);
    const { agenda, sources, tally, store } = context;
    this.#options = options;
    this.#context = context;
    this.#pair = new LastingPair({
      connectors,
      limits,
      silenceMs,
      prepare: (connect, side) => this.#listening(connect, side),
      report: tally.report,
      onStateChange: () => {
        this.#status.publish();
      },
    });
    this.#status = new WatchStatus({
      linkState: (side) => ({ ...this.#pair.state(side), ...sources[side].state }),
      onChange,
    });
    const { sessions: connections } = this.#pair;
    const schedule = (this.#schedule = new LookSchedule({ ...options, store }));
    const renames = new ReportedRenames(agenda, (side) => sources[side].isNotified);
    this.#looks = new Looks({
      ...context,
      sync: { ...sync, stop },
      laterDeletionLimit: options.laterDeletionLimit,
      flagsMs: options.flagsMs,
      connections,
      schedule,
      renames,
    });
    const onDefect = (defect: Error): void => {
      this.#defect = defect;
      agenda.noteEverything();
    };
    const connect = (side: Side): Promise<Session> => connections.openApart(side);
    this.#idling = new IdleMailboxes({ ...context, ...options, names: options.idleMailboxes, connect, onDefect });
    this.#keepAlive = new KeepAlive({ ...context, onDefect });
  }

  get state(): WatchState {
    return this.#status.current;
  }

  /** Checks everything as soon as possible. */
  lookNow(): void {
    this.#pair.retryNow();
    this.#looks.includeFlags();
    this.#context.agenda.noteEverything();
  }

  /** Resolves when told to stop. @throws InterimapError when something is wrong that does not pass by itself. */
  async run(): Promise<void> {
    const { stop } = this.#options;
    const { sessions } = this.#pair;
    const endClockWatch = onClockJump((byMs) => {
      this.#remakeConnections(byMs);
    });
    const drain = (): void => {
      sessions.drain(interrupted());
      this.#status.enter("stopping");
    };
    stop.addEventListener("abort", drain);
    try {
      this.#context.agenda.noteEverything();
      while (!stop.aborted) await this.#turn();
      await sessions.logout();
    } finally {
      stop.removeEventListener("abort", drain);
      endClockWatch();
      sessions.destroy();
    }
  }

  async #turn(): Promise<void> {
    const { stop } = this.#options;
    try {
      this.#status.enter("connecting");
      const sessions = await this.#pair.open();
      this.#status.enter("synchronising");
      await this.#look(sessions, this.#context.agenda.take());
      await this.#leave(sessions);
      this.#pair.noteSuccess();
      await this.#wait(sessions);
    } catch (error) {
      const isOver = stop.aborted && error instanceof InterimapError && error.retry !== "no";
      if (isOver) return;
      await this.#pair.recover(error);
      this.#context.agenda.noteEverything();
    }
  }

  #listening(connect: Connector, side: Side): Connector {
    const { agenda, sources, listed } = this.#context;
    return listening(connect, {
      agenda,
      source: sources[side],
      isWorking: () => this.#status.activity !== "waiting",
      mayList: (wireName) => listed.mayList(side, wireName),
    });
  }

  async #look(sessions: PerSide<Session>, { everything: isWhole, mailboxes: news }: Due): Promise<void> {
    const { sources, listed } = this.#context;
    await allDone(
      sides.map((side) => sources[side].maintain(sessions[side], { isWhole, mailboxes: listed.count(side) })),
    );
    const { listings } = listed;
    const count = listings && !isWhole ? await this.#looks.atReported(sessions, listings, news) : undefined;
    if (count !== undefined) {
      this.#status.noteSynchronised(count);
      return;
    }
    const look = await this.#looks.atEverything(sessions);
    if (look === undefined) return;
    this.#idling.begin();
    this.#status.noteLook(look);
  }

  async #leave(sessions: PerSide<Session>): Promise<void> {
    await this.#pair.sessions.shrink();
    await leaveMailboxes(sessions, this.#context);
    this.#renewStale();
  }

  async #wait(sessions: PerSide<Session>): Promise<void> {
    const { keepAliveMs, stop } = this.#options;
    const { agenda, sources } = this.#context;
    const nextLookMs = this.#schedule.untilNext(sides.every((side) => sources[side].isNotified));
    const look = setTimeout(() => {
      agenda.noteEverything();
    }, nextLookMs);
    const keepAlive = setInterval(() => {
      for (const side of sides) this.#keepAlive.send(sessions[side]);
      this.#renewStale();
    }, keepAliveMs);
    this.#status.wait(nextLookMs);
    try {
      await agenda.filled(stop);
    } finally {
      clearTimeout(look);
      clearInterval(keepAlive);
    }
    if (this.#defect !== undefined) throw this.#defect;
    if (!stop.aborted) await this.#pair.noteLost(sessions);
  }

  /** A NOTIFY that has become stale is renewed with the next look at everything. */
  #renewStale(): void {
    const { agenda, sources, listed } = this.#context;
    if (sides.some((side) => sources[side].isStale(listed.count(side)))) agenda.noteEverything();
  }

  #remakeConnections(byMs: number): void {
    this.#context.tally.report({ type: "clock-jumped", byMs });
    this.#pair.sessions.abort(new IntendedLoss("this machine was asleep, or its clock was set"));
    this.lookNow();
  }
}
