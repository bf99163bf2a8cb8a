// One connection: commands out in order, responses in, each to whom it concerns.
// Knows how commands overlap and who claims what; knows nothing of what the commands mean.
//
//   queue:  [ sent, awaiting their tagged responses | waiting to be written ]
//             #inFlight                               #pending

import { InterimapError } from "../model/errors.ts";
import { monotonicMs } from "../util/monotonic.ts";
import type { Side } from "../model/side.ts";
import type { Log } from "../log/log.ts";
import { Capabilities } from "./capabilities.ts";
import { ResponseReader, type ResponseHandlers } from "./codec/read-responses.ts";
import { strangersLimits, trustingLimits } from "./codec/split-responses.ts";
import { encodeCommand, line } from "./codec/write-command.ts";
import { mayOverlap, type Command } from "./command.ts";
import { CommandList } from "./command-list.ts";
import { CommandRefused, wordsOf } from "./command-refused.ts";
import { CommandWriter } from "./command-writer.ts";
import type { Entry } from "./entry.ts";
import { InFlight } from "./in-flight.ts";
import { LiteralRefused } from "./literal-refused.ts";
import { Discretion } from "./discretion.ts";
import { isMisplaced, type MailboxView } from "./mailbox-view.ts";
import { Misled } from "./misled.ts";
import { Nonsense } from "./nonsense.ts";
import { Outlet } from "./outlet.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { FetchResponse, Response, StatusResponse, TaggedResponse, UntaggedResponse } from "./responses.ts";
import { Selection, type Opening } from "./selection.ts";
import { Silence } from "./silence.ts";
import { TrafficLog } from "./traffic-log.ts";
import type { Transport } from "./transport/transport.ts";

/** All is done and recorded when we say goodbye. */
const goodbyeLimitMs = 5_000;
/** A literal that need not have been asked for, and those of commands that say nothing of how large they are. */
const freeLiteral = 64 * 1024;
export interface SessionOptions {
  readonly side: Side;
  readonly log: Log;
  /** How long an answer, or any progress towards it, may take; 5 minutes unless told. */
  readonly silenceLimitMs?: number | undefined;
  /** Until {@link Session.trust}, whoever answers may say little. */
  readonly isStranger?: boolean;
  /** Gets what a server wants people to read (RFC 3501 7.1, ALERT). */
  readonly onAlert?: ((text: string) => void) | undefined;
}

export class Session {
  readonly side: Side;
  readonly log: Log;
  capabilities = new Capabilities([]);
  /** The server tells of changes in other mailboxes, too, at any time (RFC 5465). */
  isNotified = false;
  /** The shortest time that a command took to be answered. */
  roundTripMs = Infinity;

  readonly #outlet: Outlet;
  readonly #writer: CommandWriter;
  readonly #reader: ResponseReader;
  readonly #pending = new CommandList<Entry>();
  readonly #inFlight = new InFlight<Entry>();
  /** To be sent again, before all that is pending. */
  #again: Entry | undefined;
  #nextTag = 0;
  readonly #selection = new Selection();
  readonly #discretion = new Discretion();
  #greeting: ((response: StatusResponse) => void) | undefined;
  #goodbye: StatusResponse | undefined;
  #listener: ((response: UntaggedResponse) => void) | undefined;
  #failure: Error | undefined;
  #onFailure: ((error: Error) => void) | undefined;
  #closing = false;
  #isExchanging = false;
  readonly #onAlert: ((text: string) => void) | undefined;
  readonly #silence: Silence;
  readonly #nonsense: Nonsense;
  readonly #misled: Misled;
  #hasEnded: (reason: Error) => void = () => undefined;
  /** Resolves with the reason when the connection is gone, for whatever reason. */
  readonly ended = new Promise<Error>((resolve) => {
    this.#hasEnded = resolve;
  });

