// What a run has done by now, in figures.

import { type PerSide, sides } from "../model/side.ts";
import { countUids } from "../model/uid-set.ts";
import { isOnlyPlanned, isSkip, type SyncEvent } from "../sync/context/events.ts";
import { counted } from "../util/counted.ts";
import { duration } from "../util/duration.ts";
import { humanBytes } from "../util/human-bytes.ts";
import { messages } from "./phrases.ts";

interface Figures {
  added: number;
  octets: number;
  removed: number;
  flagged: number;
  /** Mailboxes that were created, deleted or renamed, and subscriptions that changed. */
  mailboxes: number;
  /** Messages of the other side that this one refused. */
  refused: number;
}

export class RunSum {
  readonly sides: PerSide<Figures> = { local: noFigures(), remote: noFigures() };
  matched = 0;
  skipped = 0;

  note(event: SyncEvent): void {
    if (isSkip(event)) this.skipped++;
    if (event.type === "messages-matched") this.matched += event.count;
    if (event.side === undefined || isOnlyPlanned(event)) return;
    const figures = this.sides[event.side];
    switch (event.type) {
      case "messages-added":
        figures.added += event.uids.length;
        figures.octets += event.octets ?? 0;
        break;
      case "messages-removed":
      case "late-copies-removed":
        figures.removed += countUids(event.uids);
        break;
      case "flags-updated":
        figures.flagged += countUids(event.uids);
        break;
      case "messages-refused":
      case "messages-still-refused":
        figures.refused += countUids(event.sourceUids);
        break;
      case "mailbox-created":
      case "mailbox-deleted":
      case "mailbox-renamed":
      case "subscribed":
      case "unsubscribed":
        figures.mailboxes++;
        break;
      default:
    }
  }

  get added(): number {
    return this.sides.local.added + this.sides.remote.added;
  }

  get octets(): number {
    return this.sides.local.octets + this.sides.remote.octets;
  }

  /** `Done in 3 s: local: 2 messages added (17 B), 1 removed; remote: …`. Undefined: nothing was done. */
  text(ms: number): string | undefined {
    const parts = [
      ...sides.flatMap((side) => {
        const words = wordsOf(this.sides[side]);
        return words.length === 0 ? [] : [`${side}: ${words.join(", ")}`];
      }),
      ...(this.matched > 0 ? [`${messages(this.matched)} matched`] : []),
      ...(this.skipped > 0 ? [`${this.skipped} skipped or refused`] : []),
    ];
    return parts.length === 0 ? undefined : `Done in ${duration(ms)}: ${parts.join("; ")}`;
  }
}

function noFigures(): Figures {
  return { added: 0, octets: 0, removed: 0, flagged: 0, mailboxes: 0, refused: 0 };
}

function wordsOf({ added, octets, removed, flagged, mailboxes }: Figures): string[] {
  return [
    ...(mailboxes > 0 ? [`${counted(mailboxes, "change")} of mailboxes`] : []),
    ...(added > 0 ? [`${messages(added)} added (${humanBytes(octets)})`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(flagged > 0 ? [`flags of ${flagged} changed`] : []),
  ];
}
