// UNSELECT (RFC 3691) between two mailboxes, for servers that do not say when they close one: the SELECT behind it does not have
// to wait until everything before it is answered.

import { encodeCommand, line } from "../codec/write-command.ts";
import { type Command, mayOverlap } from "../command.ts";
import type { Selection } from "../mailbox/selection.ts";
import type { Announcements } from "./announcements.ts";
import type { Entry } from "./entry.ts";
import type { InFlight } from "./in-flight.ts";

interface DividerOptions {
  readonly inFlight: InFlight<Entry>;
  readonly selection: Pick<Selection, "closedHabit">;
  readonly announcements: Pick<Announcements, "capabilities">;
}

export const divider: Command = { name: "UNSELECT", overlap: "select", divides: true, parts: line`UNSELECT` };

export class Divider {
  readonly #options: DividerOptions;
  /** Whether it works with this server. */
  #state: "unknown" | "tried" | "works" | "fails" = "unknown";

  constructor(options: DividerOptions) {
    this.#options = options;
  }

  /** The first one is in flight. Nothing may follow it: if it is refused, the SELECT after it leaves the mailbox itself. */
  get isTried(): boolean {
    return this.#state === "tried";
  }

  /** Whether to send one before a SELECT that would otherwise have to wait for an answer. */
  mayPrecede({ opens }: Command): boolean {
    const { inFlight, selection, announcements } = this.#options;
    if (this.#state === "fails") return false;
    if (opens === undefined || selection.closedHabit !== "missing" || !announcements.capabilities.has("UNSELECT"))
      return false;
    return mayOverlap(divider, inFlight, { closed: "missing" });
  }

  entry(tag: string): Entry {
    if (this.#state !== "works") this.#state = "tried";
    return {
      command: divider,
      resolve: () => {
        this.#state = "works";
      },
      reject: () => {
        this.#state = "fails";
      },
      segments: encodeCommand(tag, divider.parts, this.#options.announcements.capabilities),
      tag,
    };
  }
}
