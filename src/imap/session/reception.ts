// Passes incoming responses on in a fixed order: can it be believed, what does it mean for the connection, and only then, whose
// is it.

import type { Side } from "../../model/side.ts";
import type { TakeFlags } from "../codec/flag-lines.ts";
import type { ResponseHandlers } from "../codec/read-responses.ts";
import { wordsOf } from "../command-refused.ts";
import type { Discretion } from "../discretion.ts";
import { mayCome } from "../expected-literals.ts";
import type { Selection } from "../mailbox/selection.ts";
import type { Response, StatusResponse, TaggedResponse, UntaggedResponse } from "../responses.ts";
import type { Announcements } from "./announcements.ts";
import type { Ending } from "./ending.ts";
import type { Entry } from "./entry.ts";
import type { InFlight } from "./in-flight.ts";
import { Misled } from "./misled.ts";
import { Nonsense } from "./nonsense.ts";
import type { Pipeline } from "./pipeline.ts";
import { Routing } from "./routing.ts";
import type { Silence } from "./silence.ts";
import type { TrafficLog } from "./traffic-log.ts";

export interface ReceptionOptions {
  readonly side: Side;
  readonly inFlight: InFlight<Entry>;
  readonly selection: Selection;
  readonly discretion: Discretion;
  readonly traffic: TrafficLog | undefined;
  readonly silence: Silence;
  readonly announcements: Announcements;
  readonly pipeline: Pick<Pipeline, "continue" | "complete">;
  readonly ending: Pick<Ending, "hearGoodbye" | "lost" | "end">;
}

export class Reception implements ResponseHandlers {
  readonly #options: ReceptionOptions;
  readonly #routing: Routing;
  readonly #nonsense: Nonsense;
  readonly #misled: Misled;
  readonly onLine?: (line: Buffer) => void;

  constructor(options: ReceptionOptions) {
    const { traffic, silence, announcements } = options;
    const fail = (error: Error): void => {
      this.onError(error);
    };
    this.#options = options;
    this.#routing = new Routing(options);
    this.#misled = new Misled({ ...options, fail });
    const nonsense = new Nonsense({
      ...options,
      awaitsGreeting: () => announcements.awaitsGreeting,
      concerned: () => this.#routing.concerned(),
      onHarmless: () => {
        silence.signOfLife();
      },
      fail,
    });
    this.#nonsense = nonsense;
    if (traffic !== undefined)
      this.onLine = (line) => {
        if (nonsense.mayBeText(line)) traffic.receivedText(line);
        else traffic.received(line);
      };
  }

  /** Receives what no command claims, in addition to the view; there is only one listener. */
  listen(listener: (response: UntaggedResponse) => void): void {
    this.#routing.listen(listener);
  }

  onResponse(said: Response): void {
    const { discretion, pipeline } = this.#options;
    const response = discretion.heard(said);
    if (this.#nonsense.takes(response)) return;
    switch (response.kind) {
      case "tagged":
        this.#complete(response);
        break;
      case "continuation":
        pipeline.continue(response.text);
        break;
      default:
        this.#hear(response);
    }
  }

  flagTaker(): TakeFlags | undefined {
    return this.#nonsense.isAstray ? undefined : this.#routing.flagTaker();
  }

  onText(): void {
    this.#nonsense.noteText();
  }

  mayCome(octets: number): boolean {
    return mayCome(octets, this.#options.inFlight);
  }

  onRead(arriving: number): void {
    this.#options.silence.read(arriving);
  }

  onError(error: Error): void {
    this.#options.ending.end(error);
  }

  onEnd(): void {
    const { ending } = this.#options;
    ending.end(ending.lost());
  }

  #complete(response: TaggedResponse): void {
    const { inFlight, silence, announcements, pipeline } = this.#options;
    const entry = inFlight.withTag(response.tag);
    if (entry === undefined) {
      if (!this.#misled.drops(response)) this.#nonsense.refuse(response);
      return;
    }
    this.#nonsense.noteAnswer();
    if (this.#misled.dropsFor(entry, response)) return;
    silence.answered();
    announcements.note(response);
    pipeline.complete(entry, response);
  }

  #hear(response: UntaggedResponse): void {
    if (response.kind === "status" && this.#isForNobodyElse(response)) return;
    this.#options.announcements.note(response);
    this.#routing.route(response);
  }

  #isForNobodyElse(response: StatusResponse): boolean {
    const { selection, silence, announcements, ending } = this.#options;
    if (response.status === "BAD" && this.#misled.drops(response)) return true;
    if (announcements.isGreeting(response)) return true;
    if (response.status === "BYE") ending.hearGoodbye(response);
    if (response.code?.name === "CLOSED") selection.closed();
    if (response.status !== "OK") silence.heard(`${response.status} ${wordsOf(response)}`);
    return false;
  }
}