  constructor(transport: Transport, options: SessionOptions) {
    this.side = options.side;
    this.log = options.log;
    this.#onAlert = options.onAlert;
    const { side, log } = options;
    const fail = (error: Error): void => {
      this.#fail(error);
    };
    const awaitsGreeting = (): boolean => this.#greeting !== undefined;
    this.#outlet = new Outlet(transport, () => {
      this.#silence.progress();
    });
    this.#silence = new Silence({
      limitMs: options.silenceLimitMs,
      inFlight: this.#inFlight,
      outlet: this.#outlet,
      awaitsGreeting,
      giveUp: fail,
    });
    const traffic = log.traffic ? new TrafficLog({ log, side, discretion: this.#discretion }) : undefined;
    this.#writer = new CommandWriter({
      outlet: this.#outlet,
      traffic,
      mayEnd: () => this.isUsable,
      onProgress: () => {
        this.#silence.progress();
      },
      onFree: () => {
        this.#pump();
      },
      fail,
    });
    this.#nonsense = new Nonsense({
      inFlight: this.#inFlight,
      discretion: this.#discretion,
      awaitsGreeting,
      concerned: () => this.#concerned(),
      onHarmless: () => {
        this.#silence.signOfLife();
      },
      fail,
    });
    this.#misled = new Misled({
      side,
      inFlight: this.#inFlight,
      discretion: this.#discretion,
      fail,
    });
    const handlers: ResponseHandlers = {
      onResponse: (response) => {
        this.#receive(this.#discretion.heard(response));
      },
      ...(traffic && {
        onLine: (line: Buffer) => {
          if (this.#nonsense.mayBeText(line)) traffic.receivedText(line);
          else traffic.received(line);
        },
      }),
      onText: () => {
        this.#nonsense.noteText();
      },
      mayCome: (octets) => this.#mayCome(octets),
      onRead: (arriving) => {
        this.#silence.read(arriving);
      },
      onError: fail,
      onEnd: () => {
        this.#fail(this.#lost());
      },
    };
    this.#reader = new ResponseReader(handlers, options.isStranger === true ? strangersLimits : trustingLimits);
    this.#attach(transport);
  }

  /** The selected mailbox as the server last described it. */
  get view(): MailboxView | undefined {
    return this.#selection.view;
  }

  set view(view: MailboxView | undefined) {
    this.#selection.view = view;
  }

  /** The server knows us, and we know it: it may say all that is of use. */
  trust(): void {
    this.#reader.limit(trustingLimits);
  }

  /** From now on, silence for so long while we wait is too long. */
  limitSilence(ms: number): void {
    this.#silence.limit(ms);
  }

  get isUsable(): boolean {
    return this.#failure === undefined && this.#goodbye === undefined && !this.#closing;
  }

  /** Nothing is waiting to be sent or answered. */
  get isIdle(): boolean {
    return this.#inFlight.total === 0 && this.#pending.size === 0;
  }

  get isSecure(): boolean {
    return this.#outlet.transport.secure;
  }

  /** The mailbox that will be selected when all commands so far are done, if it is one that somebody wants to know of. */
  get selectedNext(): MailboxView | undefined {
    return this.#selection.next;
  }

  /** Gets what the server says without having been asked, besides the view; there is one listener. */
  listen(listener: (response: UntaggedResponse) => void): void {
    this.#listener = listener;
  }

  /** Resolves with the server's first response. */
  greeting(): Promise<StatusResponse> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      this.#greeting = resolve;
      this.#onFailure = reject;
    });
  }

  /**
   * Sends a command as soon as it may overlap with those in flight and resolves with its tagged OK.
   * @throws CommandRefused when the answer is NO or BAD; LiteralRefused when it is BAD and may have made commands of a
   * literal; InterimapError CONNECTION_LOST, CONNECTION_SILENT or PROTOCOL when none can come.
   */
  run(command: Command): Promise<TaggedResponse> {
    const answered = new Promise<TaggedResponse>((resolve, reject) => {
      const end = this.#failure ?? (this.#goodbye && !this.#closing ? this.#lost() : undefined);
      if (end !== undefined) {
        reject(end);
        return;
      }
      const tag = this.#takeTag();
      const segments = encodeCommand(tag, command.parts, this.capabilities);
      this.#pending.add({ command, resolve, reject, segments, tag });
      if (command.overlap === "select") this.#selection.next = command.opens;
      this.#pump();
    });
    // When a connection dies every command in flight fails, but a caller may be waiting for only one of them.
    answered.catch(ignore);
    return answered;
  }

  /**
   * Runs a command after whose OK the bytes travel differently (STARTTLS, COMPRESS). `replace` gets the old transport and
   * what had already arrived behind the tagged response.
   */
  async exchangeTransport(
    command: Command,
    replace: (transport: Transport, surplus: Buffer) => Promise<Transport> | Transport,
  ): Promise<void> {
    let surplus: Buffer = Buffer.alloc(0);
    await this.run({
      ...command,
      onAnswered: (answer) => {
        if (answer.status !== "OK") return;
        this.#isExchanging = true;
        surplus = this.#reader.detach();
      },
    });
    this.#attach(await replace(this.#outlet.transport, surplus));
    this.#isExchanging = false;
    this.#pump();
  }

  /** Not to be shown from now on, whoever says it. */
  hide(secret: string): void {
    this.#discretion.hide(secret);
  }

  forgetCapabilities(): void {
    this.capabilities = new Capabilities([]);
  }

  /** Says goodbye and closes; never fails. */
  async logout(): Promise<void> {
    if (this.isUsable) await this.#sayGoodbye((answered) => answered.catch(() => undefined));
    this.destroy();
  }

  /**
   * As logout(), for who is about to end: does not wait for the answer where nothing can depend on it. A tunnel's command
   * is waited for, because it may have to pass on what it got.
   */
  async leave(): Promise<void> {
    if (!this.isUsable || !this.isIdle || this.#outlet.transport.epitaph !== undefined) return this.logout();
    const sent = (): Promise<void> =>
      new Promise((resolve) => {
        this.#outlet.transport.stream.end(resolve);
      });
    await this.#sayGoodbye(() => Promise.race([this.ended, sent()]));
    this.destroy();
  }

  async #sayGoodbye(enough: (answered: Promise<unknown>) => Promise<unknown>): Promise<void> {
    const limit = setTimeout(() => {
      this.destroy();
    }, goodbyeLimitMs);
    const answered = this.run({ name: "LOGOUT", overlap: "any", parts: line`LOGOUT` });
    this.#closing = true;
    await enough(answered);
    clearTimeout(limit);
  }

  /** Drops the connection at once; whatever is in flight fails with `reason`. */
  destroy(reason: Error = this.#lost()): void {
    this.#fail(reason);
  }

  #attach(transport: Transport): void {
    this.#outlet.transport = transport;
    transport.stream.on("error", (error: Error) => {
      this.#fail(error instanceof InterimapError ? error : this.#lost(error));
    });
    this.#reader.attach(transport.stream);
  }

  #pump(): void {
    if (this.#isExchanging) return;
    this.#outlet.gather();
    while (this.#writer.isFree) {
      const next = this.#again ?? this.#pending.first;
      if (next === undefined || !mayOverlap(next.command, this.#inFlight, this.#selection.closedHabit)) break;
      if (next === this.#again) this.#again = undefined;
      else this.#pending.remove(next);
      this.#start(next);
    }
  }

  #start(entry: Entry): void {
    const { overlap, opens, view } = entry.command;
    // Confirmed by now: another one is selected, or none.
    if (overlap === "changing" && view !== undefined && (view !== this.view || view.isReplaced)) {
      entry.reject(mailboxLost(this.side));
      return;
    }
    if (this.#inFlight.total === 0) this.#silence.progress();
    if (overlap === "select") entry.leaves = this.#selection.leaves(opens);
    this.#inFlight.add(entry);
    if (overlap === "select") {
      this.#discretion.mayHearMessages = true;
      entry.opening = this.#selection.started(opens);
    }
    entry.writtenAt = monotonicMs();
    this.#writer.write(entry);
  }

  #receive(response: Response): void {
    if (this.#nonsense.takes(response)) return;
    switch (response.kind) {
      case "tagged":
        this.#complete(response);
        break;
      case "continuation":
        this.#writer.continue(response.text);
        break;
      default:
        this.#route(response);
    }
  }

  /** The mailboxes that what is told now may be about. */
  #concerned(): readonly MailboxView[] {
    const opens = this.#isInDoubt()
      ? this.#inFlight.find(({ opening }) => opening !== undefined)?.command.opens
      : undefined;
    return [this.view, opens].filter((view) => view !== undefined);
  }

  #complete(response: TaggedResponse): void {
    const entry = this.#inFlight.withTag(response.tag);
    if (entry === undefined) {
      if (!this.#misled.drops(response)) this.#nonsense.refuse(response);
      return;
    }
    this.#nonsense.noteAnswer();
    if (this.#misled.dropsFor(entry, response)) return;
    this.#silence.answered();
    if (entry.writtenAt !== undefined) this.roundTripMs = Math.min(this.roundTripMs, monotonicMs() - entry.writtenAt);
    this.#writer.answered(entry);
    this.#note(response);
    if (entry.opening !== undefined && !this.#isSelectionDone(entry, entry.opening, response)) return;
    entry.command.onAnswered?.(response);
    // Only now: if that threw, the entry must fail with all the others.
    this.#inFlight.remove(entry);
    if (response.status === "OK") entry.resolve(response);
    else entry.reject(new CommandRefused(entry.command.name, response, this.side));
    this.#pump();
  }

  /** False when the SELECT is sent once more, or the connection is ended. */
  #isSelectionDone(entry: Entry, opening: Opening, { status }: TaggedResponse): boolean {
    const verdict = this.#selection.answered(opening, status === "OK");
    if (verdict === "done") return true;
    if (verdict !== "again") {
      this.#fail(new InterimapError("PROTOCOL", whySelectionIsLost[verdict]));
      return false;
    }
    this.#inFlight.remove(entry);
    const tag = this.#takeTag();
    this.#again = { ...entry, tag, segments: encodeCommand(tag, entry.command.parts, this.capabilities) };
    this.#pump();
    return false;
  }

  #takeTag(): string {
    return `a${String(this.#nextTag++)}`;
  }

  #route(response: UntaggedResponse): void {
    if (response.kind === "status") {
      if (response.status === "BAD" && this.#misled.drops(response)) return;
      if (this.#greeting !== undefined) {
        this.#note(response);
        this.#greeting(response);
        this.#greeting = undefined;
        return;
      }
      if (response.status === "BYE") this.#bidFarewell(response);
      if (response.code?.name === "CLOSED") this.#selection.closed();
      if (response.status !== "OK") this.#silence.heard(`${response.status} ${wordsOf(response)}`);
    }
    this.#note(response);
    // Of which mailbox it is, nobody can tell. Of the one that is left the server tells again when it is selected again.
    const view = this.#isInDoubt() ? undefined : this.view;
    if (response.kind === "fetch") view?.noteModSeq(response.modSeq);
    const owner = this.#inFlight.claim(response, this.view);
    if (owner !== undefined) {
      this.#silence.claimed();
      if (response.kind === "fetch" && response.body) owner.brought = (owner.brought ?? 0) + response.body.length;
      return;
    }
    this.#silence.unclaimed(response);
    if (response.kind === "fetch" && this.#isUnstamped(response)) view?.noteUnstamped();
    view?.receive(response);
    this.#listener?.(response);
  }

  /** An answer may come in pieces, of which only one has the mod-sequence; and late, when it is no announcement. */
  #isUnstamped(response: FetchResponse): boolean {
    if (response.flags === undefined || response.modSeq !== undefined || isMisplaced(response)) return false;
    return this.#inFlight.findClaimant(({ command }) => command.name === "UID FETCH") === undefined;
  }

  /** Memory is for what was asked for, however much a server sends. */
  #mayCome(octets: number): boolean {
    const awaits = ({ command: { brings }, brought = 0 }: Entry): boolean =>
      octets <= (brings === undefined ? freeLiteral : brings - brought);
    if (this.#inFlight.findClaimant(awaits) !== undefined) return true;
    return octets <= freeLiteral && this.#inFlight.findClaimant(() => true) === undefined;
  }

  /** Keeps the capabilities fresh, wherever the server mentions them. */
  #note(response: TaggedResponse | UntaggedResponse): void {
    if (response.kind === "capability") this.capabilities = new Capabilities(response.capabilities);
    if (response.kind !== "status" && response.kind !== "tagged") return;
    if (response.code?.name === "CAPABILITY") {
      this.capabilities = new Capabilities(response.code.text.split(" ").filter((name) => name !== ""));
    }
    if (response.code?.name === "ALERT") this.#onAlert?.(response.text);
  }

  /** After this nothing is answered, though the connection may stay open; what came together with it is read. */
  #bidFarewell(goodbye: StatusResponse): void {
    this.#goodbye = goodbye;
    if (!this.#closing) setImmediate(() => this.#fail(this.#lost()));
  }

  /** What was sent to the mailbox that is being left has been answered, and the next one has not been entered. */
  #isInDoubt(): boolean {
    if (!this.#selection.isLeaving) return false;
    return this.#inFlight.find(({ command }) => command.overlap !== "any")?.opening !== undefined;
  }

  #lost(cause?: Error): InterimapError {
    const goodbye = this.#goodbye;
    const words = (goodbye && wordsOf(goodbye)) ?? this.#outlet.transport.epitaph?.() ?? cause?.message;
    return new InterimapError("CONNECTION_LOST", `connection lost${words === undefined ? "" : `: ${words}`}`, {
      hint: "run again: what was done is recorded",
      cause,
      side: this.side,
      retryAfterMs: goodbye && retryAfterMs(goodbye),
    });
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    if (error instanceof InterimapError) error.side ??= this.side;
    this.#failure = error;
    this.#silence.end();
    this.#hasEnded(error);
    this.#reader.detach();
    // What the system has not sent yet would be sent after all.
    if (isMisunderstanding(error)) this.#outlet.transport.abort?.();
    this.#outlet.transport.stream.destroy();
    this.#onFailure?.(error);
    const unanswered = [...this.#inFlight.toArray(), ...(this.#again ? [this.#again] : []), ...this.#pending.toArray()];
    for (const entry of unanswered) {
      this.#inFlight.remove(entry);
      this.#pending.remove(entry);
      entry.reject(error);
    }
    this.#again = undefined;
  }
}

const whySelectionIsLost = {
  "not closed": "the server did not tell when it left a mailbox ([CLOSED])",
  "out of order": "the server answered a SELECT before the one that was sent before it",
};

function ignore(): void {}

function isMisunderstanding(error: Error): boolean {
  return error instanceof InterimapError && (error.code === "PROTOCOL" || error.cause instanceof LiteralRefused);
}

function mailboxLost(side: Side): InterimapError {
  const message = "the mailbox could not be selected any more";
  return new InterimapError("MAILBOX_UNSTABLE", message, { side, hint: "nothing was changed in it; run again" });
}
