// A server that cannot have understood a command whose literals left unasked, and so reads commands of its own in them:
// then the connection is dropped. What such commands are answered with, has a tag of theirs or none.

import type { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import type { Discretion } from "../discretion.ts";
import { LiteralRefused } from "../literal-refused.ts";
import type { StatusResponse, TaggedResponse } from "../responses.ts";
import type { Entry } from "./entry.ts";
import type { InFlight } from "./in-flight.ts";

export interface MisledOptions {
  readonly side: Side;
  readonly inFlight: InFlight<Entry>;
  readonly discretion: Discretion;
  /** Nothing more is sent, not even the rest of a command, and no answer is believed. */
  readonly fail: (error: InterimapError) => void;
}

export class Misled {
  readonly #options: MisledOptions;

  constructor(options: MisledOptions) {
    this.#options = options;
  }

  /** An answer to nothing that is known to have been sent. True when the connection is dropped because of it. */
  drops(answer: TaggedResponse | StatusResponse): boolean {
    const entry = this.#options.inFlight.find(({ hasSentUnasked }) => hasSentUnasked === true);
    if (entry !== undefined) this.#drop(entry, answer);
    return entry !== undefined;
  }

  /** The answer to a command. True when the connection is dropped because of it. */
  dropsFor(entry: Entry, answer: TaggedResponse): boolean {
    const isMisled = answer.status === "BAD" && entry.hasSentUnasked === true;
    if (isMisled) this.#drop(entry, answer);
    return isMisled;
  }

  #drop(entry: Entry, answer: TaggedResponse | StatusResponse): void {
    const { side, discretion, fail } = this.#options;
    const refused = new LiteralRefused(entry.command.name, discretion.shown(answer), side);
    entry.reject(refused);
    fail(refused.alsoLost);
  }
}
