// What a dry run would do, in figures.

import { type PerSide, perSide } from "../../model/side.ts";
import { isOnlyPlanned, type SyncEvent } from "../../sync/context/events.ts";
import type { OwnFields } from "./line-forms.ts";

type Plan = NonNullable<OwnFields["summary"]["planned"]>["local"];

export class PlanSum {
  readonly sides: PerSide<Plan> = perSide(() => ({
    ...{
      messagesToAdd: 0,
      octetsToAdd: 0,
      messagesToMove: 0,
      messagesToRemove: 0,
      flagsToChange: 0,
      mailboxChanges: 0,
    },
    isLowerBound: false,
  }));

  note(event: SyncEvent): void {
    if (event.side === undefined) return;
    const plan = this.sides[event.side];
    if (isOnlyPlanned(event)) plan.mailboxChanges++;
    if (event.type === "moves-planned") plan.messagesToMove += event.count;
    if (event.type !== "messages-planned") return;
    plan.messagesToAdd += event.copies ?? 0;
    plan.octetsToAdd += event.octets ?? 0;
    plan.messagesToRemove += event.deletions;
    plan.flagsToChange += event.flagChanges;
    plan.isLowerBound ||= event.copies === undefined;
  }
}
