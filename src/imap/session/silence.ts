// Knows what the server still owes us, and which of its responses and reads are progress towards that. patience.ts measures how
// long it may take.

import { InterimapError } from "../../model/errors.ts";
import { duration } from "../../util/duration.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import type { Command } from "../command.ts";
import type { UntaggedResponse } from "../responses.ts";
import type { Announcements } from "./announcements.ts";
import type { Ending } from "./ending.ts";
import type { Entry } from "./entry.ts";
import type { InFlight } from "./in-flight.ts";
import type { Outlet } from "./outlet.ts";
import { type Awaited, Patience } from "./patience.ts";

/** The limit for a whole answer, however slowly it arrives. */
const longestAnswerMs = 24 * 60 * 60_000;

export interface SilenceOptions {
  /** How long an answer, or any progress towards it, may take. */
  readonly usualMs: number;
  /** A lower limit for now. */
  readonly limitMs: number | undefined;
  readonly inFlight: InFlight<Entry>;
  readonly outlet: Pick<Outlet, "isSending" | "isOut">;
  readonly announcements: Pick<Announcements, "awaitsGreeting">;
  readonly ending: Pick<Ending, "end">;
}

export class Silence {
  readonly #options: SilenceOptions;
  readonly #patience: Patience;
  /** The data just read include something that was asked for. */
  #isAnswering = false;
  /** Octets of an incomplete response that have arrived. */
  #arriving = 0;

  constructor(options: SilenceOptions) {
    const { usualMs, limitMs, outlet, ending } = options;
    this.#options = options;
    this.#patience = new Patience({
      usualMs,
      limitMs: Math.min(limitMs ?? usualMs, usualMs),
      awaited: () => this.#awaited(),
      isSending: () => outlet.isSending(),
      giveUp: (error) => {
        ending.end(error);
      },
    });
  }

  /** From now on, gives up if the server stays silent this long while we wait. */
  limit(ms: number): void {
    this.#patience.limit(ms);
  }

  end(): void {
    this.#patience.end();
  }

  /** Octets of ours have left, or an idle server has got a command. */
  progress(): void {
    this.#patience.progress();
  }

  /** A command has its tagged response. */
  answered(): void {
    this.#isAnswering = true;
    this.#patience.words = undefined;
  }

  /** A command has a part of its answer. */
  claimed(): void {
    this.#isAnswering = true;
  }

  /** No command has claimed the response, but it may still be what is awaited. */
  unclaimed(response: UntaggedResponse): void {
    if (tellsOfMailbox(response) && this.#isInMailbox()) this.#isAnswering = true;
    else this.#patience.signOfLife();
  }

  /** The response shows only that the server is there. */
  signOfLife(): void {
    this.#patience.signOfLife();
  }

  /** To be quoted if nothing follows. */
  heard(words: string): void {
    this.#patience.words = words;
  }

  /** Everything received was handled, except this many octets of an incomplete response. */
  read(arriving: number): void {
    const goesOn = arriving > this.#arriving && this.#isInMailbox();
    if (this.#isAnswering || goesOn) this.#patience.progress();
    this.#isAnswering = false;
    this.#arriving = arriving;
    this.#requireEnd();
  }

  /** Each part of an answer is progress; but an answer has an end. */
  #requireEnd(): void {
    const { inFlight, ending } = this.#options;
    const oldest = inFlight.first;
    if (oldest?.writtenAt === undefined || monotonicMs() - oldest.writtenAt < longestAnswerMs) return;
    const words = `the answer to ${oldest.command.name} has no end within ${duration(longestAnswerMs)}`;
    ending.end(new InterimapError("CONNECTION_SILENT", words));
  }

  /** A command awaits responses about a mailbox and its messages. */
  #isInMailbox(): boolean {
    const { selecting, inMailbox } = this.#options.inFlight;
    return selecting + inMailbox > 0;
  }

  #awaited(): Awaited {
    const { inFlight, outlet, announcements } = this.#options;
    if (announcements.awaitsGreeting) return "something";
    if (outlet.isOut() && inFlight.find(isDelivered) !== undefined) return "delivery";
    if (inFlight.find(isLarge) !== undefined) return "something large";
    return inFlight.find((entry) => entry.isHeld !== true) === undefined ? "nothing" : "something";
  }
}

function tellsOfMailbox(response: UntaggedResponse): boolean {
  switch (response.kind) {
    case "exists":
    case "expunge":
    case "vanished":
    case "flags":
    case "fetch":
      return true;
    case "unreadable":
      return response.about !== "list" && response.about !== "status";
    default:
      return false;
  }
}

/** A command that may keep a server busy for long: a message, or anything in a mailbox. */
function isLarge({ command: { overlap, parts }, isHeld }: Entry): boolean {
  if (overlap === "any") return carriesMessage(parts);
  return isHeld !== true && (overlap === "select" || overlap === "selected" || overlap === "changing");
}

/** A message that has left, as far as can be seen. */
function isDelivered({ command: { overlap, parts }, segments }: Entry): boolean {
  return overlap === "any" && segments.length === 0 && carriesMessage(parts);
}

function carriesMessage(parts: Command["parts"]): boolean {
  return parts.some((part) => typeof part !== "string");
}
