// One connection: commands out in order, responses in, each to whom it concerns. Here it is put together, and this is what
// others see of it; each of its parts has a file beside this one.
//
//   out:  run() ─► pipeline ─► command-writer ─► outlet ─► transport
//   in:   transport ─► codec/read-responses ─► reception ─► nonsense, misled, announcements, routing; pipeline
//   and:  silence gives up a server that says nothing, ending knows that it is over

import type { Log } from "../../log/log.ts";
import { InterimapError } from "../../model/errors.ts";
import { defaultLimits, type ServerLimits } from "../../model/server-limits.ts";
import type { Side } from "../../model/side.ts";
import { type Abilities, basic } from "../abilities.ts";
import type { Capabilities } from "../capabilities.ts";
import { ResponseReader } from "../codec/read-responses.ts";
import { limitsOf, strangersLimits } from "../codec/response-limits.ts";
import { line } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import type { CommandRefused } from "../command-refused.ts";
import { Discretion } from "../discretion.ts";
import type { MailboxView } from "../mailbox/mailbox-view.ts";
import { Selection } from "../mailbox/selection.ts";
import type { StatusResponse, TaggedResponse, UntaggedResponse } from "../responses.ts";
import type { Transport } from "../transport/transport.ts";
import { Announcements } from "./announcements.ts";
import { Ending, isMisunderstanding } from "./ending.ts";
import type { Entry } from "./entry.ts";
import { harmOf } from "./harmless.ts";
import { InFlight } from "./in-flight.ts";
import { Outlet } from "./outlet.ts";
import { Pipeline } from "./pipeline.ts";
import { Reception } from "./reception.ts";
import type { SessionOptions } from "./session-options.ts";
import { Silence } from "./silence.ts";
import { TrafficLog } from "./traffic-log.ts";

export class Session {
  readonly side: Side;
  readonly log: Log;
  readonly limits: ServerLimits;
  /** Mailboxes are opened with EXAMINE; commands that would change something are refused. */
  readonly changesNothing: boolean;
  /** The server reports changes in other mailboxes, too, at any time (RFC 5465). */
  isNotified = false;
  /** What was agreed with the server. */
  abilities: Abilities = basic;

  readonly #selection = new Selection();
  readonly #discretion = new Discretion();
  readonly #announcements: Announcements;
  readonly #ending: Ending;
  readonly #outlet: Outlet;
  readonly #silence: Silence;
  readonly #pipeline: Pipeline;
  readonly #reception: Reception;
  readonly #reader: ResponseReader;

