// What a run has done by now, in figures.

import { sides } from "../model/side.ts";
import { WorkTally } from "../sync/context/work-tally.ts";
import { counted } from "../util/counted.ts";
import { duration } from "../util/duration.ts";
import { humanBytes } from "../util/human-bytes.ts";
import { messages } from "./phrases.ts";

export class RunSum extends WorkTally {
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

function wordsOf({ added, octets, moved, removed, flagged, mailboxes }: RunSum["sides"]["local"]): string[] {
  return [
    ...(mailboxes > 0 ? [`${counted(mailboxes, "change")} of mailboxes`] : []),
    ...(added > 0 ? [`${messages(added)} added (${humanBytes(octets)})`] : []),
    ...(moved > 0 ? [`${moved} moved`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(flagged > 0 ? [`flags of ${flagged} changed`] : []),
  ];
}
