// One connection: commands out in order, responses in, each to whom it concerns.
// Knows how commands overlap and who claims what; knows nothing of what the commands mean.
//
//   queue:  [ sent, awaiting their tagged responses | waiting to be written ]
//             #inFlight                               #pending

import { duration } from "../model/duration.ts";
import { InterimapError } from "../model/errors.ts";
import type { Side } from "../model/side.ts";
import type { Log } from "../log/log.ts";
import { trafficLine } from "../log/traffic.ts";
import { Capabilities } from "./capabilities.ts";
import { ResponseReader } from "./codec/read-responses.ts";
import { encodeCommand, line, sendsUnasked, type Segment } from "./codec/write-command.ts";
import { mayOverlap, type Command, type Turn } from "./command.ts";
import { CommandRefused } from "./command-refused.ts";
import { LiteralRefused } from "./literal-refused.ts";
import type { MailboxView } from "./mailbox-view.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { Response, StatusResponse, TaggedResponse, UntaggedResponse } from "./responses.ts";
import type { Transport } from "./transport/transport.ts";

/** Unless told otherwise: a server that answers nothing for so long while we wait is given up. */
const defaultSilenceLimitMs = 5 * 60_000;
/** The limit is looked at in so many steps: whether octets still leave can only be told by looking twice. */
const silenceSteps = 5;
/** All is done and recorded when we say goodbye. */
const goodbyeLimitMs = 5_000;

interface Entry {
  readonly command: Command;
  readonly resolve: (response: TaggedResponse) => void;
  readonly reject: (error: Error) => void;
  /** Segments still to be written; each but the last is followed by a `+` from the server. */
  segments: readonly Segment[];
  readonly tag: string;
  writtenAt?: number;
  /** Literals of it were written that the server did not ask for. */
  hasSentUnasked?: boolean;
  /** The server may be silent for as long as it likes: see {@link Command.answerChallenge}. Undefined before its `+`. */
  isHeld?: boolean;
}

export interface SessionOptions {
  readonly side: Side;
  readonly log: Log;
  /** How long an answer, or any progress towards it, may take; 5 minutes unless told. */
  readonly silenceLimitMs?: number | undefined;
}

export class Session {
  readonly side: Side;
  readonly log: Log;
  capabilities = new Capabilities([]);
  /** The selected mailbox as the server last described it. */
  view: MailboxView | undefined;
  /** The server tells of changes in other mailboxes, too, at any time (RFC 5465). */
  isNotified = false;
  /** The shortest time that a command took to be answered. */
  roundTripMs = Infinity;

  #transport: Transport;
  readonly #reader: ResponseReader;
  #pending: Entry[] = [];
  #inFlight: Entry[] = [];
  #nextTag = 0;
  /** The entry that is written in part: it awaits `+` or its turn, and nothing else can be written before its end. */
  #unfinished: Entry | undefined;
  /** What SELECTs in flight are going to fill: the first replaces `view` at [CLOSED], or at once when there is none. */
  readonly #openings: MailboxView[] = [];
  #selectedNext: MailboxView | undefined;
  #greeting: ((response: StatusResponse) => void) | undefined;
  #goodbye: StatusResponse | undefined;
  #listener: ((response: UntaggedResponse) => void) | undefined;
  #failure: Error | undefined;
  #onFailure: ((error: Error) => void) | undefined;
  #closing = false;
  #isExchanging = false;
  #silence: NodeJS.Timeout;
  #silenceLimitMs: number;
  #silentSteps = 0;
  #octetsSent: number | undefined;
  #hasEnded: (reason: Error) => void = () => undefined;
  /** Resolves with the reason when the connection is gone, for whatever reason. */
  readonly ended = new Promise<Error>((resolve) => {
    this.#hasEnded = resolve;
  });