  constructor(transport: Transport, options: SessionOptions) {
    const { side, log, isStranger = false, limits = defaultLimits } = options;
    this.side = side;
    this.log = log;
    this.limits = limits;
    this.changesNothing = options.changesNothing ?? false;
    const inFlight = new InFlight<Entry>();
    const [selection, discretion] = [this.#selection, this.#discretion];
    const announcements = new Announcements(options);
    const ending = new Ending({
      side,
      epitaph: () => this.#outlet.transport.epitaph?.(),
      onEnd: this.#close,
    });
    const traffic = log.traffic ? new TrafficLog({ log, side, discretion }) : undefined;
    const outlet = new Outlet(transport, () => {
      silence.progress();
    });
    const parts = { side, inFlight, selection, discretion, announcements, ending, traffic, outlet };
    const silence = new Silence({ ...parts, usualMs: limits.silenceMs, limitMs: options.silenceLimitMs });
    const pipeline = new Pipeline({ ...parts, silence, fence: options.fence });
    this.#announcements = announcements;
    this.#ending = ending;
    this.#outlet = outlet;
    this.#silence = silence;
    this.#pipeline = pipeline;
    this.#reception = new Reception({ ...parts, silence, pipeline });
    this.#reader = new ResponseReader(this.#reception, isStranger ? strangersLimits : limitsOf(limits));
    this.#attach(transport);
  }

  get capabilities(): Capabilities {
    return this.#announcements.capabilities;
  }

  set capabilities(capabilities: Capabilities) {
    this.#announcements.capabilities = capabilities;
  }

  /** The server lists this extension but does not know it: from now on, it counts as not listed. */
  disavow(extension: string, { message }: Pick<CommandRefused, "message">): void {
    if (!this.#announcements.disavow(extension)) return;
    this.log.debug(`${message}; going on without ${extension}`, { side: this.side });
  }

  /** The shortest time that a command took to be answered. */
  get roundTripMs(): number {
    return this.#pipeline.roundTripMs;
  }

  /** The selected mailbox as the server last described it. */
  get view(): MailboxView | undefined {
    return this.#selection.view;
  }

  set view(view: MailboxView | undefined) {
    this.#selection.view = view;
  }

  /** See {@link Selection.takeLeft}. */
  takeLeft(): readonly string[] {
    return this.#selection.takeLeft();
  }

  /** Both sides have proved who they are: from now on, the server may send as much as is useful. */
  trust(): void {
    this.#reader.limit(limitsOf(this.limits));
  }

  /** From now on, gives up if the server stays silent this long while we wait. */
  limitSilence(ms: number): void {
    this.#silence.limit(ms);
  }

  /** Resolves with the reason when the connection is gone, whatever the reason. */
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

  /** What the server says about itself; not to be believed. */
  get greetingText(): string {
    return this.#announcements.greetingText;
  }

  /** How the bytes travel now. */
  get transport(): Pick<Transport, "secure" | "channelBinding" | "peer"> {
    return this.#outlet.transport;
  }

  /** The mailbox that will be selected after all commands so far, if anybody is interested in it. */
  get selectedNext(): MailboxView | undefined {
    return this.#selection.next;
  }

  /** Receives what the server says unasked, in addition to the view; there is only one listener. */
  listen(listener: (response: UntaggedResponse) => void): void {
    this.#reception.listen(listener);
  }

  /** Resolves with the server's first response. */
  greeting(): Promise<StatusResponse> {
    const { reason } = this.#ending;
    return reason === undefined ? this.#announcements.greeting() : Promise.reject(reason);
  }

  /**
   * Sends a command as soon as it may overlap with those in flight and resolves with its tagged OK.
   * @throws CommandRefused when the answer is NO or BAD; LiteralRefused when it is BAD and may have made commands of a
   * literal; InterimapError CONNECTION_LOST, CONNECTION_SILENT or PROTOCOL when none can come, DRY_RUN when it is not sent.
   */
  run(command: Command): Promise<TaggedResponse> {
    const refusal = this.#ending.refusal ?? (this.changesNothing ? harmOf(command, this.side) : undefined);
    const answered = refusal === undefined ? this.#pipeline.run(command) : Promise.reject(refusal);
    // If a connection dies, every command in flight fails, but a caller may be waiting for only one of them.
    answered.catch(() => undefined);
    return answered;
  }

  /**
   * Runs a command after whose OK octets are sent differently (STARTTLS, COMPRESS). `replace` gets the old transport and what
   * had already arrived after the tagged response.
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

  /** Hides a text from now on, in our lines and the server's. */
  hide(secret: string): void {
    this.#discretion.hide(secret);
  }

  /** A text of the server in a form that may be shown: short, printable, and without hidden texts. */
  shown(text: string): string {
    return this.#discretion.text(text);
  }

  /**
   * Says goodbye and closes; never fails. It waits for the answer if something may depend on it: other commands in flight, or a
   * tunnel's command that still has to pass on what it got.
   */
  async logout(): Promise<void> {
    if (this.isUsable) {
      const waits = !this.isIdle || this.#outlet.transport.epitaph !== undefined;
      const say = () => this.run({ name: "LOGOUT", overlap: "any", parts: line`LOGOUT` });
      await this.#ending.sayGoodbye(say, waits ? undefined : () => this.#outlet.end());
    }
    this.destroy();
  }

  /** Drops the connection at once; whatever is in flight fails with `reason`. */
  destroy(reason: Error = this.#ending.lost()): void {
    this.#ending.end(reason);
  }

  #attach(transport: Transport): void {
    this.#outlet.transport = transport;
    transport.stream.on("error", (cause: Error) => {
      const error = transport.explain?.(cause) ?? cause;
      this.#ending.end(error instanceof InterimapError ? error : this.#ending.lost(error));
    });
    this.#reader.attach(transport.stream);
  }

  readonly #close = (reason: Error): void => {
    this.#silence.end();
    this.#reader.detach();
    this.#outlet.close(isMisunderstanding(reason) ? "dropping" : "sending");
    this.#announcements.end(reason);
    this.#pipeline.abandon(reason);
  };
}
