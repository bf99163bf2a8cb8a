// One connection: commands out in order, responses in, each to whom it concerns.
// Puts together what files beside this one do; knows nothing of what commands mean.

import { InterimapError } from "../model/errors.ts";
import { monotonicMs } from "../util/monotonic.ts";
import type { Side } from "../model/side.ts";
import type { Log } from "../log/log.ts";
import { Capabilities } from "./capabilities.ts";
import { ResponseReader, type ResponseHandlers } from "./codec/read-responses.ts";
import { strangersLimits, trustingLimits } from "./codec/response-limits.ts";
import { line } from "./codec/write-command.ts";
import type { Command } from "./command.ts";
import { wordsOf } from "./command-refused.ts";
import { CommandWriter } from "./command-writer.ts";
import { Ending, isMisunderstanding } from "./ending.ts";
import type { Entry } from "./entry.ts";
import { mayCome } from "./expected-literals.ts";
import { InFlight } from "./in-flight.ts";
import { Discretion } from "./discretion.ts";
import type { MailboxView } from "./mailbox-view.ts";
import { Misled } from "./misled.ts";
import { Nonsense } from "./nonsense.ts";
import { Outlet } from "./outlet.ts";
import { Pipeline } from "./pipeline.ts";
import type { Response, StatusResponse, TaggedResponse, UntaggedResponse } from "./responses.ts";
import { Routing } from "./routing.ts";
import { Selection } from "./selection.ts";
import { Silence } from "./silence.ts";
import { TrafficLog } from "./traffic-log.ts";
import type { Transport } from "./transport/transport.ts";

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

  readonly #ending: Ending;
  readonly #outlet: Outlet;
  readonly #writer: CommandWriter;
  readonly #pipeline: Pipeline;
  readonly #reader: ResponseReader;
  readonly #inFlight = new InFlight<Entry>();
  readonly #selection = new Selection();
  readonly #discretion = new Discretion();
  #greeting: ((response: StatusResponse) => void) | undefined;
  #onFailure: ((error: Error) => void) | undefined;
  readonly #onAlert: ((text: string) => void) | undefined;
  readonly #silence: Silence;
  readonly #routing: Routing;
  readonly #nonsense: Nonsense;
  readonly #misled: Misled;

  constructor(transport: Transport, options: SessionOptions) {
    this.side = options.side;
    this.log = options.log;
    this.#onAlert = options.onAlert;
    const { side, log } = options;
    this.#ending = new Ending({
      side,
      epitaph: () => this.#outlet.transport.epitaph?.(),
      onEnd: (reason) => {
        this.#close(reason);
      },
    });
    const fail = (error: Error): void => {
      this.#ending.end(error);
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
      mayEnd: () => this.#ending.isOpen,
      onProgress: () => {
        this.#silence.progress();
      },
      onFree: () => {
        this.#pipeline.pump();
      },
      fail,
    });
    this.#pipeline = new Pipeline({
      side,
      inFlight: this.#inFlight,
      selection: this.#selection,
      writer: this.#writer,
      literalSupport: () => this.capabilities,
      gather: () => {
        this.#outlet.gather();
      },
      onStart: ({ overlap }) => {
        if (this.#inFlight.total === 0) this.#silence.progress();
        if (overlap === "select") this.#discretion.mayHearMessages = true;
      },
      fail,
    });
    this.#routing = new Routing({ inFlight: this.#inFlight, selection: this.#selection, silence: this.#silence });
    this.#nonsense = new Nonsense({
      inFlight: this.#inFlight,
      discretion: this.#discretion,
      awaitsGreeting,
      concerned: () => this.#routing.concerned(),
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
      mayCome: (octets) => mayCome(octets, this.#inFlight),
      onRead: (arriving) => {
        this.#silence.read(arriving);
      },
      onError: fail,
      onEnd: () => {
        fail(this.#ending.lost());
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

  /** Resolves with the reason when the connection is gone, for whatever reason. */
  get ended(): Promise<Error> {
    return this.#ending.ended;
  }

  get isUsable(): boolean {
    return this.#ending.isOpen;
  }

  /** Nothing is waiting to be sent or answered. */
  get isIdle(): boolean {
    return this.#pipeline.isIdle;
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
    this.#routing.listen(listener);
  }

  /** Resolves with the server's first response. */
  greeting(): Promise<StatusResponse> {
    return new Promise((resolve, reject) => {
      if (this.#ending.reason !== undefined) reject(this.#ending.reason);
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
    const { refusal } = this.#ending;
    const answered = refusal === undefined ? this.#pipeline.run(command) : Promise.reject(refusal);
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
        this.#pipeline.halt();
        surplus = this.#reader.detach();
      },
    });
    this.#attach(await replace(this.#outlet.transport, surplus));
    this.#pipeline.resume();
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

  #sayGoodbye(enough: (answered: Promise<unknown>) => Promise<unknown>): Promise<void> {
    return this.#ending.sayGoodbye(() => this.run({ name: "LOGOUT", overlap: "any", parts: line`LOGOUT` }), enough);
  }

  /** Drops the connection at once; whatever is in flight fails with `reason`. */
  destroy(reason: Error = this.#ending.lost()): void {
    this.#ending.end(reason);
  }

  #attach(transport: Transport): void {
    this.#outlet.transport = transport;
    transport.stream.on("error", (error: Error) => {
      this.#ending.end(error instanceof InterimapError ? error : this.#ending.lost(error));
    });
    this.#reader.attach(transport.stream);
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
    this.#pipeline.complete(entry, response);
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
      if (response.status === "BYE") this.#ending.hearGoodbye(response);
      if (response.code?.name === "CLOSED") this.#selection.closed();
      if (response.status !== "OK") this.#silence.heard(`${response.status} ${wordsOf(response)}`);
    }
    this.#note(response);
    this.#routing.route(response);
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

  #close(reason: Error): void {
    const { transport } = this.#outlet;
    this.#silence.end();
    this.#reader.detach();
    // What the system has not sent yet would be sent after all.
    if (isMisunderstanding(reason)) transport.abort?.();
    transport.stream.destroy();
    this.#onFailure?.(reason);
    this.#pipeline.abandon(reason);
  }
}

function ignore(): void {}