  constructor(transport: Transport, options: SessionOptions) {
    this.side = options.side;
    this.log = options.log;
    this.#silenceLimitMs = options.silenceLimitMs ?? defaultSilenceLimitMs;
    this.#transport = transport;
    this.#reader = new ResponseReader({
      onResponse: (response) => {
        this.#receive(response);
      },
      ...(this.log.traffic && {
        onLine: (line: Buffer) => {
          this.#logTraffic("S", line);
        },
      }),
      onError: (error) => {
        this.#fail(error);
      },
      onEnd: () => {
        this.#fail(this.#lost());
      },
    });
    this.#silence = this.#silenceTimer();
    this.#attach(transport);
  }

  /** From now on, silence for so long while we wait is too long. */
  limitSilence(ms: number): void {
    clearTimeout(this.#silence);
    this.#silenceLimitMs = ms;
    this.#silentSteps = 0;
    this.#silence = this.#silenceTimer();
  }

  #silenceTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#silenceNoticed();
    }, this.#silenceLimitMs / silenceSteps).unref();
  }

  get isUsable(): boolean {
    return this.#failure === undefined && !this.#closing;
  }

  /** Nothing is waiting to be sent or answered. */
  get isIdle(): boolean {
    return this.#inFlight.length === 0 && this.#pending.length === 0;
  }

  get isSecure(): boolean {
    return this.#transport.secure;
  }

  /** The mailbox that will be selected when all commands so far are done, if it is one that somebody wants to know of. */
  get selectedNext(): MailboxView | undefined {
    return this.#selectedNext;
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
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const tag = `a${String(this.#nextTag++)}`;
      const segments = encodeCommand(tag, command.parts, this.capabilities);
      this.#pending.push({ command, resolve, reject, segments, tag });
      if (command.overlap === "select") this.#selectedNext = command.opens;
      this.#pump();
    });
    // When a connection dies every command in flight fails, but a caller may be waiting for only one of them.
    answered.catch(() => undefined);
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
        // A listener would keep the old stream flowing.
        this.#transport.stream.off("data", this.#noteProgress);
      },
    });
    this.#attach(await replace(this.#transport, surplus));
    this.#isExchanging = false;
    this.#pump();
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
    if (!this.isUsable || !this.isIdle || this.#transport.epitaph !== undefined) return this.logout();
    const sent = (): Promise<void> =>
      new Promise((resolve) => {
        this.#transport.stream.end(resolve);
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
    this.#transport.stream.off("data", this.#noteProgress);
    this.#transport = transport;
    transport.stream.on("data", this.#noteProgress);
    transport.stream.on("error", (error: Error) => {
      this.#fail(error instanceof InterimapError ? error : this.#lost(error));
    });
    this.#reader.attach(transport.stream);
  }

  #pump(): void {
    if (this.#isExchanging) return;
    this.#gatherWrites();
    while (this.#unfinished === undefined) {
      const next = this.#pending[0];
      if (next === undefined || !mayOverlap(next.command, commandsOf(this.#inFlight))) break;
      this.#pending.shift();
      this.#start(next);
    }
  }

  /**
   * Commands of the same moment leave in one packet, and their answers come in one. In several, an answer would wait until
   * the one before it is acknowledged (RFC 896), which may take 40 ms.
   */
  #gatherWrites(): void {
    const { stream } = this.#transport;
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => {
      stream.uncork();
    });
  }

  #start(entry: Entry): void {
    const { overlap, opens, view } = entry.command;
    // Confirmed by now: another one is selected, or none.
    if (overlap === "changing" && view !== undefined && (view !== this.view || view.isReplaced)) {
      entry.reject(mailboxLost(this.side));
      return;
    }
    if (this.#inFlight.length === 0) this.#noteProgress();
    this.#inFlight.push(entry);
    if (opens !== undefined) this.#open(opens);
    entry.writtenAt = performance.now();
    this.#writeSegment(entry);
  }

  #writeSegment(entry: Entry): void {
    const [segment, ...rest] = entry.segments;
    if (segment === undefined) return;
    entry.segments = rest;
    if (sendsUnasked(segment)) entry.hasSentUnasked = true;
    if (this.log.traffic) this.#logCommand(segment);
    const { turn, answerChallenge } = entry.command;
    const isLast = rest.length === 0;
    this.#write(isLast && turn !== undefined ? withoutLineEnd(segment.chunks) : segment.chunks);
    this.#unfinished = isLast && turn === undefined && answerChallenge === undefined ? undefined : entry;
    if (isLast)
      void turn?.then((verdict) => {
        this.#finish(entry, verdict);
        this.#pump();
      });
  }

  #write(chunks: readonly (string | Buffer)[]): void {
    const { stream } = this.#transport;
    for (const chunk of chunks.slice(0, -1)) {
      if (typeof chunk === "string") stream.write(chunk, "latin1");
      else stream.write(chunk);
    }
    stream.write(chunks.at(-1) ?? "", "latin1", this.#noteProgress);
  }

  /** Writes the line end that was held back, if it still is. */
  #finish(entry: Entry, verdict: Turn = "go"): void {
    if (this.#unfinished !== entry) return;
    this.#unfinished = undefined;
    if (entry.command.turn === undefined || entry.segments.length > 0 || !this.isUsable) return;
    this.#write([verdict === "go" ? lineEnd : withdrawal]);
  }

  /** Octets count, not responses: one message may take longer than the limit. */
  readonly #noteProgress = (): void => {
    this.#silentSteps = 0;
    this.#octetsSent = this.#transport.octetsSent?.();
    this.#silence.refresh();
  };

  #receive(response: Response): void {
    switch (response.kind) {
      case "tagged":
        this.#complete(response);
        break;
      case "continuation":
        this.#continue(response.text);
        break;
      default:
        this.#route(response);
    }
  }

  #complete(response: TaggedResponse): void {
    // Answers mostly come in order, so this finds the first entry.
    const index = this.#inFlight.findIndex((entry) => entry.tag === response.tag);
    const entry = this.#inFlight[index];
    if (entry === undefined) {
      if (this.#isMisled(response)) return;
      this.#fail(new InterimapError("PROTOCOL", `the server answered a command never sent (tag ${response.tag})`));
      return;
    }
    if (response.status === "BAD" && entry.hasSentUnasked === true) {
      this.#dropMisled(entry, response);
      return;
    }
    if (entry.writtenAt !== undefined)
      this.roundTripMs = Math.min(this.roundTripMs, performance.now() - entry.writtenAt);
    // A literal that is refused before its `+` is never sent.
    this.#finish(entry);
    this.#note(response);
    entry.command.onAnswered?.(response);
    if (entry.command.overlap === "select") this.#opened(entry.command.opens, response.status === "OK");
    // Only now: if that threw, the entry must fail with all the others.
    this.#inFlight.splice(index, 1);
    if (response.status === "OK") entry.resolve(response);
    else entry.reject(new CommandRefused(entry.command.name, response, this.side));
    this.#pump();
  }

  #continue(challenge: string): void {
    const entry = this.#unfinished;
    if (entry === undefined) return;
    if (entry.segments.length > 0) {
      this.#gatherWrites();
      this.#writeSegment(entry);
      this.#pump();
      return;
    }
    // One line ends it, however often the server says `+`.
    if (entry.isHeld !== undefined) return;
    const answer = entry.command.answerChallenge?.(challenge);
    if (answer === undefined) return;
    if (typeof answer === "string") {
      this.#answer(answer);
      return;
    }
    entry.isHeld = true;
    void answer.then((line) => {
      entry.isHeld = false;
      if (this.#unfinished !== entry) return;
      this.#noteProgress();
      this.#answer(line);
    });
  }

  #answer(line: string): void {
    if (this.log.traffic) this.#logTraffic("C", line);
    this.#transport.stream.write(`${line}\r\n`, "latin1");
  }

  /**
   * Whether the server cannot have understood a command whose literals left unasked, and so reads commands of its own in
   * them: then the connection is dropped. What such commands are answered with, has a tag of theirs or none.
   */
  #isMisled(answer: TaggedResponse | StatusResponse): boolean {
    const entry = this.#inFlight.find(({ hasSentUnasked }) => hasSentUnasked);
    if (entry !== undefined) this.#dropMisled(entry, answer);
    return entry !== undefined;
  }

  /** Nothing more is sent, be it half written, and nothing that is answered is believed. */
  #dropMisled(entry: Entry, answer: TaggedResponse | StatusResponse): void {
    const refused = new LiteralRefused(entry.command.name, answer, this.side);
    entry.reject(refused);
    this.#fail(refused.alsoLost);
  }

  #route(response: UntaggedResponse): void {
    if (response.kind === "status") {
      if (response.status === "BAD" && this.#isMisled(response)) return;
      if (this.#greeting !== undefined) {
        this.#note(response);
        this.#greeting(response);
        this.#greeting = undefined;
        return;
      }
      if (response.status === "BYE") this.#goodbye = response;
      if (response.code?.name === "CLOSED") this.#enterOpening();
    }
    this.#note(response);
    if (response.kind === "fetch" && response.modSeq === 0n && this.view !== undefined)
      this.view.hasUnknownModSeqs = true;
    for (const { command } of this.#inFlight) {
      // Another mailbox's messages have the same UIDs.
      if (command.view !== undefined && command.view !== this.view) continue;
      if (command.claim?.(response) === true) return;
    }
    this.view?.receive(response);
    this.#listener?.(response);
  }

  /** Keeps the capabilities fresh, wherever the server mentions them. */
  #note(response: TaggedResponse | UntaggedResponse): void {
    if (response.kind === "capability") this.capabilities = new Capabilities(response.capabilities);
    if ((response.kind === "status" || response.kind === "tagged") && response.code?.name === "CAPABILITY") {
      this.capabilities = new Capabilities(response.code.text.split(" ").filter((name) => name !== ""));
    }
  }

  #open(view: MailboxView): void {
    this.#openings.push(view);
    if (this.view === undefined) this.#enterOpening();
  }

  #enterOpening(): void {
    this.view = this.#openings.shift() ?? this.view;
  }

  /** Ends a SELECT: on failure no mailbox is selected any more (RFC 3501 6.3.1). */
  #opened(view: MailboxView | undefined, succeeded: boolean): void {
    // Without [CLOSED]: there was nothing to close, or the server did not say so.
    if (view !== undefined && this.#openings[0] === view) this.#enterOpening();
    if (succeeded && view !== undefined) return;
    this.view = undefined;
    if (this.#selectedNext === view) this.#selectedNext = undefined;
    this.#enterOpening();
  }

  #silenceNoticed(): void {
    if (!this.#isWaiting) return;
    if (this.#isSending) this.#noteProgress();
    else if (++this.#silentSteps < silenceSteps) this.#silence.refresh();
    else this.#giveUp();
  }

  /** The other side is taking in what we sent, however slowly, as far as can be seen from here. */
  get #isSending(): boolean {
    const { stream, octetsSent } = this.#transport;
    const sent = octetsSent?.();
    return sent === undefined ? stream.writableLength > 0 : sent !== this.#octetsSent;
  }

  get #isWaiting(): boolean {
    return this.#greeting !== undefined || this.#inFlight.some((entry) => entry.isHeld !== true);
  }

  #giveUp(): void {
    this.#fail(new InterimapError("CONNECTION_SILENT", `no answer for ${duration(this.#silenceLimitMs)}`));
  }

  #lost(cause?: Error): InterimapError {
    const goodbye = this.#goodbye;
    const words = goodbye?.text ?? this.#transport.epitaph?.() ?? cause?.message;
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
    clearTimeout(this.#silence);
    this.#hasEnded(error);
    this.#reader.detach();
    // What the system has not sent yet would be sent after all.
    if (isMisunderstanding(error)) this.#transport.abort?.();
    this.#transport.stream.destroy();
    this.#onFailure?.(error);
    const unanswered = [...this.#inFlight, ...this.#pending];
    this.#inFlight = [];
    this.#pending = [];
    for (const entry of unanswered) entry.reject(error);
  }

  #logCommand(segment: Segment): void {
    const line = segment.chunks.filter((chunk) => typeof chunk === "string").join("");
    for (const part of line.split("\r\n")) if (part !== "") this.#logTraffic("C", part);
  }

  #logTraffic(direction: "C" | "S", line: string | Buffer): void {
    this.log.debug(trafficLine(direction, line, this.log.showsSecrets), { side: this.side });
  }
}

function commandsOf(entries: readonly Entry[]): Command[] {
  return entries.map(({ command }) => command);
}

function isMisunderstanding(error: Error): boolean {
  return error instanceof InterimapError && (error.code === "PROTOCOL" || error.cause instanceof LiteralRefused);
}

function mailboxLost(side: Side): InterimapError {
  const message = "the mailbox could not be selected any more";
  return new InterimapError("MAILBOX_UNSTABLE", message, { side, hint: "nothing was changed in it; run again" });
}

const lineEnd = "\r\n";
/** RFC 3502 6.3.11: an APPEND with an empty message is refused as a whole. */
const withdrawal = " {0+}\r\n\r\n";

function withoutLineEnd(chunks: readonly (string | Buffer)[]): (string | Buffer)[] {
  const last = chunks.at(-1);
  return typeof last === "string" ? [...chunks.slice(0, -1), last.slice(0, -lineEnd.length)] : [...chunks];
}
