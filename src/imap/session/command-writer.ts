// Writes one command at a time, as far as the server and the command itself let it: what follows a synchronising literal
// after `+`, the end of a command whose turn it is not yet later, and answers to challenges.

import { InterimapError } from "../../model/errors.ts";
import { sendsUnasked } from "../codec/write-command.ts";
import type { Turn } from "../command.ts";
import type { Entry } from "./entry.ts";
import type { Outlet } from "./outlet.ts";
import type { TrafficLog } from "./traffic-log.ts";

/** So often a server may ask for what nobody is going to send, between two answers. */
const mostUnaskedChallenges = 100;
const lineEnd = "\r\n";
/** RFC 3502 6.3.11: an APPEND with an empty message is refused as a whole. */
const withdrawal = " {0+}\r\n\r\n";

export interface CommandWriterOptions {
  readonly outlet: Outlet;
  readonly traffic: TrafficLog | undefined;
  /** False when the connection is about to end: an end that was held back is not written any more. */
  readonly mayEnd: () => boolean;
  /** The server asked for more, and gets it. */
  readonly onProgress: () => void;
  /** Another command may be written. */
  readonly onFree: () => void;
  /** PROTOCOL: the server asks for what there is not. */
  readonly fail: (error: InterimapError) => void;
}

export class CommandWriter {
  readonly #options: CommandWriterOptions;
  /** It is written in part: it awaits `+` or its turn, and nothing else can be written before its end. */
  #unfinished: Entry | undefined;
  #unaskedChallenges = 0;

  constructor(options: CommandWriterOptions) {
    this.#options = options;
  }

  get isFree(): boolean {
    return this.#unfinished === undefined;
  }

  /** What may be written of it at once. Only when {@link isFree}, and once for each command: later it goes on by itself. */
  write(entry: Entry): void {
    const [segment, ...rest] = entry.segments;
    if (segment === undefined) return;
    const { outlet, traffic, onFree } = this.#options;
    entry.segments = rest;
    if (sendsUnasked(segment)) entry.hasSentUnasked = true;
    traffic?.sent(segment);
    const { turn, answerChallenge } = entry.command;
    const isLast = rest.length === 0;
    outlet.write(isLast && turn !== undefined ? withoutLineEnd(segment.chunks) : segment.chunks);
    this.#unfinished = isLast && turn === undefined && answerChallenge === undefined ? undefined : entry;
    if (isLast)
      void turn?.then((verdict) => {
        this.#finish(entry, verdict);
        onFree();
      });
  }

  /** `+` */
  continue(challenge: string): void {
    const entry = this.#unfinished;
    if (entry === undefined) this.#noteUnaskedChallenge();
    else if (entry.segments.length > 0) this.#writeMore(entry);
    else this.#answer(entry, challenge);
  }

  /** A command has its tagged response: a literal that is refused before its `+` is never sent. */
  answered(entry: Entry): void {
    this.#unaskedChallenges = 0;
    this.#finish(entry, "go");
  }

  #writeMore(entry: Entry): void {
    const { outlet, onProgress, onFree } = this.#options;
    onProgress();
    outlet.gather();
    this.write(entry);
    onFree();
  }

  /** Writes the line end that was held back, if it still is. */
  #finish(entry: Entry, verdict: Turn): void {
    if (this.#unfinished !== entry) return;
    this.#unfinished = undefined;
    const { outlet, mayEnd } = this.#options;
    if (entry.command.turn === undefined || entry.segments.length > 0 || !mayEnd()) return;
    outlet.write([verdict === "go" ? lineEnd : withdrawal]);
  }

  #answer(entry: Entry, challenge: string): void {
    const { answerChallenge, isDialogue, name } = entry.command;
    // One line ends what is no dialogue, however often the server says `+`.
    const isOver = entry.isHeld === true || (entry.isHeld === false && isDialogue !== true);
    if (isOver || answerChallenge === undefined) {
      this.#noteUnaskedChallenge();
      return;
    }
    const answer = answerChallenge(challenge);
    if (answer === undefined) this.#fail(`the server keeps asking for data although ${name} is complete`);
    else if (typeof answer === "string") this.#writeLine(answer);
    else this.#hold(entry, answer);
  }

  #hold(entry: Entry, answer: Promise<string>): void {
    entry.isHeld = true;
    void answer.then((line) => {
      entry.isHeld = false;
      if (this.#unfinished !== entry) return;
      this.#options.outlet.noteProgress();
      this.#writeLine(line);
    });
  }

  #writeLine(line: string): void {
    this.#options.traffic?.sentLine(line);
    this.#options.outlet.writeLine(line);
  }

  #noteUnaskedChallenge(): void {
    if (++this.#unaskedChallenges < mostUnaskedChallenges) return;
    this.#fail("the server keeps asking for data that it was not offered");
  }

  #fail(message: string): void {
    this.#options.fail(new InterimapError("PROTOCOL", message));
  }
}

function withoutLineEnd(chunks: readonly (string | Buffer)[]): (string | Buffer)[] {
  const last = chunks.at(-1);
  return typeof last === "string" ? [...chunks.slice(0, -1), last.slice(0, -lineEnd.length)] : [...chunks];
}
