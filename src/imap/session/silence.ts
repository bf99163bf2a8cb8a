// What is awaited of the server, and which of what it says and takes in is progress towards that. How long it may let us
// wait is measured in patience.ts.

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

/** However slowly a server tells what it has to tell. */
const longestAnswerMs = 24 * 60 * 60_000;

export interface SilenceOptions {
  /** How long an answer, or any progress towards it, may take. */
  readonly usualMs: number;
  /** The same for now, where that is less. */
  readonly limitMs: number | undefined;
  readonly inFlight: InFlight<Entry>;
  readonly outlet: Pick<Outlet, "isSending" | "isOut">;
  readonly announcements: Pick<Announcements, "awaitsGreeting">;
  readonly ending: Pick<Ending, "end">;
}

export class Silence {
  readonly #options: SilenceOptions;
  readonly #patience: Patience;
  /** Among what was read together is something that was asked for. */
  #isAnswering = false;
  /** How much has arrived of a response that is not complete. */
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

  /** Octets of ours left, or the server, which had nothing to do, has a command now. */
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

  /** No command has claimed it: yet it may be what is awaited. */
  unclaimed(response: UntaggedResponse): void {
    if (tellsOfMailbox(response) && this.#isInMailbox()) this.#isAnswering = true;
    else this.#patience.signOfLife();
  }

  /** Nothing is clear of what was said but that the server is there. */
  signOfLife(): void {
    this.#patience.signOfLife();
  }

  /** To be quoted when nothing follows. */
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

  /** Somebody awaits the server's words on a mailbox and its messages. */
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

/** What may keep a server busy for a long time: a message, or anything in a mailbox. */
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
