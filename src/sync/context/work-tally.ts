// What was done on either side, in figures.

import type { ErrorCode } from "../../model/errors.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { countUids } from "../../model/uid-set.ts";
import type { ErrorCount, WorkCounts } from "../../model/work-counts.ts";
import { isOnlyPlanned, isSkip, type SyncEvent } from "./events.ts";

/** See {@link SideCounts}. */
interface SideWork {
  added: number;
  octets: number;
  /** Messages that were moved to another mailbox, or copied where a server cannot move. */
  moved: number;
  removed: number;
  flagged: number;
  newlyRefused: number;
  reconnections: number;
  /** Mailboxes that were created, deleted or renamed, and subscriptions that changed. */
  mailboxes: number;
  /** Messages of the other side that this one refused, now or earlier. */
  refused: number;
}

export class WorkTally implements WorkCounts {
  readonly sides: PerSide<SideWork> = perSide(() => ({
    ...{ added: 0, octets: 0, moved: 0, removed: 0, flagged: 0, mailboxes: 0 },
    ...{ refused: 0, newlyRefused: 0, reconnections: 0 },
  }));
  readonly #errors = new Map<string, ErrorCount>();
  matched = 0;
  skipped = 0;

  note(event: SyncEvent): void {
    if (isSkip(event)) this.skipped++;
    if (event.type === "messages-matched") this.matched += event.count;
    if ("error" in event) this.#noteError(event.side ?? event.error.side, event.error.code);
    if (event.side === undefined || isOnlyPlanned(event)) return;
    const work = this.sides[event.side];
    switch (event.type) {
      case "messages-added":
        work.added += event.uids.length;
        work.octets += event.octets ?? 0;
        break;
      case "messages-moved":
        work.moved += event.sourceUids.length;
        break;
      case "messages-removed":
      case "late-copies-removed":
        work.removed += countUids(event.uids);
        break;
      case "flags-updated":
        work.flagged += countUids(event.uids);
        break;
      case "messages-refused":
        work.newlyRefused += countUids(event.sourceUids);
        work.refused += countUids(event.sourceUids);
        break;
      case "messages-still-refused":
        work.refused += countUids(event.sourceUids);
        break;
      case "connected-again":
        work.reconnections++;
        break;
      case "mailbox-created":
      case "mailbox-deleted":
      case "mailbox-renamed":
      case "subscribed":
      case "unsubscribed":
        work.mailboxes++;
        break;
      default:
    }
  }

  get errors(): readonly ErrorCount[] {
    return [...this.#errors.values()];
  }

  #noteError(side: Side | undefined, code: ErrorCode): void {
    const key = `${side ?? ""} ${code}`;
    this.#errors.set(key, { side, code, count: (this.#errors.get(key)?.count ?? 0) + 1 });
  }
}
